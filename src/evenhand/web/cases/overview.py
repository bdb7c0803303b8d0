"""Reads for the case page and the queue: a fixed number of queries, whatever the size of the case or the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from evenhand.web.cases.models import (
    Allegation,
    Case,
    Clock,
    Contact,
    ContactFlag,
    Declaration,
    Event,
    Message,
    Party,
    Seat,
    SubmissionItem,
    Upload,
)
from evenhand.web.cases.queries import files_of, look_ups_waiting
from evenhand.web.notices.queries import LetterRow, letters_of_case
from evenhand.web.record.readings import Reading, readings_of


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The rows behind one case page, read at one moment."""

    case: Case
    events: Sequence[Event]
    seats: Sequence[Seat]
    parties: Sequence[Party]
    clocks: Sequence[Clock]
    allegations: Sequence[Allegation]
    contacts: int
    unfiled: Sequence[ContactFlag]
    declarations: Mapping[str, int]
    messages: Sequence[Message]
    items: int
    uploads: Sequence[Upload]
    letters: Sequence[LetterRow]
    readings: Sequence[Reading]
    look_up: bool | None
    """Whether the look-up that waits to be made is approved; None where none waits."""


def case_file(case: Case) -> CaseFile:
    """Return everything the case page shows but the sealed texts. Fourteen queries."""
    return CaseFile(
        case=case,
        events=list(Event.objects.filter(case=case).order_by("place")),
        seats=list(Seat.objects.filter(case=case).order_by("begins", "id")),
        parties=list(Party.objects.filter(case=case).order_by("joined_at", "id")),
        clocks=list(Clock.objects.filter(case=case, ended_at=None).order_by("due")),
        allegations=list(Allegation.objects.filter(case=case).select_related("clause__code").order_by("number")),
        contacts=Contact.objects.filter(case=case, corrects=None).count(),
        unfiled=list(ContactFlag.objects.filter(case=case, contact=None)),
        declarations=_declared(case),
        messages=list(Message.objects.filter(case=case).order_by("at", "id")),
        items=SubmissionItem.objects.filter(submission=case.submission_id).count(),
        uploads=list(files_of(case)),
        letters=letters_of_case(case.id),
        readings=readings_of([case.key, case.submission.key]),
        look_up=look_ups_waiting([case.id]).get(case.id),
    )


def _declared(case: Case) -> dict[str, int]:
    rows = Declaration.objects.filter(seat__case=case, kind="contact").values_list("answer").annotate(n=Count("id"))
    return {str(answer): int(n) for answer, n in rows}
