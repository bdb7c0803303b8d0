"""What became of each key of a log, and for which of its signatures that counts (EVIDENCE §1.13).

Bound to the size of the tree, never to a time: whoever stole a key writes any time. The leaves `key.*` say what became
of a key; `keyring.json`, kept beside the private key and out of the database's reach, says the same for verifiers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from evenhand.ledger.checkpoint import OpenedCheckpoint
from evenhand.ledger.encoding import MAX_INTEGER, read_json
from evenhand.ledger.errors import Contradiction, Malformed, Missing, Reason
from evenhand.ledger.notes import VerifierKey, parse_trusted_vkey, parse_vkey

_FIELDS: Final = frozenset({"vkey", "status", "added_index", "status_index", "last_size"})
_RECOVERY: Final = "/recovery"


class Status(StrEnum):
    """What became of a key of the log."""

    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class KeyState:
    """The state of one key; `last`: the last size of the log for which it counts, None while it is active."""

    status: Status
    last: int | None

    def counts_at(self, size: int) -> bool:
        """Return whether the key still counted for a log of this size."""
        return self.last is None or size <= self.last


ACTIVE: Final = KeyState(Status.ACTIVE, None)
Keyring = Mapping[VerifierKey, KeyState]


def parse_keyring(data: bytes) -> dict[VerifierKey, KeyState]:
    """Return key -> state of a keyring.json; raises Malformed."""
    listed = read_json(data)
    if not isinstance(listed, list):
        raise Malformed("a keyring that is not a list")
    states: dict[VerifierKey, KeyState] = {}
    for entry in listed:
        key, state = _key_state(entry)
        if key in states:
            raise Malformed("a key that is listed twice")
        states[key] = state
    return states


def _key_state(entry: Any) -> tuple[VerifierKey, KeyState]:
    if not isinstance(entry, dict) or entry.keys() != _FIELDS or not isinstance(entry["vkey"], str):
        raise Malformed("a key of the keyring with other fields than it must have")
    status, last = entry["status"], entry["last_size"]
    if status not in list(Status) or (status == Status.ACTIVE) != (last is None):
        raise Malformed("a key whose status is unknown, or does not fit its last size")
    if last is not None and (type(last) is not int or not 0 <= last <= MAX_INTEGER):
        raise Malformed("a last size that is no size")
    return parse_trusted_vkey(entry["vkey"]), KeyState(Status(status), last)


def standing_of(opened: OpenedCheckpoint, keyring: Keyring) -> Status:
    """Return by what standing of a key the log's signature counts: active, else retired, else revoked.

    A revoked key alone vouches for nothing that no other key or witness vouches for: the caller sees to that. Raises
    Contradiction `after_revocation` or `after_retirement`, Missing `no_key` (the key is not in the keyring).
    """
    states = [keyring[key] for key in opened.log_keys if key in keyring]
    counting = {state.status for state in states if state.counts_at(opened.head.size)}
    for status in Status:
        if status in counting:
            return status
    if any(state.status is Status.REVOKED for state in states):
        raise Contradiction(Reason.AFTER_REVOCATION, "signed by a key that was revoked at a smaller size")
    if states:
        raise Contradiction(Reason.AFTER_RETIREMENT, "signed by a key that was retired at a smaller size")
    raise Missing(Reason.NO_KEY, "the key that signed is not in the keyring")


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key as the leaves tell of it: where it was added, what became of it, where, and its last size."""

    vkey: str
    status: Status
    added_index: int
    status_index: int | None = None
    last_size: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the line of keyring.json."""
        return {
            "vkey": self.vkey,
            "status": self.status.value,
            "added_index": self.added_index,
            "status_index": self.status_index,
            "last_size": self.last_size,
        }


@dataclass(frozen=True, slots=True)
class RecordedKeys:
    """What the leaves say: the log's keys in the order in which they were added, and its recovery key if it has one."""

    lines: tuple[KeyLine, ...]
    recovery: VerifierKey | None


def fold_keys(leaves: Iterable[tuple[int, Mapping[str, Any]]]) -> RecordedKeys:
    """Return what (index, leaf) pairs say of keys; other leaves may be among them. Only the first recovery key counts.

    Raises Malformed for a leaf about a key that was never added, or added twice.
    """
    lines: dict[str, KeyLine] = {}
    recovery: VerifierKey | None = None
    for index, leaf in leaves:
        kind, vkey = str(leaf["t"]), str(leaf.get("vkey", ""))
        if not kind.startswith("key."):
            continue
        if (key := parse_vkey(vkey)).name.endswith(_RECOVERY):
            recovery = recovery or key
        elif kind == "key.added":
            if vkey in lines:
                raise Malformed("a key that is added twice", where=f"leaf {index}")
            lines[vkey] = KeyLine(vkey, Status.ACTIVE, index)
        elif vkey not in lines:
            raise Malformed("a key that was never added", where=f"leaf {index}")
        else:
            status = Status.RETIRED if kind == "key.retired" else Status.REVOKED
            lines[vkey] = KeyLine(vkey, status, lines[vkey].added_index, index, int(leaf["last"]))
    return RecordedKeys(tuple(lines.values()), recovery)


def recovery_name(origin: str) -> str:
    """Return the name of the recovery key of a log."""
    return f"{origin}{_RECOVERY}"
