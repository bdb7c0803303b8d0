"""Service: when a letter has arrived its window runs (INV-45); the officer's page for letters that go by post.

A party's time starts when its letter counts as served: opened by code, delivered and not come back for a day, or
posted three working days ago. A letter that came back starts nothing and stands on the page of unserved letters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.clocks import ClockId, ServiceKind
from evenhand.procedure.notices import NOTICES, NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases import clocks
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Case, Clock, Identity, Party
from evenhand.web.cases.periods import calendar_of, moment, procedure_of
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.notices.actions import served
from evenhand.web.notices.queries import letters_of, letters_of_case, service_of, unserved_letters, was_opened
from evenhand.web.notices.words import By, Unserved
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording
from evenhand.web.ui.choices import offer, one_of

_PURPOSE: Final = "service of a letter"
LETTER_OF: Final[Mapping[ClockId, frozenset[NoticeId]]] = MappingProxyType(
    {
        ClockId.REPLY: frozenset({NoticeId.N5}),
        ClockId.INFO: frozenset({NoticeId.N12}),
        ClockId.SCREENING_ASK: frozenset({NoticeId.N13}),
        ClockId.APPEAL: frozenset({NoticeId.N7, NoticeId.N8}),
    }
)
"""Whose arrival starts which window of a party; where two letters belong together, the last one to arrive."""
WHY: Final[Mapping[Unserved, str | Promise]] = {
    Unserved.NO_ADDRESS: gettext_lazy("there is no address; add it, or post it"),
    Unserved.TO_POST: gettext_lazy("waits to be printed and posted"),
    Unserved.NOT_ACCEPTED: gettext_lazy("the mail server has not taken it for an hour"),
    Unserved.BOUNCED: gettext_lazy("it came back; no time runs"),
}


def clocks_of_served_letters(ctx: Context) -> int:
    """Start every window whose letter has arrived, and return how many began. Due work, idempotent.

    Two queries while nothing waits, then three per waiting window.
    """
    waiting = Clock.objects.filter(begins=None, ended_at=None).exclude(party=None).select_related("case")
    begun = sum(_begin(row, ctx) for row in waiting.order_by("opened_at", "id"))
    asked = Identity.objects.filter(served_at=None, answer=None).select_related("case")
    return begun + sum(_note_identity(row, ctx) for row in asked)


def start_windows(case: str, ctx: Context) -> int:
    """Do the same for one case at once, when one of its parties has just opened a letter."""
    waiting = Clock.objects.filter(case_id=case, begins=None, ended_at=None).exclude(party=None)
    return sum(_begin(row, ctx) for row in waiting.select_related("case"))


def open_side(*, party: Party, ctx: Context) -> int:
    """Record that a party has opened its side: every letter of it counts as opened, once. Return how many were new.

    Opening is service and nothing else: it admits nothing and says nothing about who wrote what.
    """
    new = [row for row in letters_of(party.case_id, party.id) if not was_opened(row.id)]
    if new:
        with recording(actor=ActorId(party.id), ctx=ctx, purpose=_PURPOSE) as r:
            for row in new:
                served(r, letter=row.id, why=ServiceKind.OPENED, at=max(ctx.now(), row.sent_at))
        start_windows(party.case_id, ctx)
    return len(new)


def served_on(case: Case, party: str, notices: frozenset[NoticeId], now: datetime) -> datetime | None:
    """Return when the latest letters of these kinds counted as served, all of them; None while one has not."""
    latest = {row.notice: row.id for row in letters_of(case.id, party) if row.notice in notices}
    if not latest:
        return None
    procedure = procedure_of(case.procedure)
    known = service_of(
        list(latest.values()), calendar=procedure.calendar, now=now,
        posted=procedure.clock(ClockId.SERVICE_POSTED).bound[0],
        delivered=procedure.clock(ClockId.SERVICE_DELIVERED).bound[0],
    )  # fmt: skip
    arrived = [found.at for found in known.values() if found.at is not None]
    return max(arrived) if len(arrived) == len(known) else None


def _begin(row: Clock, ctx: Context) -> bool:
    clock = ClockId(row.name)
    at = served_on(row.case, str(row.party), LETTER_OF.get(clock, frozenset()), ctx.now())
    if at is None:
        return False
    return clocks.window_served(case=row.case_id, clock=clock, party=str(row.party), served=at, ctx=ctx)


def _note_identity(row: Identity, ctx: Context) -> bool:
    """Note when the exact words reached the sender: their five working days run from then (INV-46)."""
    senders = Party.objects.filter(case=row.case, side=CaseRole.COMPLAINANT.value).values_list("id", flat=True)
    times = [served_on(row.case, party, frozenset({NoticeId.N22}), ctx.now()) for party in senders]
    at = next((time for time in times if time is not None), None)
    if at is None:
        return False
    with (
        recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r,
        acting(r, "disclosure.recorded", case=row.case) as act,
    ):
        act.change(row, served_at=at)
    return True


def record_posted(*, case: Case, letter: str, on_day: date, actor: ActorId, ctx: Context) -> None:
    """Record that a letter went to the post on a day. UsageError for a later day, or before it was written."""
    row = next((row for row in letters_of_case(case.id) if row.id == letter), None)
    if row is None:
        raise UsageError(_("There is no such letter in this case."), mend=_("Open the page again."))
    calendar = calendar_of(case)
    today, written = calendar.day_of(ctx.now()), calendar.day_of(row.sent_at)
    if not written <= on_day <= today:
        raise UsageError(_("The letter was not posted on that day."), mend=_("Give a day from its date until today."))
    noon = datetime.combine(on_day, time(12), tzinfo=calendar.zone)
    at = moment(ctx) if on_day == today else max(noon, row.sent_at)
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        served(r, letter=letter, why=ServiceKind.POSTED, at=at)


def record_address(*, case: Case, party: str, address: str, actor: ActorId, ctx: Context) -> None:
    """Note the postal address of a party, sealed; letters to them go by post from now on."""
    row = Party.objects.filter(case=case, pk=party).first()
    if row is None or not address.strip():
        raise UsageError(_("The address is missing."), mend=_("Write it as it stands on an envelope."))
    with (
        recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r,
        acting(r, "party.recorded", case=case, obj=row.id) as act,
    ):
        act.change(row, contact=act.seal("party.contact", address.strip()), by=By.POST.value)


class PostForm(forms.Form):
    """Which letter was posted, and when."""

    letter = one_of(gettext_lazy("Which letter did you post?"), missing=gettext_lazy("Choose the letter."))
    on_day = forms.DateField(
        label=gettext_lazy("On which day?"), widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Give the day it was posted."),
            "invalid": gettext_lazy("Write the day as in 2026-03-09."),
        },
    )  # fmt: skip

    def __init__(self, *args: Any, letters: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "letter", letters)


class AddressForm(forms.Form):
    """A postal address."""

    address = forms.CharField(
        label=gettext_lazy("Postal address"), widget=forms.Textarea, max_length=500,
        help_text=gettext_lazy("As it stands on the envelope. Put the letter into a second, plain one."),
        error_messages={"required": gettext_lazy("Write the address.")},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PartyAddress:
    """One party and whether we know where they live."""

    id: str
    side: str
    address: str


_SEND: Final = frozenset(
    {CaseRole.INTAKE, CaseRole.ASSESSOR, CaseRole.INVESTIGATOR, CaseRole.CHARGE_ASSESSOR}
)  # fmt: skip


@page(Step("post-letters", gettext_lazy("Post letters, and note that they went off"), roles=_SEND))
def view(here: Here) -> HttpResponse:
    """Show what has not arrived and why; take a posting day, or an address."""
    unserved = unserved_letters([here.case.id], here.ctx.now())
    sides = {row.id: row.side for row in Party.objects.filter(case=here.case)}
    letters = [(row.letter, f"{_(NOTICES[row.notice].name)}, {_side(sides.get(row.party, ''))}") for row in unserved]
    address = here.request.POST.get("party") if here.posted else None
    form = PostForm(here.request.POST if here.posted and not address else None, letters=letters)
    address_form = AddressForm(here.request.POST if address else None)
    if address and address_form.is_valid():
        said = address_form.cleaned_data["address"]
        record_address(case=here.case, party=address, address=said, actor=here.actor, ctx=here.ctx)
        return here.again()
    if not address and form.is_valid():
        said = form.cleaned_data
        record_posted(case=here.case, letter=said["letter"], on_day=said["on_day"], actor=here.actor, ctx=here.ctx)
        return here.again()
    rows = [
        (row.letter, words, WHY[row.why], row.since)
        for row, (_letter, words) in zip(unserved, letters, strict=True)
    ]  # fmt: skip
    context = {"form": address_form if address else form, "post_form": form, "address_form": address_form}
    return here.show("cases/steps/post_letters.html", context | {"rows": rows, "parties": _addresses(here)})


def _addresses(here: Here) -> list[PartyAddress]:
    """Return the respondent with the postal address, opened for whoever posts the letter."""
    rows = list(Party.objects.filter(case=here.case, side=CaseRole.RESPONDENT.value))
    wanted = [row.contact for row in rows if row.contact]
    texts = open_texts(wanted, actor=here.actor, purpose=_PURPOSE, ctx=here.ctx) if wanted else {}
    return [PartyAddress(row.id, _side(row.side), texts.get(row.contact or "", "")) for row in rows]


def _side(side: str) -> str:
    return _(CaseRole(side).label) if side else _("somebody")
