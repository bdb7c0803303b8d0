"""Plain rows (INTERFACES §6): comments of two other platforms, as a colleague's spreadsheet and as JSONL.

Both hold a few ruined records, as such files do: ids that a spreadsheet turned into powers of ten, a cut line.
"""

from __future__ import annotations

import csv
import hashlib
import io
from typing import IO, Any, Final, Protocol

import orjson

from evenhand.demo.kinds import Kind
from evenhand.demo.organisation import account_id
from evenhand.demo.shapes.common import iso, metrics
from evenhand.demo.torrent import Act

COLUMNS: Final = (
    "platform", "id", "author_id", "author_handle", "author_display", "text", "created_at", "reply_to", "quote_of",
    "share_of", "mentions", "urls", "likes", "reposts", "language", "parent_text",
)  # fmt: skip
# After which record a ruined one follows.
_RUINED_AFTER: Final = (11, 40, 77)


class RowWriter(Protocol):
    """Writes one act after the other."""

    posts: int
    refused: int

    def add(self, act: Act) -> str:
        """Write one act and return its record key."""

    def close(self) -> None:
        """Write what is left."""


class CsvRows:
    """Comments as a spreadsheet saves them: UTF-8 with a byte order mark, CRLF."""

    platform = "facebook"

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._buffer = io.StringIO(newline="")
        self._rows = csv.DictWriter(self._buffer, COLUMNS, lineterminator="\r\n")
        self._rows.writeheader()
        self._file.write(b"\xef\xbb\xbf")
        self.posts = 0
        self.refused = 0

    def add(self, act: Act) -> str:
        """Write one act and return its record key."""
        row = _row(act, self.platform)
        self._write(row)
        self.posts += 1
        if self.posts in _RUINED_AFTER:
            self._write(row | {"id": ("1.22E+14", "1,22E+14", "9.06E+14")[self.refused]})
            self.refused += 1
        return f"{self.platform}:{row['id']}"

    def close(self) -> None:
        """Nothing is held back."""

    def _write(self, row: dict[str, Any]) -> None:
        cells = row | {"mentions": orjson.dumps(row["mentions"]).decode()}
        self._rows.writerow({name: "" if cell is None else cell for name, cell in cells.items()})
        self._file.write(self._buffer.getvalue().encode())
        self._buffer.seek(0)
        self._buffer.truncate()


class JsonlRows:
    """Comments as JSON lines; the last line is cut, as when a disk was full."""

    platform = "youtube"

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.posts = 0
        self.refused = 0

    def add(self, act: Act) -> str:
        """Write one act and return its record key."""
        row = _row(act, self.platform)
        self._file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        self.posts += 1
        if self.posts == _RUINED_AFTER[0]:
            self._file.write(orjson.dumps(row | {"id": 9.06e17}, option=orjson.OPT_APPEND_NEWLINE))
            self.refused += 1
        elif self.posts == _RUINED_AFTER[1]:
            self._file.write(b'{"platform": "youtube", "text": "no end\n')
            self.refused += 1
        return f"{self.platform}:{row['id']}"

    def close(self) -> None:
        """Write the cut last line."""
        self._file.write(b'{"platform":"youtube","id":"Ugcut","text":"see you at the sl')
        self.refused += 1


def _row(act: Act, platform: str) -> dict[str, Any]:
    found = metrics(act)
    reply, share = act.reply_to, act.share_of
    return {
        "platform": platform,
        "id": native_id(platform, act.id),
        "author_id": account_id(platform, act.author.id),
        "author_handle": act.author.handle,
        "author_display": act.author.display,
        "text": act.text,
        "created_at": iso(act.at_ms),
        "reply_to": native_id(platform, reply.id) if reply else None,
        "quote_of": native_id(platform, share.id) if share and act.kind is not Kind.SHARE else None,
        "share_of": native_id(platform, share.id) if share and act.kind is Kind.SHARE else None,
        "mentions": _mentions(act, platform),
        "urls": None,
        "likes": found["likes"],
        "reposts": found["reposts"],
        "language": act.language,
        "parent_text": reply.text if reply else None,
    }


def native_id(platform: str, number: int) -> str:
    """Return an id of the platform's form that follows from the running id of the act."""
    digest = hashlib.sha256(f"{platform}/{number}".encode()).hexdigest()
    if platform == "youtube":
        return "Ug" + digest[:24]
    return f"122{int(digest[:15], 16) % 10**13:013}"


def _mentions(act: Act, platform: str) -> list[dict[str, str | None]]:
    if not act.mentions_target:
        return []
    declared = {name: number for name, number, _handle in act.target.person.accounts}
    return [{"id": declared.get(platform), "handle": act.target.account.handle}]
