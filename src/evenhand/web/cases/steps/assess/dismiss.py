"""T04b: too little to go on, and everything that could be mended was asked. Two assessors vote, each without seeing
the other's vote; if they disagree the case goes on to an investigation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.outcomes import DismissalCode
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.contacts import check_filed
from evenhand.web.cases.engine import move
from evenhand.web.cases.items import items_of
from evenhand.web.cases.models import Case, ItemAssessment, Seat, Vote
from evenhand.web.cases.periods import day_of, due_from, moment
from evenhand.web.cases.seats import declare, declared
from evenhand.web.cases.steps.assess.items import gaps_of
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.decide.checking import causes_of, reviewer_before, to_reviewer
from evenhand.web.cases.steps.declared import ContactDeclared
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.scope import draw_or_wait
from evenhand.web.cases.steps.telling import tell_sender
from evenhand.web.notices.composing import Fields
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.ui.choices import one_of

STAGE: Final = "T04b"
DISMISS, GO_ON = "dismiss", "go_on"
_VOTERS: Final = (CaseRole.ASSESSOR, CaseRole.SECOND_ASSESSOR)


def vote(
    *, case: Case, seat: Seat, choice: str, code: str, reason: str, contact: str, actor: ActorId, ctx: Context
) -> None:
    """Save one hidden vote with its declaration of contact; the second of the two decides what follows.

    `choice`: dismiss (then `code`) or go_on. `contact`: "" for none, else what it was. Raises UsageError while a gap
    that could be mended is unasked.
    """
    check_filed(case.id, actor)
    if gaps_of(case):
        raise UsageError(_("Something that could be mended has not been asked."), mend=_("Ask the sender first."))
    if not declared(case.id, "contact", STAGE).get(seat.id):
        declare(seat=seat.id, kind="contact", stage=STAGE, text=contact or None, actor=actor, ctx=ctx)
    with (
        recording(actor=actor, ctx=ctx, purpose="vote on a dismissal") as r,
        acting(r, "vote.recorded", case=case, obj=seat.id) as act,
    ):
        said = f"{choice}/{code}" if choice == DISMISS else choice
        act.insert(
            Vote(
                id=ctx.new_id(), case=case, seat=seat, stage=STAGE, vote=said,
                reason=act.seal("vote.reason", reason), at=moment(ctx),
            )
        )  # fmt: skip
    if not Seat.objects.filter(case=case, role=CaseRole.SECOND_ASSESSOR, ends=None).exists():
        draw_or_wait(case, CaseRole.SECOND_ASSESSOR, ctx)


def settle(*, case: Case, actor: ActorId, ctx: Context) -> bool:
    """Take T04b where both votes are in and agree, and return whether it was taken.

    Where the end has to be checked from outside first, the sender is told when it was. Raises Refused where nobody
    can be drawn to check it: the votes stay, and either of the two takes the step again.
    """
    votes = agreed(case)
    if votes is None:
        return False
    code = DismissalCode(votes[0].vote.partition("/")[2])
    causes = causes_of(case, decided_by=CaseRole.ASSESSOR)
    seat = reviewer_before(case, causes, ctx)
    reasons = reasons_of(case, actor, ctx)
    with recording(actor=actor, ctx=ctx, purpose="dismiss") as r:
        pub = {"code": bytes.fromhex(case.procedure)}
        with acting(r, "case.assessment_recorded", case=case, pub=pub) as act:
            met = {
                "dismissal_code_given", "gaps_asked_once", "two_hidden_votes", "votes_agree", "contacts_declared",
                "contacts_filed",
            }  # fmt: skip
            role = _role_of(case, actor)
            move(act, case, "T04b", target=State.DISMISSED_UNFIT, role=role, met=met, ctx=ctx, reason_code=code.value)
        if seat is not None:
            to_reviewer(case, seat, causes, ctx=ctx)
        else:
            tell_dismissed(r, case, code, reasons, ctx)
    return True


def agreed(case: Case) -> list[Vote] | None:
    """Return the two votes, the first assessor's and the second's, where both sit, have voted and dismiss."""
    found = Vote.objects.filter(case=case, stage=STAGE, seat__ends=None).select_related("seat").order_by("at")
    by_role = {row.seat.role: row for row in found}
    votes = [by_role[role.value] for role in _VOTERS if role.value in by_role]
    return votes if len(votes) == len(_VOTERS) and all(row.vote.startswith(DISMISS) for row in votes) else None


def reasons_of(case: Case, actor: ActorId, ctx: Context) -> list[str]:
    """Return the reasons of the two votes, opened in one logged reading."""
    sealed = [row.reason for row in agreed(case) or () if row.reason]
    return list(open_texts(sealed, actor=actor, purpose="dismiss", ctx=ctx).values())


def tell_dismissed(r: Recorder, case: Case, code: DismissalCode, reasons: Sequence[str], ctx: Context) -> None:
    """Send N13 to the sender: the code in words, both reasons, until when somebody new can be asked to look."""
    until = due_from(case, ClockId.SCREENING_ASK, moment(ctx)).bound

    def words() -> Fields:
        return {
            "answer": _("There is too little to go on. Nobody says that it did not happen."),
            "code": str(CODE_WORDS[code]), "reasons_per_allegation": list(reasons),
            "review_date": day_of(case, until) if until else "",
        }  # fmt: skip

    tell_sender(r, case, NoticeId.N13, words, ctx=ctx)


def _role_of(case: Case, actor: ActorId) -> CaseRole:
    return CaseRole(
        Seat.objects.get(case=case, person=actor, role__in=[role.value for role in _VOTERS], ends=None).role
    )


def own_seat(case: Case, actor: ActorId) -> Seat:
    """Return the seat on which this person votes."""
    return Seat.objects.get(case=case, person=actor, role__in=[role.value for role in _VOTERS], ends=None)


CODE_WORDS: Final = {
    DismissalCode.NO_LOCATOR: gettext_lazy("Nobody could say where it is."),
    DismissalCode.ALTERED: gettext_lazy("What was sent was changed since it was captured."),
    DismissalCode.UNLAWFUL_SOURCE: gettext_lazy("It was not obtained lawfully."),
    DismissalCode.UNVERIFIED: gettext_lazy("Nothing but the file itself says that it existed."),
    DismissalCode.AUTHOR_UNKNOWN: gettext_lazy("Nothing but a resemblance says who wrote it."),
    DismissalCode.IMPOSTOR: gettext_lazy("The account is not the person's own."),
    DismissalCode.NO_RULE: gettext_lazy("No rule that was in force on that day covers it."),
    DismissalCode.STALE: gettext_lazy("It is too long ago."),
    DismissalCode.NO_CONTEXT: gettext_lazy("What it answered is missing, and without it it cannot be understood."),
    DismissalCode.IRRELEVANT: gettext_lazy("It does not show what the rule forbids."),
    DismissalCode.ALREADY_DECIDED: gettext_lazy("It has been decided already."),
    DismissalCode.EXCESSIVE: gettext_lazy("It holds more about others than may be used."),
}


class DismissForm(ContactDeclared):
    """One vote: dismiss for a reason of the list, or go on; and whether anybody spoke to the voter about the case."""

    choice = one_of(
        gettext_lazy("Your vote"),
        [(GO_ON, gettext_lazy("Go on to an investigation"))]
        + [(f"{DISMISS}/{code.value}", words) for code, words in CODE_WORDS.items()],
    )
    reason = forms.CharField(
        label=gettext_lazy("Your reason; the sender reads it if you both dismiss"), widget=forms.Textarea,
        max_length=10_000, error_messages={"required": gettext_lazy("Give your reason.")},
    )  # fmt: skip
    field_order = ("choice", "reason")


@page(
    Step(
        "dismiss", gettext_lazy("Vote: too little to go on?"), frozenset({State.EVIDENCE_ASSESSMENT}),
        frozenset(_VOTERS),
    )
)  # fmt: skip
def view(here: Here) -> HttpResponse:
    """Take one vote. The other one stays hidden until both are in."""
    seat = own_seat(here.case, here.actor)
    if Vote.objects.filter(seat=seat, stage=STAGE).exists():
        if here.posted and settle(case=here.case, actor=here.actor, ctx=here.ctx):
            return here.done()
        return here.show("cases/steps/dismiss_waiting.html", {"both": agreed(here.case) is not None})
    form = DismissForm(here.request.POST if here.posted else None)
    if form.is_valid():
        said = form.cleaned_data
        choice, _slash, code = said["choice"].partition("/")
        vote(
            case=here.case, seat=seat, choice=choice, code=code, reason=said["reason"],
            contact=form.declared(), actor=here.actor, ctx=here.ctx,
        )  # fmt: skip
        here.case.refresh_from_db()
        settle(case=here.case, actor=here.actor, ctx=here.ctx)
        return here.done()
    facts = [(str(n), row.fitness) for n, row in enumerate(_assessed(here.case), 1)]
    return here.show("cases/steps/dismiss.html", {"form": form, "facts": facts})


def _assessed(case: Case) -> list[ItemAssessment]:
    return list(ItemAssessment.objects.filter(item__in=items_of(case)).order_by("assessed_at"))
