"""Files that come in parts, so that a broken connection costs a part and not the whole; nothing lies open meanwhile.

Each part is sealed as it arrives under a key that lies nowhere here: it is in the encrypted ticket that the sender's
own page holds. Without that page the parts are noise, and after a day they are swept. What is whole goes through
`add_file` like every other file.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.files import PlacedStream
from evenhand.ledger.files import sync_directory

PART: Final = 1 << 20
"""Every part but the last is so long, so that a place in the file names its part."""
MOST_IN_PARTS: Final = 256 * PART
KEPT: Final = timedelta(hours=24)
_AT_ONCE: Final = 3
_ALTOGETHER: Final = 8 * 1024 * PART
_NONCE: Final = 12
_OVER: Final = _NONCE + 16
_MOST_TICKET: Final = 4_000


@dataclass(frozen=True, slots=True)
class Coming:
    """One file on its way: whose it is, what its sender calls it, how large it will be, and the key of its parts."""

    id: str
    owner: str
    name: str
    size: int
    key: bytes


def expect(*, owner: str, name: str, size: int, ctx: Context) -> Coming:
    """Make room for a file. UsageError for one that is empty or too large, and where too many are on their way."""
    if size < 1:
        raise UsageError(_("The file is empty."), mend=_("Choose it again."))
    if size > MOST_IN_PARTS:
        raise UsageError(_("The file is too large."), mend=_("Send a part of it, or tell us in a message what it is."))
    mine = _folder() / owner
    if mine.exists() and len([each for each in mine.iterdir() if not each.suffix]) >= _AT_ONCE:
        raise UsageError(_("Other files are still on their way."), mend=_("Finish these, or try again tomorrow."))
    if _lying() + size > _ALTOGETHER:
        raise UsageError(_("There is no room for files just now."), mend=_("Try again in an hour, or send a message."))
    coming = Coming(ctx.new_id(), owner, name[:200], size, ctx.random(32))
    _place(coming).mkdir(mode=0o700, parents=True)
    sync_directory(mine)
    return coming


def ticket(coming: Coming) -> str:
    """Return what the sender's page keeps and shows again with each part."""
    key = base64.b64encode(coming.key).decode()
    plain = json.dumps([coming.id, coming.owner, coming.name, coming.size, key], ensure_ascii=False)
    return _box().encrypt(plain.encode("utf-8", "surrogatepass")).decode()


def coming_of(text: str, *, owner: str) -> Coming | None:
    """Return the file a ticket is for; None for one that is another side's, changed, or over a day old."""
    if not text or len(text) > _MOST_TICKET:
        return None
    try:
        plain = _box().decrypt(text.encode(), ttl=int(KEPT.total_seconds())).decode("utf-8", "surrogatepass")
        new, whose, name, size, key = json.loads(plain)
    except (InvalidToken, ValueError):
        return None
    coming = Coming(new, whose, name, size, base64.b64decode(key))
    return coming if whose == owner else None


def is_coming(coming: Coming) -> bool:
    """Return whether the parts of a file are here; not once it was taken in, refused or swept."""
    return _place(coming).is_dir()


@contextmanager
def ending(coming: Coming) -> Iterator[bool]:
    """Let one request at a time end a file, the others wait; give whether its parts are still here then.

    A process that dies lets go of it, and its parts stay for whoever asks again.
    """
    try:
        place = os.open(_place(coming), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield is_coming(coming)
    finally:
        os.close(place)


def arrived(coming: Coming) -> int:
    """Return how many bytes of a file are here: the place from which its sender goes on."""
    return sum(each.stat().st_size - _OVER for each in _place(coming).glob("*.part"))


def take(coming: Coming, at: int, data: bytes, ctx: Context) -> int:
    """Keep one part, durably, and return how many bytes are here now. A part sent twice is one part.

    UsageError for one that does not begin where the last one ended, or is not as long as a part is.
    """
    here = arrived(coming)
    last = at + len(data) == coming.size
    if at + len(data) <= here and at % PART == 0:
        return here
    if at != here or not data or len(data) > PART or (len(data) < PART and not last) or at + len(data) > coming.size:
        raise UsageError(_("A part of the file is missing."), mend=_("Send it again from there."))
    nonce = ctx.random(_NONCE)
    sealed = nonce + AESGCM(coming.key).encrypt(nonce, data, _bound(coming, at))
    path = _place(coming) / f"{at:015d}.part"
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync_directory(path.parent)
    return arrived(coming)


def whole(coming: Coming) -> BinaryIO:
    """Return a file that has arrived whole, as a stream one can go back in. UsageError where some of it is missing."""
    if arrived(coming) != coming.size:
        raise UsageError(_("A part of the file is missing."), mend=_("Send it again from there."))
    return cast("BinaryIO", io.BufferedReader(_Parts(coming), buffer_size=PART))


def forget(coming: Coming) -> None:
    """Remove what came of a file: at once, so that a cut leaves no half of it to go on with."""
    gone = _place(coming).with_suffix(".gone")
    with suppress(FileNotFoundError):
        _place(coming).rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def sweep_parts(ctx: Context) -> int:
    """Remove the parts of files that nobody finished within a day; return how many files. Due work, idempotent."""
    before = (ctx.now() - KEPT).timestamp()
    old = [each for each in _folder().glob("*/*") if each.stat().st_mtime < before]
    for each in old:
        shutil.rmtree(each, ignore_errors=True)
    for owner in _folder().glob("*"):
        if not any(owner.iterdir()):
            owner.rmdir()
    return len(old)


class _Parts(PlacedStream):
    """The parts of a file, one behind the other, opened one at a time."""

    def __init__(self, coming: Coming) -> None:
        super().__init__(coming.size)
        self._coming = coming
        self._held: tuple[int, bytes] = (-1, b"")

    def readinto(self, buffer: Any) -> int:
        begin = self.place - self.place % PART
        if self.place >= self.size:
            return 0
        if self._held[0] != begin:
            self._held = (begin, _opened(self._coming, begin))
        data = self._held[1][self.place - begin :][: len(buffer)]
        buffer[: len(data)] = data
        self.place += len(data)
        return len(data)


def _opened(coming: Coming, begin: int) -> bytes:
    sealed = (_place(coming) / f"{begin:015d}.part").read_bytes()
    try:
        return AESGCM(coming.key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(coming, begin))
    except InvalidTag as error:
        raise UsageError(_("The file did not arrive as it was sent."), mend=_("Send it again.")) from error


def _bound(coming: Coming, at: int) -> bytes:
    return f"evenhand/part/v1\n{coming.id}\n{at}\n{coming.size}".encode()


def _lying() -> int:
    size = 0
    for each in _folder().glob("*/*/*"):
        with suppress(FileNotFoundError):  # another request has just ended its file
            size += each.stat().st_size
    return size


def _folder() -> Path:
    return Path(settings.HOME.root) / "incoming"


def _place(coming: Coming) -> Path:
    return _folder() / coming.owner / coming.id


def _box() -> Fernet:
    """Return the cipher of tickets; its key is derived from the signing secret for this use alone."""
    key = hashlib.sha256(b"evenhand/file-ticket/v1\n" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
