"""What was shared and waits for the second tap: in the page itself, encrypted; pictures sealed on disk for an hour.

The key of a draft's pictures stands in the page alone, so nobody else can open what lies here, and what is not
confirmed within the hour goes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.files import write_durably
from evenhand.live.shared import Shared
from evenhand.web.home import Home

KEPT: Final = timedelta(hours=1)
_MOST: Final = 60_000  # characters of the hidden field


@dataclass(frozen=True, slots=True)
class Draft:
    """What waits: its id, whose sign-in shared it ("" before sign-in), the link and words, the pictures' objects."""

    id: str
    person: str
    shared: Shared
    key: bytes = b""
    objects: tuple[str, ...] = ()


def new_draft(*, person: str, shared: Shared, images: Sequence[bytes], home: Home, ctx: Context) -> Draft:
    """Return a draft whose pictures lie sealed on disk."""
    draft = Draft(ctx.new_id(), person, shared, ctx.random(32), tuple(ctx.new_id() for _ in images))
    for number, image in enumerate(images):
        sealed = AESGCM(draft.key).encrypt(_nonce(number), image, draft.id.encode())
        write_durably(_path(home, draft, number), sealed, mode=0o600)
    return draft


def images_of(draft: Draft, home: Home) -> list[bytes]:
    """Return a draft's pictures. Raises UsageError where they are gone: shared over an hour ago, or kept already."""
    try:
        return [
            AESGCM(draft.key).decrypt(_nonce(number), _path(home, draft, number).read_bytes(), draft.id.encode())
            for number in range(len(draft.objects))
        ]
    except (FileNotFoundError, InvalidTag) as error:
        raise UsageError("what you shared has waited too long", mend="Share it once more.") from error


def discard_images(draft: Draft, home: Home) -> None:
    """Remove a draft's pictures."""
    for number in range(len(draft.objects)):
        _path(home, draft, number).unlink(missing_ok=True)


def forget_drafts(ctx: Context) -> int:
    """Remove the pictures that nobody confirmed within the hour; return how many. Due work."""
    folder, before = Home.here().root / "drafts", (ctx.now() - KEPT).timestamp()
    old = [path for path in folder.glob("*.sealed") if path.stat().st_mtime < before] if folder.is_dir() else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def packed(draft: Draft) -> str:
    """Return the draft as the encrypted text of the hidden field."""
    plain = [draft.id, draft.person, draft.shared.url, draft.shared.text, draft.key.hex(), draft.objects]
    return _box().encrypt(zlib.compress(json.dumps(plain).encode())).decode()


def unpacked(text: str) -> Draft | None:
    """Return the draft of a hidden field; None where it is not ours, was changed, or is older than an hour."""
    if not text or len(text) > _MOST:
        return None
    try:
        plain = zlib.decompress(_box().decrypt(text.encode(), ttl=int(KEPT.total_seconds())))
        draft, person, url, words, key, objects = json.loads(plain)
    except (InvalidToken, zlib.error, ValueError):
        return None
    return Draft(draft, person, Shared(url, words), bytes.fromhex(key), tuple(objects))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _path(home: Home, draft: Draft, number: int) -> Path:
    return home.root / "drafts" / f"{draft.id}-{number}.sealed"


def _box() -> Fernet:
    key = hashlib.sha256(b"evenhand/share-draft/v1\n" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
