"""Files on their way in: what an officer's browser has sent so far, sealed piece by piece, until the worker reads it.

A piece is sealed before it touches the disk. Only while the worker reads the file does it lie in the clear, in a
folder that only this system's user may enter; the posts in it end up in the corpus, which lies in the clear as well.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.utils.crypto import salted_hmac

from evenhand.context import Context
from evenhand.errors import DoesNotHold, UsageError
from evenhand.files import whole_file
from evenhand.posts import IMPORT
from evenhand.vault.chunks import SALT, open_chunks, plain_size, seal_chunks
from evenhand.web.home import Home
from evenhand.web.record.ids import ActorId

PIECE: Final = 4 * 1024 * 1024
LARGEST_PIECE: Final = 25 * 1024 * 1024
KEPT: Final = timedelta(days=1)  # an upload nobody finished, or a question nobody answered
STUCK: Final = timedelta(days=3)  # one that is still being read: the machine was switched off meanwhile
REPORT_KEPT: Final = timedelta(days=30)
_SEALED: Final = ".sealed"
_PLAIN: Final = ".plain-"  # no backup takes what begins with a point
_PLAIN_BEFORE: Final = "plain-"  # as it was called before: what lies there still goes too
_NOTES: Final = frozenset({"about", "answers", "state", "facts"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """One upload: its folder, whose it is, what the file is called and how large it will be."""

    id: str
    folder: Path
    name: str
    size: int
    actor: ActorId
    begun: datetime

    @property
    def received(self) -> int:
        """How many bytes have arrived."""
        return sum(plain_size(piece.stat().st_size) for piece in self._pieces())

    @property
    def is_whole(self) -> bool:
        """Whether all bytes have arrived."""
        return self.received == self.size

    def _pieces(self) -> list[Path]:
        return sorted(self.folder.glob(f"[0-9]*{_SEALED}"))

    def add(self, at: int, data: bytes, *, ctx: Context) -> int:
        """Keep the piece that begins at byte `at`, and return how many bytes there are now.

        A piece that is there already changes nothing. Raises UsageError for one that leaves a gap or is too long.
        """
        received = self.received
        if at < received:
            return received
        if at > received or received + len(data) > self.size or len(data) > LARGEST_PIECE:
            raise UsageError("this piece does not follow the last one", where=self.id, mend="Ask how much has arrived.")
        place = self.folder / f"{at:020d}{_SEALED}"
        with whole_file(place) as file:
            sealed = seal_chunks(io.BytesIO(data), key=_key(self.id), context=_context(at), salt=ctx.random(SALT))
            file.writelines(sealed)
        return received + len(data)

    @contextmanager
    def plain(self) -> Iterator[Path]:
        """Give the file under its own name, in the clear, while the block runs; DoesNotHold if it was changed.

        What a process that was killed left of it goes first. Whatever else is written beside it goes with it.
        """
        _sweep_plain(self.folder)
        with _using(self.folder), tempfile.TemporaryDirectory(prefix=_PLAIN, dir=self.folder) as private:
            path = Path(private) / _safe(self.name)
            path.touch(mode=0o600, exist_ok=False)
            with path.open("wb") as file:
                for piece in self._pieces():
                    at = int(piece.stem)
                    with piece.open("rb") as sealed:
                        file.writelines(open_chunks(sealed, key=_key(self.id), context=_context(at)))
            if path.stat().st_size != self.size:
                raise DoesNotHold("the upload is not whole", where=self.id)
            yield path

    def read(self, note: str) -> dict[str, Any]:
        """Return one of the notes kept beside the file, {} if it is not there."""
        return _read_note(self.folder, self.id, note)

    def write(self, note: str, values: dict[str, Any], *, ctx: Context) -> None:
        """Keep a note beside the file, sealed, in place of the one before."""
        _write_note(self.folder, self.id, note, values, ctx)

    def drop_bytes(self) -> None:
        """Remove the file, keep the notes."""
        _sweep_plain(self.folder)
        for piece in self._pieces():
            piece.unlink(missing_ok=True)

    def drop(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)


def begin(*, name: str, size: int, actor: ActorId, ctx: Context, home: Home | None = None) -> Waiting:
    """Return a new upload, or the one of the same name and size that this person began and did not finish."""
    if not 0 < size <= IMPORT.file_bytes:
        raise UsageError("the file is empty or too large", where=name, mend="Use evenhand import on the machine.")
    folder = _root(home)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if size * 3 > shutil.disk_usage(folder).free:
        raise UsageError("there is not enough room on the disk for this file", where=name, mend="Make room first.")
    for earlier in of(actor, home=home):
        if (earlier.name, earlier.size) == (name, size) and not earlier.read("state"):
            return earlier
    waiting = Waiting(ctx.new_id(), folder, name, size, actor, ctx.now())
    place = folder / waiting.id
    place.mkdir(mode=0o700)
    about = {"name": name, "size": size, "actor": actor, "begun": ctx.now().isoformat()}
    _write_note(place, waiting.id, "about", about, ctx)
    return Waiting(waiting.id, place, name, size, actor, ctx.now())


def find(upload: str, *, home: Home | None = None) -> Waiting | None:
    """Return an upload by its id, None if there is none."""
    folder = _root(home) / upload
    if len(upload) != 32 or not upload.isalnum() or not folder.is_dir():
        return None
    about = _read_note(folder, upload, "about")
    if not about:
        return None
    begun = datetime.fromisoformat(about["begun"])
    return Waiting(upload, folder, about["name"], about["size"], ActorId(about["actor"]), begun)


def of(actor: ActorId, *, home: Home | None = None) -> list[Waiting]:
    """Return what a person brought in, newest first, as far as it is kept."""
    return [waiting for waiting in every(home) if waiting.actor == actor]


def every(home: Home | None = None) -> list[Waiting]:
    """Return every upload, newest first."""
    root = _root(home)
    found = [find(folder.name, home=home) for folder in root.iterdir()] if root.is_dir() else []
    return sorted((each for each in found if each is not None), key=lambda each: each.begun, reverse=True)


def forget_waiting(ctx: Context) -> int:
    """Remove uploads nobody finished within a day, and reports after thirty; return how many. Idempotent."""
    gone = 0
    for waiting in every():
        step = waiting.read("state").get("step")
        kept = REPORT_KEPT if step == "done" else STUCK if step == "running" else KEPT
        if ctx.now() - waiting.begun > kept:
            waiting.drop()
            gone += 1
    return gone


def sweep_plain(_ctx: Context) -> int:
    """Remove what imports that were killed left in the clear; return how many uploads had any. Due work, idempotent."""
    root = _root(None)
    return sum(_sweep_plain(folder) for folder in root.iterdir() if folder.is_dir()) if root.is_dir() else 0


def _sweep_plain(folder: Path) -> bool:
    """Remove what was left of a file in the clear, unless somebody uses it now; return whether there was any."""
    left = [path for path in folder.iterdir() if path.name.startswith((_PLAIN, _PLAIN_BEFORE)) and path.is_dir()]
    if not left:
        return False
    try:
        with _using(folder, alone=True):
            for path in left:
                shutil.rmtree(path, ignore_errors=True)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _using(folder: Path, *, alone: bool = False) -> Iterator[None]:
    """Hold the lock of those who use an upload in the clear; BlockingIOError where not `alone`. It ends with a process.

    On the folder of the upload, which is there before and after: so nobody sees a folder that is not locked yet.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB if alone else fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def _safe(name: str) -> str:
    """Return a name a file can have anywhere: its last part, no control characters, not too long."""
    plain = "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable())
    return plain[-60:].lstrip(".") or "file"


def _root(home: Home | None) -> Path:
    return (home or Home.here()).root / "imports"


def _key(upload: str) -> bytes:
    return salted_hmac("evenhand/waiting-import/v1", upload, algorithm="sha256").digest()


def _context(at: int) -> bytes:
    return sha256(f"piece {at}".encode()).digest()


def _write_note(folder: Path, upload: str, note: str, values: dict[str, Any], ctx: Context) -> None:
    context = sha256(f"note {note}".encode()).digest()
    with whole_file(folder / f"{note}{_SEALED}") as file:
        plain = io.BytesIO(json.dumps(values).encode())
        file.writelines(seal_chunks(plain, key=_key(upload), context=context, salt=ctx.random(SALT)))


def _read_note(folder: Path, upload: str, note: str) -> dict[str, Any]:
    if note not in _NOTES:
        raise ValueError(note)
    context = sha256(f"note {note}".encode()).digest()
    try:
        with (folder / f"{note}{_SEALED}").open("rb") as sealed:
            values: dict[str, Any] = json.loads(b"".join(open_chunks(sealed, key=_key(upload), context=context)))
    except (FileNotFoundError, DoesNotHold):
        return {}
    return values
