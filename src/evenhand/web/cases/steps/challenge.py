"""Challenging one panel member, once per party, with reasons (T09); answered by a drawn reviewer, recorded by a second.

Who answers: a reviewer from outside, drawn for the case. The case keeper may touch nothing of the merits (PROCEDURE
§1.2), the panel cannot judge itself, and what a party does or says about a member excludes nobody by itself: a
reviewer decides on that (INV-51). A member who has to go leaves by two people (INV-19): the reviewer decides, intake
checks the record of it, each in their own session. Then one member is drawn again; the other two stay.

A challenge is a message of that kind and a link that the party made. The answer is a message of the same kind from
us; while one is missing, no hearing opens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import Act, acting
from evenhand.web.cases.models import Case, Link, Message, Party, Seat
from evenhand.web.cases.periods import moment
from evenhand.web.cases.recusal import redraw
from evenhand.web.cases.refusals import Refused
from evenhand.web.cases.seats import end
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.dialogue import Kind, as_committed
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.scope import draw_or_wait
from evenhand.web.people.models import User
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.ui.choices import one_of

MOST: Final = 5_000
_SIDES: Final = frozenset({CaseRole.COMPLAINANT.value, CaseRole.RESPONDENT.value})
UPHELD: Final = "challenge_upheld"
"""The kind of the reviewer's word that a member has to go, until a second person has checked the record."""
PROFESSIONS: Final[Mapping[str, str | Promise]] = {
    "legal": gettext_lazy("legally qualified"),
    "expert": gettext_lazy("knows the subject"),
    "lay": gettext_lazy("a lay member"),
}


@dataclass(frozen=True, slots=True)
class Member:
    """One of the three: the seat, the name both sides were told, what they do."""

    seat: str
    name: str
    profession: str


def members_of(case: Case) -> list[Member]:
    """Return the three people who consider the case, the chair first. Two queries."""
    seats = list(_panel(case))
    names = dict(User.objects.filter(pk__in=[seat.person for seat in seats]).values_list("pk", "username"))
    return [
        Member(seat.id, names[seat.person], str(PROFESSIONS.get(seat.member.kind, "")) if seat.member else "")
        for seat in seats
    ]


def may_challenge(party: Party) -> bool:
    """Return whether this party can still challenge a member: a side, the panel sits, no hearing was opened, once."""
    if party.side not in _SIDES or State(party.case.state) is not State.PANEL_SET:
        return False
    return _challenge_of(party.case, party.id) is None


def challenge(*, party: Party, seat: str, reasons: str, ctx: Context) -> str:
    """Record a party's challenge of one member with its reasons, draw the reviewer who answers it, return its id.

    Raises Refused after the hearing opened, a second time, or for a stranger; UsageError without reasons.
    """
    case = party.case
    if not may_challenge(party):
        raise Refused(
            _("You can object to a member once, before the three begin."), mend=_("Write us a message instead.")
        )
    row = _panel(case).filter(pk=seat).first()
    if row is None:
        raise Refused(_("This person does not sit in the case."), mend=_("Open the page again."))
    if not reasons.strip() or len(reasons) > MOST:
        raise UsageError(_("Your reasons are missing or too long."), mend=_("Write a few lines."))
    said = reasons.strip()
    with (
        recording(actor=ActorId(party.id), ctx=ctx, purpose="challenge") as r,
        _saying(r, case, new := ctx.new_id(), said) as act,
    ):
        act.insert(_message(act, new, party, author=party.id, text=act.seal("message.text", said)))
        act.insert(
            Link(
                id=ctx.new_id(), case=case, person=row.person, kind="named", by_party=True, recorded_by=party.id,
                recorded_at=moment(ctx),
            )
        )  # fmt: skip
    if not Seat.objects.filter(case=case, role=CaseRole.REVIEWER.value, ends=None).exists():
        draw_or_wait(case, CaseRole.REVIEWER, ctx)
    return new


def decide(*, case: Case, asked: Message, upheld: bool, reason: str, actor: ActorId, ctx: Context) -> None:
    """Record the reviewer's answer. Declined: the party reads it at once. Upheld: a second person checks the record."""
    if asked.id not in {row.id for row in waiting(case)} or _proposal(asked) is not None:
        raise Refused("this challenge was answered already")
    if not reason.strip():
        raise UsageError(_("Your reason is missing."), mend=_("The party that asked reads it."))
    said = reason.strip()
    with (
        recording(actor=actor, ctx=ctx, purpose="answer a challenge") as r,
        _saying(r, case, new := ctx.new_id(), said) as act,
    ):
        act.fact(answers=asked.id, upheld=upheld)
        sealed = act.seal("message.text", said)
        kind = UPHELD if upheld else Kind.CHALLENGE.value
        act.insert(_message(act, new, asked.party, author=actor, text=sealed, kind=kind))


def confirm(*, case: Case, asked: Message, actor: ActorId, ctx: Context) -> None:
    """Check the record as the second person: the member's seat ends, one is drawn again, the party reads the answer."""
    word = _proposal(asked)
    seat = challenged_seat(asked)
    if word is None or seat is None:
        raise Refused("no challenge waits to be recorded")
    said = open_texts([word.text], actor=actor, purpose="answer a challenge", ctx=ctx)[word.text]
    end(seat=seat.id, reason="challenge", approver=actor, actor=ActorId(word.author), ctx=ctx)
    case.refresh_from_db()
    with (
        recording(actor=actor, ctx=ctx, purpose="answer a challenge") as r,
        _saying(r, case, new := ctx.new_id(), said) as act,
    ):
        act.fact(answers=asked.id, upheld=True)
        act.insert(_message(act, new, asked.party, author=actor, text=word.text))
    redraw(case=case.id, role=CaseRole.PANEL, ctx=ctx)


def waiting(case: Case) -> list[Message]:
    """Return the challenges that no party has the answer to yet, the oldest first. Two queries."""
    asked = Message.objects.filter(case=case, kind=Kind.CHALLENGE.value, from_party=True).order_by("at", "id")
    answered = Message.objects.filter(case=case, kind=Kind.CHALLENGE.value, from_party=False)
    done = set(answered.values_list("party_id", flat=True))
    return [row for row in asked.select_related("party") if row.party_id not in done]


def challenged_seat(asked: Message) -> Seat | None:
    """Return the open seat that a challenge is about."""
    named = Link.objects.filter(case=asked.case_id, recorded_by=asked.party_id, by_party=True, kind="named")
    person = named.order_by("-recorded_at").values_list("person", flat=True).first()
    return Seat.objects.filter(case=asked.case_id, role=CaseRole.PANEL.value, person=person, ends=None).first()


def _panel(case: Case) -> Any:
    seats = Seat.objects.filter(case=case, role=CaseRole.PANEL.value, ends=None)
    return seats.select_related("member").order_by("-chair", "begins", "id")


def _challenge_of(case: Case, party: str) -> Message | None:
    return Message.objects.filter(case=case, party=party, kind=Kind.CHALLENGE.value, from_party=True).first()


def _proposal(asked: Message) -> Message | None:
    """Return the reviewer's word that the member has to go, if it was given."""
    return Message.objects.filter(case=asked.case_id, party=asked.party_id, kind=UPHELD).first()


def _saying(r: Recorder, case: Case, new: str, said: str) -> AbstractContextManager[Act]:
    return acting(r, "dialogue.recorded", case=case, obj=new, commitments={"sent": as_committed(said)})


def _message(
    act: Act, new: str, of: Party, *, author: str, text: str, kind: str = Kind.CHALLENGE.value
) -> Message:  # fmt: skip
    return Message(
        id=new, case=of.case, party=of, from_party=author == of.id, author=author, text=text,
        at=moment(act.r.ctx), kind=kind,
    )  # fmt: skip


class DecideForm(forms.Form):
    """Does the member stay?"""

    stays = one_of(
        gettext_lazy("Can this member be fair, and be seen to be?"),
        [("yes", gettext_lazy("Yes, they stay")), ("no", gettext_lazy("No, somebody else is drawn"))],
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"), widget=forms.Textarea, max_length=MOST,
        help_text=gettext_lazy("The party that asked reads this. Name no link that would say who told us."),
        error_messages={"required": gettext_lazy("Give your reason.")},
    )  # fmt: skip


_AT: Final = frozenset({State.PANEL_SET})


@page(Step("challenge", gettext_lazy("Answer a challenge of a panel member"), _AT, frozenset({CaseRole.REVIEWER})))
def decide_view(here: Here) -> HttpResponse:
    """Show the challenge with its reasons and take the reviewer's answer."""
    asked = [row for row in waiting(here.case) if _proposal(row) is None]
    form = DecideForm(here.request.POST if here.posted else None)
    if asked and form.is_valid():
        said = form.cleaned_data
        decide(
            case=here.case, asked=asked[0], upheld=said["stays"] == "no", reason=said["reason"], actor=here.actor,
            ctx=here.ctx,
        )  # fmt: skip
        return here.done()
    return here.show("cases/steps/challenge.html", {"form": form, "rows": _rows(here, asked[:1])})


@page(
    Step("challenge-record", gettext_lazy("Check the record of a challenge"), _AT, frozenset({CaseRole.INTAKE}))
)  # fmt: skip
def confirm_view(here: Here) -> HttpResponse:
    """Show that a reviewer decided that a member goes; the second person's word ends the seat."""
    asked = [row for row in waiting(here.case) if _proposal(row) is not None]
    if here.posted and asked:
        confirm(case=here.case, asked=asked[0], actor=here.actor, ctx=here.ctx)
        return here.done()
    return here.show("cases/steps/challenge_record.html", {"waits": bool(asked)})


def _rows(here: Here, asked: Sequence[Message]) -> list[tuple[str, str, str]]:
    """Return (who challenges, which member, why), opened for the reviewer."""
    texts = open_texts([row.text for row in asked], actor=here.actor, purpose="answer a challenge", ctx=here.ctx)
    names = {member.seat: f"{member.name}, {member.profession}" for member in members_of(here.case)}
    found = []
    for row in asked:
        seat = challenged_seat(row)
        member = names.get(seat.id, "") if seat else ""
        found.append((_(CaseRole(row.party.side).label), member, texts.get(row.text, "")))
    return found
