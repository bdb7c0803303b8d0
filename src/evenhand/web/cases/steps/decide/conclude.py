"""T13 and T14: the decision goes out when its reasons are complete and, where it must be, a reviewer verified it."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from typing import Any, Final

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evenhand.codes import Rung
from evenhand.context import Context
from evenhand.procedure.notices import NOTICES, NoticeId
from evenhand.procedure.outcomes import DismissalCode
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.procedure.table.merits import REVIEWED_BEFORE_NOTICE
from evenhand.web.cases.acts import acting
from evenhand.web.cases.contacts import count_of
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Case, Decision, Event, Outcome, Party, Review
from evenhand.web.cases.steps.assess.dismiss import reasons_of, tell_dismissed
from evenhand.web.cases.steps.charge.decide import reason_of, tell_no_case
from evenhand.web.cases.steps.decide.checking import STAGE, causes_of, reviewer_of, to_reviewer
from evenhand.web.cases.steps.decide.reasons import NO_COMPARATOR, NOT_SERVED, contacts_now, proved, redress_day
from evenhand.web.cases.steps.scope import tell_out_of_scope
from evenhand.web.cases.steps.telling import tell
from evenhand.web.notices.composing import Fields
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import Recorder, recording

_BEFORE: Final = frozenset({State.LIABILITY_DECIDED, State.SANCTION_DECIDED})
_ENDS: Final = frozenset(state.value for state in REVIEWED_BEFORE_NOTICE)


def conclude(case: Case, ctx: Context) -> None:
    """Take the next step of an outcome that is ready: to a reviewer where it must, else out to whom it concerns.

    Ready is a decision with complete reasons, and whatever a reviewer has verified. Idempotent.
    """
    if State(case.state) is State.INDEPENDENT_REVIEW:
        if not _verified(case):
            return
        end = reviewed_end(case)
        if end is None:
            send_out(case, ctx)
        else:
            tell_end(case, end, ctx)
    elif State(case.state) in _BEFORE and Decision.objects.filter(case=case).exists():
        causes = causes_of(case, decided_by=CaseRole.PANEL, rung=_rung(case))
        if not causes:
            send_out(case, ctx)
        elif (seat := reviewer_of(case, ctx)) is not None:
            to_reviewer(case, seat, causes, met=set() if proved(case) else {"none_proved"}, ctx=ctx)


def conclude_due(ctx: Context) -> int:
    """Conclude what waits: for a reviewer nobody could draw, or behind a verdict after a crash. Idempotent due work."""
    states = [state.value for state in _BEFORE]
    waiting = Q(state__in=states, pk__in=Decision.objects.values("case"))
    verified = Review.objects.filter(verdict="verified").values("case")
    waiting |= Q(state=State.INDEPENDENT_REVIEW.value, pk__in=verified)
    cases = list(Case.objects.filter(waiting).order_by("due", "id"))
    for case in cases:
        conclude(case, ctx)
    return len(cases)


def reviewed_end(case: Case) -> State | None:
    """Return the end without a panel that a reviewer checks, or None where it is a decision. One query."""
    last = Event.objects.filter(case=case, transition=STAGE).order_by("-place").values_list("source", flat=True).first()
    return State(last) if last in _ENDS else None


def code_of_end(case: Case) -> str:
    """Return the reason code with which the case ended, from its event. One query."""
    ended = Event.objects.filter(case=case, transition__in=["T03a", "T04b"]).order_by("-place")
    return str(ended.values_list("reason_code", flat=True).first())


def tell_end(case: Case, end: State, ctx: Context) -> None:
    """Take T14 for an end that was verified: the case stands at it again, and now it is told (N13)."""
    reasons = reasons_of(case, SYSTEM, ctx) if end is State.DISMISSED_UNFIT else []
    reason = reason_of(case, SYSTEM, ctx) if end is State.NO_CASE else ""
    met = {"review_verified", "contacts_declared"}
    with recording(actor=SYSTEM, ctx=ctx, purpose="tell a verified end") as r:
        with acting(r, "case.review_recorded", case=case) as act:
            move(act, case, "T14", target=end, role="system", met=met, ctx=ctx)
        if end is State.OUT_OF_SCOPE:
            tell_out_of_scope(r, case, ctx)
        elif end is State.DISMISSED_UNFIT:
            tell_dismissed(r, case, DismissalCode(code_of_end(case)), reasons, ctx)
        else:
            tell_no_case(r, case, reason, ctx)


def _verified(case: Case) -> bool:
    last = Review.objects.filter(case=case).order_by("-drawn_at", "-id").values_list("verdict", flat=True).first()
    return last == "verified"


def send_out(case: Case, ctx: Context) -> None:
    """Take T14 by rule: the decision is made, both sides get N7 and N8 in the same unit.

    What went on while it waited is brought up to date: contacts noted meanwhile are counted, nobody's time to ask
    for new people shrinks because a reviewer read first.
    """
    decision = Decision.objects.get(case=case)
    text = open_texts([decision.text], actor=SYSTEM, purpose="send the decision", ctx=ctx)[decision.text]
    statement: dict[str, Any] = json.loads(text)
    source = State(case.state)
    met = {"reasons_complete", "contact_count_given"}
    if source is State.INDEPENDENT_REVIEW:
        met |= {"review_verified", "contacts_declared"}
    else:
        met |= {"review_not_required"} | (set() if proved(case) else {"none_proved"})
    statement |= contacts_now(case)
    reasons = json.dumps(statement, ensure_ascii=False, sort_keys=True)
    commitments = {"contacts": str(count_of(case.id)).encode(), "reasons": reasons.encode()}
    with recording(actor=SYSTEM, ctx=ctx, purpose="send the decision") as r:
        with acting(r, "case.decided", case=case, commitments=commitments) as act:
            act.change(
                decision, contacts=count_of(case.id), redress_until=redress_day(case, ctx),
                text=decision.text if reasons == text else act.seal("decision.reasons", reasons),
            )  # fmt: skip
            move(act, case, "T14", target=State.DECIDED, role="system", met=met, ctx=ctx)
        _tell(r, case, decision, statement, ctx)


def _tell(r: Recorder, case: Case, decision: Decision, statement: dict[str, Any], ctx: Context) -> None:
    appeal: Fields = {
        "until_when": decision.redress_until,
        "external_redress": [statement["redress"]["out_of_court"]],
    }
    for party in Party.objects.filter(case=case).select_related("case"):
        reasons = partial(decision_fields, case, decision, statement, party.side)
        tell(r, party, NoticeId.N7, reasons, ctx=ctx)
        if party.side in {"respondent", "complainant"}:
            tell(r, party, NoticeId.N8, lambda: appeal, ctx=ctx)


def decision_fields(case: Case, decision: Decision, statement: dict[str, Any], side: str) -> dict[str, Any]:
    """Return what N7 says to a side: everything to the respondent, the outcome and reasons to the complainant, to a
    reporter that it is concluded (PROCEDURE §2.5)."""
    if side == "reporter":
        return {
            "outcome": _("The matter you reported is concluded."),
            "reasons": [_("More is told only to those it concerns.")],
        }
    outcome = _outcome_words(case)
    reasons = [
        statement["facts"],
        *(
            _("Allegation %(number)s: %(why)s") % {"number": found["allegation"], "why": found["why"]}
            for found in statement["findings"]
        ),
        _("The standard: more likely than not."),
        _("What speaks for the person: %(what)s") % {"what": statement["exculpatory_considered"]},
        *(_("To “%(said)s” the answer is: %(answer)s") % answer for answer in statement["answers"]),
        _("Found by a machine: %(yes)s. No machine decided anything.")
        % {"yes": _("yes") if decision.automated_detection else _("no")},
        _("Outside contacts about this case: %(n)d. Declared none: %(none)d of %(seats)d.")
        % {"n": decision.contacts, "none": decision.declared_none, "seats": decision.declared_seats},
    ]  # fmt: skip
    if side == "respondent":
        reasons += [
            _("Comparable outcomes: %(what)s") % {"what": _compared_words(statement["comparators"])},
            _("Letters and when they arrived: %(what)s") % {"what": _arrivals(statement["service_dates"], side)},
        ]
    return {"outcome": outcome, "reasons": [reason for reason in reasons if reason.strip()]}


def _compared_words(codes: str) -> str:
    """Return how comparable cases ended, in the reader's language; `codes` as the outcome holds them."""
    if codes == NO_COMPARATOR:
        return _("none, because fewer than ten cases are alike")
    counted, *quarters = codes.split(",")
    low, median, high = (_(Rung(each).words) for each in quarters)
    return _(
        "%(n)s cases: a quarter ended with “%(low)s” or less, the middle one with “%(median)s”, "
        "a quarter with “%(high)s” or more"
    ) % {"n": counted.partition(":")[2], "low": low, "median": median, "high": high}


def _arrivals(codes: list[str], side: str) -> str:
    """Return the letters of a side by name and day of arrival, in the reader's language; the other's are not theirs."""
    said = []
    for notice, day, to in (code.split() for code in codes):
        known = day != NOT_SERVED
        when = date_format(date.fromisoformat(day)) if known else _("we do not know yet that it arrived")
        said += [f"{_(NOTICES[NoticeId(notice)].name)}, {when}"] if to == side else []
    return "; ".join(said)


def _outcome_words(case: Case) -> str:
    if not proved(case):
        return _("It was not proved. Nothing follows.")
    row = Outcome.objects.get(case=case)
    return _("It was found proved. What follows: %(what)s.") % {"what": _(Rung(row.rung).words)}


def _rung(case: Case) -> Rung:
    row = Outcome.objects.filter(case=case).first()
    return Rung(row.rung) if row else Rung.NOTHING
