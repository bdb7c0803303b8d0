"""Whether a checkpoint counts: the policy's keys and quorum, what became of each key (EVIDENCE §1.13)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from evenhand.errors import UsageError
from evenhand.ledger.checkpoint import OpenedCheckpoint, TreeHead, counting_cosigners, open_checkpoint
from evenhand.ledger.errors import Contradiction, Malformed, Missing, Reason
from evenhand.ledger.notes import VerifierKey, parse_trusted_vkey
from evenhand.ledger.policy import NONE, Policy, parse_policy

_FIELDS: Final = frozenset({"vkey", "status", "added_index", "status_index", "last_size"})


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


def parse_keyring(data: bytes) -> dict[VerifierKey, KeyState]:
    """Return key -> state of a keyring.json; raises Malformed."""
    try:
        listed = json.loads(data)
    except (ValueError, RecursionError):
        raise Malformed("a keyring that is not JSON") from None
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
    if last is not None and (type(last) is not int or last < 0):
        raise Malformed("a last size that is no size")
    return parse_trusted_vkey(entry["vkey"]), KeyState(Status(status), last)


@dataclass
class Trust:
    """Policy and keyring, and what was opened by them. `now`: POSIX seconds, for cosignatures from the future."""

    policy: Policy
    keyring: Mapping[VerifierKey, KeyState]
    now: int
    signers: set[VerifierKey] = field(default_factory=set)
    superseded: bool = False
    weak: set[TreeHead] = field(default_factory=set)
    """Heads that a revoked key alone signed, at a size for which it still counted."""

    def open(self, note: bytes) -> TreeHead:
        """Return what a checkpoint says; raises Contradiction or Missing (`no_key`) where it does not count."""
        opened = open_checkpoint(note, self.policy.logs, list(self.policy.witnesses.values()))
        if opened.head.size == 0:
            raise Malformed("a checkpoint of an empty log covers nothing")
        if not self.policy.is_met_by(counting_cosigners(opened, self.now)):
            raise Contradiction(Reason.QUORUM_NOT_MET, "too few of the policy's witnesses cosigned")
        self._judge(opened)
        self.signers.update(opened.log_keys)
        return opened.head

    def _judge(self, opened: OpenedCheckpoint) -> None:
        states = [self.keyring[key] for key in opened.log_keys if key in self.keyring]
        counting = {state.status for state in states if state.counts_at(opened.head.size)}
        if Status.ACTIVE in counting:
            return
        if Status.RETIRED in counting:
            self.superseded = True
        elif Status.REVOKED in counting:
            if self.policy.quorum == NONE:
                self.weak.add(opened.head)
        elif any(state.status is Status.REVOKED for state in states):
            raise Contradiction(Reason.AFTER_REVOCATION, "signed by a key that was revoked at a smaller size")
        elif states:
            raise Contradiction(Reason.AFTER_RETIREMENT, "signed by a key that was retired at a smaller size")
        else:
            raise Missing(Reason.NO_KEY, "the key that signed is not in the keyring")


def parse_trust(policy: bytes, keyring: bytes, now: int) -> Trust:
    """Return the trust that two files describe; raises Malformed."""
    try:
        return Trust(parse_policy(policy), parse_keyring(keyring), now)
    except UsageError as error:
        raise Malformed(str(error)) from None
