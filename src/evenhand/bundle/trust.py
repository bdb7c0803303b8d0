"""Whether a checkpoint counts: the policy's keys and quorum, what became of each key (EVIDENCE §1.13)."""

from __future__ import annotations

from dataclasses import dataclass, field

from evenhand.errors import UsageError
from evenhand.ledger.checkpoint import OpenedCheckpoint, TreeHead, counting_cosigners, open_checkpoint
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.keyring import Keyring, Status, parse_keyring, standing_of
from evenhand.ledger.notes import VerifierKey
from evenhand.ledger.policy import NONE, Policy, parse_policy


@dataclass
class Trust:
    """Policy and keyring, and what was opened by them. `now`: POSIX seconds, for cosignatures from the future."""

    policy: Policy
    keyring: Keyring
    now: int
    signers: set[VerifierKey] = field(default_factory=set)
    cosigned: dict[TreeHead, dict[str, int]] = field(default_factory=dict)
    """Head -> the names of the policy's witnesses that cosigned it, and when (POSIX seconds)."""
    superseded: bool = False
    weak: set[TreeHead] = field(default_factory=set)
    """Heads that a revoked key alone signed, at a size for which it still counted."""

    def open(self, note: bytes) -> TreeHead:
        """Return what a checkpoint says; raises Contradiction or Missing (`no_key`) where it does not count."""
        opened = open_checkpoint(note, self.policy.logs, list(self.policy.witnesses.values()))
        if opened.head.size == 0:
            raise Malformed("a checkpoint of an empty log covers nothing")
        counting = counting_cosigners(opened, self.now)
        if not self.policy.is_met_by(counting):
            raise Contradiction(Reason.QUORUM_NOT_MET, "too few of the policy's witnesses cosigned")
        self._judge(opened)
        self.signers.update(opened.log_keys)
        self.cosigned[opened.head] = {key.name: opened.cosigners[key] for key in counting}
        return opened.head

    def _judge(self, opened: OpenedCheckpoint) -> None:
        standing = standing_of(opened, self.keyring)
        self.superseded = self.superseded or standing is Status.RETIRED
        if standing is Status.REVOKED and self.policy.quorum == NONE:
            self.weak.add(opened.head)


def parse_trust(policy: bytes, keyring: bytes, now: int) -> Trust:
    """Return the trust that two files describe; raises Malformed."""
    try:
        return Trust(parse_policy(policy), parse_keyring(keyring), now)
    except UsageError as error:
        raise Malformed(str(error)) from None
