"""Data keys, through the key service: made before the transaction that uses them, opened for a person and a purpose."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime
from typing import Final, Literal

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.home import Home
from evenhand.web.record.ids import BLOB_NAMES, ORGANISATION, SYSTEM, ActorId, KeyId, hex_id
from evenhand.web.record.keyservice.process import is_running, key_service
from evenhand.web.record.keyservice.protocol import KeyRefused, NoKeyService, ask

__all__ = [
    "ORGANISATION", "SYSTEM", "KeyRefused", "NoKeyService", "blob_key", "blob_keys", "create_key", "destroy_blob_key",
    "destroy_key", "is_running", "keep_blob_key", "key_service", "living_keys", "unwrap",
]  # fmt: skip

Kind = Literal["organisation", "case", "subject"]
_NO_SCOPE: Final = "0" * 32


def create_key(
    *, ctx: Context, scope: str = _NO_SCOPE, kind: Kind = "case", actor: ActorId = SYSTEM, key: KeyId | None = None
) -> KeyId:
    """Make a data key for the case or subject `scope` (hex32) and return its id; it is durable on return.

    Call it before the unit of work that first uses it. A key whose transaction never came is destroyed by the
    sweeper after 24 hours. `actor` may use it until the first seat on it is given. Raises NoKeyService.
    """
    made = key or KeyId(ctx.new_id())
    ask(Home.here(), {"op": "create", "key": made, "scope": hex_id(scope, "scope"), "kind": kind, "actor": actor})
    return made


def unwrap(key: KeyId, *, actor: ActorId, purpose: str) -> bytes:
    """Return the 32 bytes of a data key; the service checks the actor's seat and logs. Raises KeyRefused, NoKeyService.

    Never keep the bytes beyond one unit of work or one reading: a seat may end.
    """
    answer = ask(Home.here(), {"op": "unwrap", "key": key, "actor": actor, "purpose": purpose})
    return b64decode(answer["data_key"])


def destroy_key(key: KeyId, *, actor: ActorId = SYSTEM) -> bool:
    """Destroy a data key for ever and return whether it was there; whatever is sealed under it is gone."""
    if key in (ORGANISATION, BLOB_NAMES):
        raise UsageError("the organisation's keys are never destroyed")
    return bool(ask(Home.here(), {"op": "destroy", "key": key, "actor": actor})["destroyed"])


def living_keys() -> list[tuple[KeyId, datetime]]:
    """Return (id, time made) of every key in the store that is not destroyed."""
    answer = ask(Home.here(), {"op": "list"})
    return [(KeyId(key), datetime.fromisoformat(made)) for key, made in answer["keys"]]


def keep_blob_key(blob: str, key: KeyId, wrapped: bytes) -> None:
    """Keep the key of a file of the vault, wrapped under a data key; durable on return, before the file is."""
    ask(Home.here(), {"op": "keep blob", "blob": blob, "key": key, "wrapped": b64encode(wrapped).decode()})


def blob_key(blob: str) -> bytes:
    """Return the wrapped key of a file of the vault. Raises KeyRefused once it was destroyed, NoKeyService."""
    return b64decode(ask(Home.here(), {"op": "find blob", "blob": blob})["wrapped"])


def destroy_blob_key(blob: str, *, actor: ActorId = SYSTEM) -> bool:
    """Destroy the key of one file of the vault for ever and return whether it was there."""
    return bool(ask(Home.here(), {"op": "destroy blob", "blob": blob, "actor": actor})["destroyed"])


def blob_keys() -> list[tuple[str, KeyId, datetime]]:
    """Return (file, its data key, time made) of every file of the vault whose key is there."""
    answer = ask(Home.here(), {"op": "list blobs"})
    return [(blob, KeyId(key), datetime.fromisoformat(made)) for blob, key, made in answer["blobs"]]
