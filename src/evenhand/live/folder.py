"""A watched folder: files of records, one JSON value a line, mails (.eml), and, where that is switched on, exports.

The folder itself is only read. What cannot be taken is set aside by its name, with the reason, until it changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from evenhand.live.adapter import Arrived, Kind, Polled, Unreachable
from evenhand.posts.lines import BOM

LINES: Final = (".jsonl", ".ndjson")
MAILS: Final = (".eml",)
SETTLED_SECONDS: Final = 10
"""A file that was changed later than this may still be being written."""
MOST_BYTES: Final = 16 << 20  # in one look; a larger file is read in several
MAIL_BYTES: Final = 25 << 20
NO_EXPORTS: Final = 'an export is taken whole, or not at all: write exports = "yes" under this source to take it'


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder on this machine. A file that changes is read again; what is held already adds nothing."""

    folder: Path
    now: Callable[[], datetime]
    reads_as: str | None = None
    exports: bool = False

    def poll(self, cursor: str) -> Polled:
        """Return the records of the first file that was not read to its end yet.

        The cursor says per file that is there how far it was read, and its size and time at that moment.
        """
        before: dict[str, list[int]] = json.loads(cursor) if cursor else {}
        try:
            files = {path.name: path for path in sorted(self.folder.iterdir()) if path.is_file()}
            seen = {name: _state(path) for name, path in files.items()}
        except OSError as error:
            raise Unreachable("this folder cannot be read", where=str(self.folder), mend=str(error)) from error
        other = frozenset() if self.exports else frozenset(filter(_is_other, files))
        aside = dict.fromkeys(sorted(other), NO_EXPORTS)
        done = {name: at for name, at in before.items() if name in files}
        for name, path in files.items():
            if name in other or name.startswith(".") or not self._settled(seen[name]):
                continue
            size, changed = seen[name]
            offset = done[name][2] if done.get(name, [])[:2] == [size, changed] else 0
            if offset >= size and name in done:
                continue
            whole = _is_other(name)
            records, offset = ([], size) if whole else _read(path, offset, size)
            done[name] = [size, changed, offset]
            return Polled(
                tuple(records), json.dumps(done), more=True, file=name, whole=path if whole else None,
                here=frozenset(files), aside=aside,
            )  # fmt: skip
        return Polled((), json.dumps(done), here=frozenset(files), aside=aside)

    def _settled(self, state: tuple[int, int]) -> bool:
        return self.now().timestamp() - state[1] / 1e9 >= SETTLED_SECONDS


def _state(path: Path) -> tuple[int, int]:
    known = path.stat()
    return known.st_size, known.st_mtime_ns


def _is_other(name: str) -> bool:
    return not name.startswith(".") and not name.lower().endswith((*LINES, *MAILS))


def _read(path: Path, offset: int, size: int) -> tuple[list[Arrived], int]:
    """Return the records of a file from an offset, and the offset behind them."""
    if path.name.lower().endswith(MAILS):
        return ([Arrived(path.read_bytes(), Kind.MAIL)] if size <= MAIL_BYTES else []), size
    with path.open("rb") as stream:
        stream.seek(offset)
        block = stream.read(MOST_BYTES)
    # Up to the last whole line; a line longer than all that is stepped over, block by block.
    end = len(block) if offset + len(block) >= size else block.rfind(b"\n") + 1 or len(block)
    text = block[:end].removeprefix(BOM) if offset == 0 else block[:end]
    lines = text.split(b"\n")
    return [Arrived(line.removesuffix(b"\r")) for line in lines if line.strip()], offset + end
