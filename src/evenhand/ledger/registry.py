"""The registry of leaf types: the only one. A type says what kind of act took place, never how it ended.

New type = one row here, one in docs/reference/ledger.md (a test holds them together), and a test. None is
ever removed. The rows bind the writer;
a parser checks form, known type and key rules only, so that old leaves stay readable.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evenhand.ledger.called import CALLED


class Need(StrEnum):
    """Whether a leaf of a type carries a field."""

    NO = "no"
    MAY = "may"
    MUST = "must"


PUB_KEYS: Final = frozenset({"code", "procedure", "policy", "schedule", "software", "oldlog", "document"})
"""Public documents that name nobody; a leaf may carry their plain digest."""


@dataclass(frozen=True, slots=True)
class LeafType:
    """One row: which act, and which fields its leaf carries beside v, t, at, n, act, case, obj.

    `when` names the steps and invariants of the procedure. `needs`/`may`: names in `c`; `pub_needs`/`pub_may`:
    keys in `pub`; `why`: the closed list of reason words, one of which must stand there unless `why_may`.
    """

    name: str
    when: str
    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    pub_needs: frozenset[str] = frozenset()
    pub_may: frozenset[str] = frozenset()
    ref: Need = Need.NO
    why: tuple[str, ...] = ()
    why_may: bool = False
    batch: bool = False
    vkey: bool = False
    last: bool = False

    @property
    def family(self) -> str:
        """The part before the dot."""
        return self.name.partition(".")[0]

    @property
    def called(self) -> str:
        """What the act is called in plain words."""
        return CALLED[self.name]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _row(
    name: str,
    when: str,
    needs: str = "",
    may: str = "",
    *,
    pub: str = "",
    pub_may: str = "",
    ref: Need = Need.NO,
    why: str = "",
    why_may: str = "",
) -> LeafType:
    """Return one row whose leaf commits to its document (`c.doc`), as every act's does."""
    return LeafType(
        name,
        when,
        needs=_words(needs) | {"doc"},
        may=_words(may),
        pub_needs=_words(pub),
        pub_may=_words(pub_may),
        ref=ref,
        why=tuple((why or why_may).split()),
        why_may=bool(why_may),
    )


def _key_row(name: str, when: str, why: str, *, last: bool = False) -> LeafType:
    return LeafType(name, when, why=tuple(why.split()), why_may=True, vkey=True, last=last)


def _log_row(name: str, when: str) -> LeafType:
    return LeafType(name, when, pub_may=PUB_KEYS)


_HOLD: Final = "appeal_pending court_proceedings police_request regulator_request safety"
_ERASURE: Final = "erasure_request retention lawful_destruction"
# Of a source file whose records an erasure could not blank one by one: why it went whole.
_WHOLE: Final = (
    "shape_not_blankable not_read_again nothing_else_in_it others_would_change text_elsewhere_in_it texts_beside_it"
)

_ROWS: Final = (
    _row("submission.received", "T00, in the transaction of /report", "sent", why="form mail letter telephone officer"),
    _row("submission.acknowledged", "T01"),
    _row("submission.triaged", "T02"),
    _row("submission.merged", "T02a", ref=Need.MUST),
    _row("danger.recorded", "T02, R11", why="flagged card reached"),
    _row("welfare.called", "P§2.4"),
    _row("lookup.made", "T03, any register or name query", "purpose approver"),
    _row("case.opened", "one case has one subject", pub="code procedure"),
    _row("case.scope_recorded", "T03, T03a, T04"),
    _row("case.assessment_recorded", "T04b, T05, T06", pub="code"),
    _row("case.info_asked", "T04a"),
    _row("case.info_received", "T04a"),
    _row("case.informal_recorded", "T05, T05a"),
    _row("case.notice_sent", "every N", "sent"),
    _row("case.charge_assessed", "T07"),
    _row("case.allegations_set", "T08, INV-29", pub="code"),
    _row("case.reply_received", "T08, T08a and its withdrawal, replies in T15-T19", "reply"),
    _row("case.panel_assigned", "T09, any drawn seat"),
    _row("case.recused", "INV-04"),
    _row("case.hearing_recorded", "T10"),
    _row("case.deliberation_recorded", "T11, T12"),
    _row("case.review_recorded", "T13, T13a, T15a"),
    _row("case.decided", "T14", "contacts reasons"),
    _row("case.appealed", "T15, T15a"),
    _row("case.appeal_decided", "T16"),
    _row("case.term_recorded", "T17"),
    _row("case.closed", "T18"),
    _row("case.frozen", "T20"),
    _row("case.withdrawn", "T21"),
    _row("case.resumed", "T20a, T21a"),
    _row("blind.recorded", "T04, T07 (INV-20)"),
    _row("open.recorded", "T04, T07 (INV-20)"),
    _row("vote.recorded", "each vote of T04b, T11, T12, T16, T19"),
    _row("notice.served", "service of a notice", why="delivered posted opened bounced"),
    _row("dialogue.recorded", "P§2.4: what a party wrote to the unit, or the unit to a party", "sent"),
    _row("message.sent", "outreach R13, briefing INV-16, other outgoing text", "sent"),
    _row("interim.recorded", "each step of T06a"),
    _row("pause.set", "T06b"),
    _row("pause.ended", "T06b"),
    _row("clock.recorded", "P§2.2, INV-26, INV-40", why="extended expired escalated"),
    _row("pool.appointed", "INV-18: appointed by two bodies"),
    _row("pool.frozen", "INV-18: at receipt"),
    _row("draw.nonce_committed", "INV-18", "nonce"),
    _row("draw.committed", "INV-18", "pool constraints"),
    _row("draw.made", "INV-18", ref=Need.MUST),
    _row("seat.declared", "INV-19: conflict, contact"),
    _row("seat.changed", "INV-19"),
    _row("contact.flagged", "INV-11, INV-12"),
    _row("contact.filed", "INV-11, INV-12"),
    _row("disclosure.recorded", "identity step before N3, gist, unmasking (R10, INV-30)"),
    _row("reopening.recorded", "each step of T19"),
    _row("conduct.review_recorded", "P§9.5"),
    _row("matter.linked", "cross-complaints, joint incidents"),
    _row("party.recorded", "companion, representative, witness", may="sent"),
    _row("statement.recorded", "by a witness or a mandate holder"),
    _row("referral.recorded", "police, hotline, platform"),
    _row("rights.recorded", "P§7.5"),
    _row("breach.recorded", "R7"),
    _row("lead.disposed", "used, invited (N23), dropped, abstained on"),
    _row("wave.filed", "a wave file"),
    _row("evidence.sealed", "an object at intake", "content"),
    LeafType(
        "evidence.batch_sealed",
        "bulk intake: one leaf per batch",
        needs=_words("doc"),
        may=_words("content"),
        batch=True,
    ),
    _row("evidence.derived", "a copy made from an object", "content", "method", ref=Need.MUST),
    _row("evidence.redacted", "§2.5", "content", "method source", ref=Need.MUST),
    _row("evidence.accessed", "per actor, object, purpose and 15 minutes", "reads"),
    _row("evidence.exported", "a bundle", "manifest"),
    _row("evidence.integrity_failed", "a stored object no longer matches"),
    _row("evidence.assessed", "P§9.1"),
    _row("evidence.graded", "§2.4"),
    _row("evidence.asked", "§2.4"),
    _row("evidence.quarantined", "§2.8", may="content"),
    _row("evidence.cleared", "§2.8"),
    _row("evidence.restricted", "§2.8"),
    _row("evidence.erasure_started", "§2.7", "scope", "approvers", ref=Need.MAY, why=_ERASURE),
    _row("evidence.erased", "§2.7", "scope", "approvers", ref=Need.MUST, why=_ERASURE),
    _row("hold.placed", "T22", ref=Need.MAY, why=_HOLD),
    _row("hold.reviewed", "T22", ref=Need.MAY, why=_HOLD),
    _row("hold.released", "T22", ref=Need.MAY, why=_HOLD),
    _row("retention.locked", "T23", may="count", pub_may="schedule"),
    _row("retention.purged", "T23, corpus, source files", "count", pub_may="schedule", why_may=_WHOLE),
    _row("corpus.imported", "FORMATS §2.9", "content", ref=Need.MAY),
    _row("corpus.rewritten", "FORMATS §2.7, §2.9", "content", ref=Need.MAY),
    _row("register.loaded", "a register of members"),
    _row("record.read", "§2.2: per actor, object, purpose and 15 minutes", "reads"),
    _row("breakglass.used", "each step, INV-08"),
    _row("role.changed", "INV-10"),
    _row("mandate.changed", "INV-01"),
    _row("owner.changed", "INV-05, INV-06, INV-26"),
    _row("training.recorded", "INV-41"),
    _row("sample.drawn", "T13, INV-34"),
    _row("shadow.recorded", "INV-33"),
    _row("invariants.run", "R20", pub="document"),
    _row("code.adopted", "a version of a code of conduct", pub="code", pub_may="procedure"),
    _row("procedure.adopted", "a version of the procedure", pub="procedure", pub_may="code"),
    _row("policy.changed", "setting, adapter, basis, DPIA", pub_may="policy schedule"),
    _row("stats.published", "a published report", pub="document"),
    _row("stats.corrected", "a corrected report", pub="document"),
    _key_row("key.added", "§1.13", "initial rotation"),
    _key_row("key.retired", "§1.13", "rotation", last=True),
    _key_row("key.revoked", "§1.13", "key_theft key_loss", last=True),
    _log_row("log.started", "the first leaf; pub.oldlog where another log came before"),
    _log_row("log.restored", "§1.14"),
    _log_row("log.audited", "§1.15"),
)

REGISTRY: Final[dict[str, LeafType]] = {row.name: row for row in _ROWS}
"""Every leaf type by its name, in the order of the specification."""


def registry_table() -> str:
    """Return the registry as a Markdown table: what docs/reference/ledger.md shows."""
    lines = ["| type | what it is called | when | `c` | `pub` | `ref` | `why` and more |", f"|{'---|' * 7}"]
    for row in REGISTRY.values():
        cells = (
            f"`{row.name}`",
            row.called,
            row.when,
            _names(row.needs, row.may),
            _names(row.pub_needs, row.pub_may),
            "" if row.ref is Need.NO else row.ref.value,
            _more(row),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _names(needs: frozenset[str], may: frozenset[str]) -> str:
    return ", ".join([*sorted(needs), *(f"({name})" for name in sorted(may))])


def _more(row: LeafType) -> str:
    words = f"({', '.join(row.why)})" if row.why_may else ", ".join(row.why)
    fields = [name for name, there in (("cnt, root", row.batch), ("vkey", row.vkey), ("last", row.last)) if there]
    return "; ".join(part for part in (words, ", ".join(fields)) if part)
