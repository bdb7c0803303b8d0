"""Whether a checkpoint counts: the policy's keys and quorum, what became of each key (EVIDENCE §1.13)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from evenhand.errors import UsageError
from evenhand.ledger.checkpoint import (
    CLOCK_TOLERANCE,
    OpenedCheckpoint,
    TreeHead,
    counting_cosigners,
    open_checkpoint,
)
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.keyring import Keyring, Status, parse_keyring, standing_of
from evenhand.ledger.notes import VerifierKey
from evenhand.ledger.policy import NONE, Policy, parse_policy


@dataclass
class Trust:
    """Policy and keyring, and what was opened by them. `now`: POSIX seconds, for cosignatures from the future.

    `given`: the policy came from another source than the bundle. Witnesses that only the bundle names count for
    nothing: whoever holds it can add one of their own.
    """

    policy: Policy
    keyring: Keyring
    now: int
    given: bool
    signers: set[VerifierKey] = field(default_factory=set)
    cosigned: dict[TreeHead, dict[VerifierKey, int]] = field(default_factory=dict)
    """Head -> the policy's witnesses that cosigned it, in whichever note, and when first (POSIX seconds)."""
    superseded: bool = False
    weak: set[TreeHead] = field(default_factory=set)
    """Heads that some note bears by a revoked key alone, at a size for which it still counted."""
    vouched: set[TreeHead] = field(default_factory=set)
    """Heads for which something better stands: another key of the log, the quorum, a later head that continues them."""
    covering: set[TreeHead] = field(default_factory=set)
    """Heads on which the quorum was asked for, because items stand on them."""

    def open(self, note: bytes, *, covering: bool = True) -> TreeHead:
        """Return what a checkpoint says; raises Contradiction or Missing (`no_key`) where it does not count.

        `covering`: an item, or everything else, stands on it, so that it needs the quorum; an earlier one does not.
        """
        opened = open_checkpoint(note, self.policy.logs, list(self.policy.witnesses.values()))
        if opened.head.size == 0:
            raise Malformed("a checkpoint of an empty log covers nothing")
        counting = counting_cosigners(opened, self.now)
        self._judge(opened, counting)
        self.signers.update(opened.log_keys)
        before = self.cosigned.setdefault(opened.head, {})
        for key in counting:
            before[key] = min(opened.cosigners[key], before.get(key, opened.cosigners[key]))
        if covering:
            self.check_quorum(counting)
            self.covering.add(opened.head)
        return opened.head

    def unvouched(self) -> set[TreeHead]:
        """Return the heads for which nothing stands but a revoked key."""
        return self.weak - self.vouched

    def check_quorum(self, cosigners: Collection[VerifierKey]) -> None:
        """Raise Contradiction `quorum_not_met` unless these make the quorum; none does by the bundle's own policy."""
        if not self._is_met(cosigners):
            raise Contradiction(Reason.QUORUM_NOT_MET, "too few of the policy's witnesses cosigned")

    def drop_early(self, head: TreeHead, latest: int) -> list[tuple[VerifierKey, int]]:
        """Take away and return the cosignatures of a head that are older than what it covers: `latest`, POSIX seconds.

        Clocks may differ by as much as a cosignature may lie in the future.
        """
        found = self.cosigned[head]
        early = [(key, time) for key, time in found.items() if time + CLOCK_TOLERANCE < latest]
        for key, _ in early:
            del found[key]
        return early

    def _is_met(self, cosigners: Collection[VerifierKey]) -> bool:
        return self.policy.is_met_by(cosigners if self.given else ())

    def _judge(self, opened: OpenedCheckpoint, cosigners: Collection[VerifierKey]) -> None:
        standing = standing_of(opened, self.keyring)
        self.superseded = self.superseded or standing is Status.RETIRED
        witnessed = self.policy.quorum != NONE and self._is_met(cosigners)
        alone = standing is Status.REVOKED and not witnessed
        (self.weak if alone else self.vouched).add(opened.head)


def check_given(data: bytes | None, parse: Callable[[bytes], object], where: str) -> None:
    """Raise UsageError, naming it, where a file of the reader's own (None: there is none) is not what it should be."""
    if data is None:
        return
    try:
        parse(data)
    except (UsageError, Malformed) as error:
        raise UsageError(str(error), where=where, mend="Save it again from the organisation's page /ledger.") from None


def parse_trust(policy: bytes, keyring: bytes, now: int, *, given: bool) -> Trust:
    """Return the trust that two files describe; raises Malformed. `given`: the policy is not the bundle's own."""
    try:
        return Trust(parse_policy(policy), parse_keyring(keyring), now, given)
    except UsageError as error:
        raise Malformed(str(error)) from None
