"""What /procedure shows: the published procedure in plain words, from the same tables that the cases obey."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from evenhand.errors import UsageError
from evenhand.procedure.choices import Procedure, SanctionTerm, builtin_text, load
from evenhand.procedure.clocks import CLOCKS, Clock, ClockId
from evenhand.procedure.roles import MERIT_ROLES, CaseRole
from evenhand.procedure.sanctions import RUNGS
from evenhand.procedure.states import PARTY_WORDS, State
from evenhand.procedure.transitions import clock_of, owner_of
from evenhand.web.publish.queries import Signed, signed
from evenhand.web.rules.queries import PublishedProcedure, procedure_in_force, procedures

_STAGES: Final = (
    State.RECEIVED, State.ACKNOWLEDGED, State.TRIAGE, State.MEMBERSHIP_CHECK, State.EVIDENCE_ASSESSMENT,
    State.UNDER_INVESTIGATION, State.CASE_TO_ANSWER, State.REPLY_WINDOW, State.PANEL_SET, State.HEARING,
    State.LIABILITY_DECIDED, State.SANCTION_DECIDED, State.INDEPENDENT_REVIEW,
)  # fmt: skip
# The clocks a reader outside may want to know beside those of the stages; the rest stand in the text itself.
_OTHER_CLOCKS: Final = (
    ClockId.DANGER, ClockId.INFO, ClockId.IDENTITY, ClockId.INFORMAL, ClockId.DISMISSAL, ClockId.HEARING_NOTICE,
    ClockId.REASONS, ClockId.APPEAL, ClockId.WITHDRAWAL, ClockId.SERVICE_POSTED, ClockId.SERVICE_DELIVERED,
    ClockId.WELFARE_CALL, ClockId.OVERALL_FIRST, ClockId.OVERALL_SECOND,
)  # fmt: skip
_STEP_NAMES = re.compile(r" \((?:T\d+[a-z]?|N\d+|IM-\d|INV-\d+)\)$")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage in the words that parties read: what is done in it, by whom, how long that takes."""

    words: str
    doing: str
    who: str
    aim: str
    latest: str


@dataclass(frozen=True, slots=True)
class ProcedurePage:
    """The page. `published` and `signed` are None while the organisation has published none of its own."""

    published: PublishedProcedure | None
    signed: Signed | None
    stages: tuple[Stage, ...]
    clocks: tuple[tuple[str, str, str], ...]
    deciding: tuple[tuple[str, str, str], ...]
    rungs: tuple[tuple[str, str], ...]
    kept: tuple[tuple[str, str], ...]
    appointing: tuple[str, ...]
    review_percent: str
    versions: tuple[PublishedProcedure, ...]


def procedure_page(today: date) -> ProcedurePage:
    """Return the page for the procedure in force on that day; the shipped one where none is."""
    published = _in_force(today)
    said = load(published.text if published else builtin_text("default"))
    return ProcedurePage(
        published=published,
        signed=_signed(published) if published else None,
        stages=tuple(_stage(said, state) for state in _STAGES),
        clocks=tuple(_clock(said.clock(each)) for each in _OTHER_CLOCKS),
        deciding=tuple((_(role.label), _(role.words), _(role.never)) for role in CaseRole if role in MERIT_ROLES),
        rungs=tuple((_(term.rung.words), _term(term)) for term in said.sanctions),
        kept=tuple((_KEPT[term.kept_as.value](), _(term.keep.words)) for term in said.retention),
        appointing=tuple(name.replace("_", " ") for name in said.pool.appointed_by),
        review_percent=f"{said.sampling.review:.0%}",
        versions=tuple(reversed(procedures())),
    )


def _in_force(today: date) -> PublishedProcedure | None:
    try:
        return procedure_in_force(today)
    except UsageError:
        return None


def _signed(published: PublishedProcedure) -> Signed:
    signers = (published.first_signer, published.second_signer)
    return signed(published.id, "procedure.adopted", signers, published.published_at)


def _stage(said: Procedure, state: State) -> Stage:
    clock = clock_of(state)
    doing, aim, latest = _clock(said.clock(clock)) if clock else ("", "", "")
    return Stage(_(PARTY_WORDS[state]), doing, _(owner_of(state).label), aim, latest)


def _clock(clock: Clock) -> tuple[str, str, str]:
    """Return what a clock is for, what is aimed at and what binds: the earliest where there are several."""
    words = _STEP_NAMES.sub("", CLOCKS[clock.id].words)
    latest = _(" or ").join(_(bound.words) for bound in clock.bound)
    if len(clock.bound) > 1:
        latest = _("%(limits)s, whichever is earlier") % {"limits": latest}
    return _(words), _(clock.aim.words), latest


def _term(term: SanctionTerm) -> str:
    time = {"time": _(term.spent_after.words)}
    if RUNGS[term.rung].after_term:
        return _("no longer counts %(time)s after its term has ended") % time
    return _("no longer counts after %(time)s") % time


_KEPT: Final = {
    "out_of_scope": lambda: _("Not something the unit can take further: after the time for a check is over"),
    "nothing_found": lambda: _("Too little to go on, no formal allegations, or not proved"),
    "mild": lambda: _("Advice, amends or a warning: after it no longer counts"),
    "grave": lambda: _("Anything graver: after it no longer counts"),
    "left": lambda: _("Stopped because membership ended"),
}
