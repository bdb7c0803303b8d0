"""Words for what code names: states as officers read them, roles, how long ago and how long until."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evenhand.procedure.clocks import ClockId
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State

STATES: Final[dict[State, str | Promise]] = {
    State.DRAFT: gettext_lazy("being written"),
    State.RECEIVED: gettext_lazy("received, not opened"),
    State.ACKNOWLEDGED: gettext_lazy("opened; look for danger and duplicates"),
    State.TRIAGE: gettext_lazy("looked at; membership to be looked up"),
    State.MERGED: gettext_lazy("joined to a known item"),
    State.MEMBERSHIP_CHECK: gettext_lazy("with the assessor: scope and evidence"),
    State.OUT_OF_SCOPE: gettext_lazy("out of scope, answered"),
    State.EVIDENCE_ASSESSMENT: gettext_lazy("evidence assessed; route to be chosen"),
    State.MORE_INFO_REQUESTED: gettext_lazy("more information asked for"),
    State.DISMISSED_UNFIT: gettext_lazy("dismissed: too little to go on"),
    State.INFORMAL: gettext_lazy("agreed solution under way"),
    State.UNDER_INVESTIGATION: gettext_lazy("under investigation"),
    State.NO_CASE: gettext_lazy("no case to answer"),
    State.CASE_TO_ANSWER: gettext_lazy("case to answer; allegations to be set"),
    State.CHARGED: gettext_lazy("formal allegations set"),
    State.REPLY_WINDOW: gettext_lazy("waiting for the reply"),
    State.ADMITTED: gettext_lazy("accepted by the person complained about"),
    State.PANEL_SET: gettext_lazy("panel drawn"),
    State.HEARING: gettext_lazy("with the panel"),
    State.LIABILITY_DECIDED: gettext_lazy("findings made"),
    State.SANCTION_DECIDED: gettext_lazy("outcome decided, reasons to be given"),
    State.INDEPENDENT_REVIEW: gettext_lazy("with the reviewer"),
    State.DECIDED: gettext_lazy("decided and told"),
    State.SCREENING_REVIEW: gettext_lazy("the end is being reviewed"),
    State.APPEALED: gettext_lazy("appealed"),
    State.APPEAL_DECIDED: gettext_lazy("appeal decided"),
    State.REOPEN_REQUESTED: gettext_lazy("reopening asked for"),
    State.REOPENED: gettext_lazy("reopened"),
    State.SANCTION_ACTIVE: gettext_lazy("outcome running"),
    State.SPENT: gettext_lazy("outcome spent"),
    State.CLOSED: gettext_lazy("closed"),
    State.WITHDRAWN: gettext_lazy("withdrawn"),
    State.LEFT_UNDER_INVESTIGATION: gettext_lazy("stopped: membership ended"),
}


CLOCKS: Final[dict[ClockId, str | Promise]] = {
    ClockId.ACKNOWLEDGE: gettext_lazy("Open the report and tell the sender"),
    ClockId.DANGER: gettext_lazy("Look at the danger report"),
    ClockId.TRIAGE: gettext_lazy("Look for danger and duplicates"),
    ClockId.MEMBERSHIP: gettext_lazy("Look membership up"),
    ClockId.EVIDENCE: gettext_lazy("Assess the evidence"),
    ClockId.INFO: gettext_lazy("Time for the sender to answer"),
    ClockId.IDENTITY: gettext_lazy("Time for the sender to say whether they may be named"),
    ClockId.NOTICE: gettext_lazy("Choose the way and tell both sides"),
    ClockId.INVESTIGATION: gettext_lazy("Look into the facts, and say whether there is a case"),
    ClockId.CHARGE: gettext_lazy("Set and send the formal allegations"),
    ClockId.REPLY: gettext_lazy("Time to answer the allegations"),
    ClockId.PANEL: gettext_lazy("Draw the panel"),
    ClockId.HEARING: gettext_lazy("Open the hearing"),
    ClockId.LIABILITY: gettext_lazy("Say whether it happened and broke the rule"),
    ClockId.SANCTION: gettext_lazy("Say what follows"),
    ClockId.REVIEW: gettext_lazy("Check the decision from outside"),
    ClockId.REASONS: gettext_lazy("Send the decision and its reasons"),
    ClockId.APPEAL: gettext_lazy("Time to ask that new people look again"),
    ClockId.SCREENING_ASK: gettext_lazy("Time to ask that somebody new checks the answer"),
    ClockId.ALLOCATION: gettext_lazy("Fill the empty seat"),
    ClockId.OVERALL_FIRST: gettext_lazy("The whole case: both sides and the auditor are told that it is late"),
    ClockId.OVERALL_SECOND: gettext_lazy("The whole case: they are told again"),
}


def clock_words(name: str) -> str:
    """Return what a running clock waits for."""
    known = CLOCKS.get(ClockId(name))
    return str(known) if known is not None else name.replace("_", " ")


def state_words(state: str) -> str:
    """Return a state as those who handle the case read it."""
    return str(STATES[State(state)])


def role_words(role: str) -> str:
    """Return the name of a part in a case, in the reader's language; `system` is the house itself."""
    return _("the system, by rule") if role == "system" else _(CaseRole(role).label)


def until_words(due: datetime | None, now: datetime) -> str:
    """Return how long is left, or how late it is, in whole days or hours."""
    if due is None:
        return ""
    late, span = due < now, abs(due - now)
    if span < timedelta(hours=36):
        hours = max(int(span.total_seconds() // 3600), 1)
        words = ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    else:
        days = span.days
        words = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return (_("%(span)s late") if late else _("%(span)s left")) % {"span": words}
