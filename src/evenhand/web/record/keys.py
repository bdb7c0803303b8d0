"""Data keys, through the key service: made before the transaction that uses them, opened for a person and a purpose."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime
from typing import Final, Literal

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.home import Home
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId, KeyId, hex_id
from evenhand.web.record.keyservice.process import is_running, key_service
from evenhand.web.record.keyservice.protocol import KeyRefused, NoKeyService, ask

__all__ = [
    "ORGANISATION", "SYSTEM", "KeyRefused", "NoKeyService", "create_key", "destroy_key", "is_running", "key_service",
    "living_keys", "unwrap",
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
    if key == ORGANISATION:
        raise UsageError("the organisation's key is never destroyed")
    return bool(ask(Home.here(), {"op": "destroy", "key": key, "actor": actor})["destroyed"])


def living_keys() -> list[tuple[KeyId, datetime]]:
    """Return (id, time made) of every key in the store that is not destroyed."""
    answer = ask(Home.here(), {"op": "list"})
    return [(KeyId(key), datetime.fromisoformat(made)) for key, made in answer["keys"]]
