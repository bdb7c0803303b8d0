"""What the key service does: mint, unwrap and destroy data keys, each unwrapping checked against the seats and logged.

Data keys are wrapped with AES-256-GCM under the key-encryption key (KEK), bound to key id and scope. `unwrap` is
granted to `system` for a declared purpose, to whoever holds a seat on the key now, and to the creator of a key on
which no seat was ever given (the seat and the first document are written in one transaction, after the key).
"""

from __future__ import annotations

import json
import os
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, Final

from evenhand.context import Context
from evenhand.errors import EvenhandError, UsageError
from evenhand.ledger.files import read_secret, write_durably
from evenhand.web.home import Home
from evenhand.web.record.crypto import KEY_BYTES, open_sealed, seal
from evenhand.web.record.keyservice.keystore import KeyStore, WrappedKey
from evenhand.web.record.keyservice.protocol import private_folder, refusal
from evenhand.web.record.keyservice.seats import DatabaseSeats, Seats

SYSTEM: Final = "system"
KINDS: Final = ("organisation", "case", "subject")
_ID = re.compile(r"[0-9a-f]{32}")
_PURPOSE = re.compile(r"[a-z][a-z0-9 _.:-]{0,63}")


class KeyService:
    """The service of one home. `answer` takes one question and never raises for a refusal."""

    def __init__(self, home: Home, ctx: Context, seats: Seats | None = None) -> None:
        private_folder(home.key_store.parent)
        self._kek = read_kek(home)
        self._store = KeyStore(home.key_store)
        self._seats = seats or DatabaseSeats(home)
        self._log = home.key_store.with_name("unwrap.log")
        self._ctx = ctx

    def close(self) -> None:
        """Close the key store."""
        self._store.close()

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to one question: {"op": "ping", "create", …}."""
        verbs: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "ping": lambda _: {"pid": os.getpid()},
            "create": self._create,
            "unwrap": self._unwrap,
            "destroy": self._destroy,
            "list": lambda _: {"keys": self._store.living()},
            "keep blob": self._keep_blob,
            "find blob": self._find_blob,
            "destroy blob": self._destroy_blob,
            "list blobs": lambda _: {"blobs": self._store.blobs()},
        }
        verb = verbs.get(str(question.get("op")))
        if verb is None:
            return refusal(UsageError("the key service does not know this question"))
        try:
            return verb(question)
        except EvenhandError as error:
            return refusal(error)

    def _create(self, question: dict[str, Any]) -> dict[str, Any]:
        key_id, scope = _id(question, "key"), _id(question, "scope")
        kind, actor = question.get("kind"), _actor(question)
        if kind not in KINDS:
            raise UsageError(f"a key belongs to one of {', '.join(KINDS)}")
        wrapped = seal(self._kek, self._ctx.random(KEY_BYTES), bound_to=_bound(key_id, scope), random=self._ctx.random)
        self._store.add(WrappedKey(key_id, kind, scope, wrapped, actor, self._now()))
        return {"key": key_id}

    def _unwrap(self, question: dict[str, Any]) -> dict[str, Any]:
        key_id, actor, purpose = _id(question, "key"), _actor(question), str(question.get("purpose"))
        if not _PURPOSE.fullmatch(purpose):
            raise UsageError("a purpose is needed to open a key", mend="Use plain lower-case words.")
        found = self._store.find(key_id)
        granted = found is not None and found.wrapped is not None and self._may(found, actor)
        self._note(key_id, actor, purpose, granted=granted)
        if found is None or found.wrapped is None:
            raise UsageError("no_key: there is no such key, or it was destroyed")
        if not granted:
            raise UsageError("you hold no seat here", mend="Ask the unit for the role that this needs.")
        key = open_sealed(self._kek, found.wrapped, bound_to=_bound(key_id, found.scope))
        return {"data_key": b64encode(key).decode()}

    def _may(self, key: WrappedKey, actor: str) -> bool:
        if actor == SYSTEM or self._seats.holds(key.key_id, actor, self._ctx.now()):
            return True
        return actor == key.creator and not self._seats.any(key.key_id)

    def _destroy(self, question: dict[str, Any]) -> dict[str, Any]:
        key_id, actor = _id(question, "key"), _actor(question)
        self._note(key_id, actor, "destroy", granted=True)
        return {"destroyed": self._store.destroy(key_id, self._now())}

    def _keep_blob(self, question: dict[str, Any]) -> dict[str, Any]:
        blob, key_id = _id(question, "blob"), _id(question, "key")
        found = self._store.find(key_id)
        if found is None or found.wrapped is None:
            raise UsageError("no_key: there is no such key, or it was destroyed")
        self._store.add_blob(blob, key_id, b64decode(str(question.get("wrapped"))), self._now())
        return {"blob": blob}

    def _find_blob(self, question: dict[str, Any]) -> dict[str, Any]:
        # It opens nothing without the data key, whose unwrapping is checked and logged.
        wrapped = self._store.find_blob(_id(question, "blob"))
        if wrapped is None:
            raise UsageError("no_key: there is no key of this file, or it was destroyed")
        return {"wrapped": b64encode(wrapped).decode()}

    def _destroy_blob(self, question: dict[str, Any]) -> dict[str, Any]:
        blob, actor = _id(question, "blob"), _actor(question)
        self._note(blob, actor, "destroy", granted=True)
        return {"destroyed": self._store.destroy_blob(blob)}

    def _note(self, key_id: str, actor: str, purpose: str, *, granted: bool) -> None:
        line = {"at": self._now(), "key": key_id, "actor": actor, "purpose": purpose, "granted": granted}
        descriptor = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "a") as log:
            log.write(json.dumps(line) + "\n")

    def _now(self) -> str:
        return self._ctx.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def read_kek(home: Home) -> bytes:
    """Return the 32 bytes of the KEK file (64 hex digits); UsageError if it is absent, open to others or damaged.

    A home without a key store is new: its KEK is made.
    """
    path = home.key_encryption_key
    if not path.exists():
        if home.key_store.exists():
            raise UsageError(
                "the key-encryption key is missing",
                where=str(path),
                mend="Restore it, or name it in EVENHAND_KEK_FILE.",
            )
        write_durably(path, secrets.token_hex(KEY_BYTES).encode() + b"\n", mode=0o600)
    text = read_secret(path)
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise UsageError("the key file does not hold 64 hex digits", where=str(path), mend="Restore it from backup.")
    return bytes.fromhex(text)


def _bound(key_id: str, scope: str) -> bytes:
    return b"evenhand/wrap/v1\n" + key_id.encode() + scope.encode()


def _id(question: dict[str, Any], name: str) -> str:
    value = question.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise UsageError(f"{name} must be 32 lower-case hex digits")
    return value


def _actor(question: dict[str, Any]) -> str:
    return SYSTEM if question.get("actor") == SYSTEM else _id(question, "actor")
