"""Reads: letters of a side, whether and when one was served, which ones somebody must do something about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from evenhand.errors import UsageError
from evenhand.procedure.clocks import Calendar, Served, ServiceEvent, ServiceKind
from evenhand.procedure.clocks import served_at as counted
from evenhand.procedure.durations import Duration
from evenhand.procedure.notices import NoticeId
from evenhand.web.notices.models import Accepted, Attempt, Letter, Service
from evenhand.web.notices.words import By, Unserved
from evenhand.web.record.ids import DocumentId, SealedId
from evenhand.web.record.queries import leaf_of

PATIENCE: Final = timedelta(hours=1)
"""How long a mail server may refuse before somebody is told."""


@dataclass(frozen=True, slots=True)
class LetterRow:
    """The plain facts of one letter; what it says is opened by `open_letter`."""

    id: str
    case: str | None
    notice: NoticeId
    party: str
    side: str
    locale: str
    by: By
    sent_at: datetime
    document: DocumentId

    def log_position(self) -> int:
        """Return the index of its leaf in the log. One query."""
        return leaf_of(self.document)


@dataclass(frozen=True, slots=True)
class UnservedLetter:
    """A letter that will not arrive unless somebody does something, why, and since when."""

    letter: str
    case: str | None
    party: str
    notice: NoticeId
    why: Unserved
    since: datetime


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One thing that happened to a letter on its way."""

    kind: ServiceKind
    at: datetime
    recorded_by: str


def letters_of(case: str, party: str) -> list[LetterRow]:
    """Return the letters one side of one case was sent, oldest first. One query."""
    return [_row(found) for found in Letter.objects.filter(case_id=case, party=party).order_by("sent_at", "id")]


def letters_of_case(case: str) -> list[LetterRow]:
    """Return all letters of a case, oldest first, for those who handle it. One query."""
    return [_row(found) for found in Letter.objects.filter(case_id=case).order_by("sent_at", "id")]


def sealed_letters(rows: Sequence[LetterRow]) -> list[SealedId]:
    """Return for each letter the sealed text that holds it as it was sent, in the same order. One query."""
    found = dict(Letter.objects.filter(id__in=[row.id for row in rows]).values_list("id", "html"))
    return [SealedId(found[row.id]) for row in rows]


def letter(letter_id: str) -> Letter:
    """Return a letter's row; UsageError if there is none."""
    try:
        return Letter.objects.get(id=letter_id)
    except Letter.DoesNotExist:
        raise UsageError("there is no such letter", where=letter_id) from None


def letter_of_code(digest: str | None) -> LetterRow | None:
    """Return the letter that bears a check code, by its digest. One query, also for what cannot be a code."""
    found = Letter.objects.filter(check_digest=digest or "").order_by("id")[:1]
    return _row(found[0]) if found else None


def service_events(letter_id: str) -> list[ServiceRow]:
    """Return what happened to a letter on its way, in order of time. One query."""
    found = Service.objects.filter(letter_id=letter_id).order_by("at", "id")
    return [ServiceRow(ServiceKind(event.kind), event.at, event.recorded_by) for event in found]


def served_at(letter_id: str, *, calendar: Calendar, now: datetime) -> datetime | None:
    """Return when a letter counts as served, None if it does not yet. One query."""
    return service_of([letter_id], calendar=calendar, now=now)[letter_id].at


def service_of(
    letter_ids: Collection[str],
    *,
    calendar: Calendar,
    now: datetime,
    posted: Duration | None = None,
    delivered: Duration | None = None,
) -> dict[str, Served]:
    """Return letter -> whether, when and how it counts as served (PROCEDURE §2.2, INV-45). One query."""
    events = _events(Service.objects.filter(letter_id__in=letter_ids))
    return {
        each: counted(events.get(each, ()), calendar, now, posted=posted, delivered=delivered) for each in letter_ids
    }


def was_opened(letter_id: str) -> bool:
    """Return whether its reader has opened a letter."""
    return Service.objects.filter(letter_id=letter_id, kind=ServiceKind.OPENED.value).exists()


def last_attempt(letter_id: str) -> str | None:
    """Return the id of the last attempt to get a letter to its reader: a mail, or paper that was posted."""
    mails = Attempt.objects.filter(letter_id=letter_id).values_list("made_at", "id")
    paper = Service.objects.filter(letter_id=letter_id, kind=ServiceKind.POSTED.value).values_list("recorded_at", "id")
    found = sorted([*mails, *paper])
    return found[-1][1] if found else None


def unserved_letters(case_ids: Collection[str], now: datetime) -> list[UnservedLetter]:
    """Return the letters of these cases that somebody must do something about, oldest first. Four queries.

    A letter that only waits to be looked at by its reader, or to have been there for a day, is not among them.
    """
    letters = list(Letter.objects.filter(case_id__in=case_ids).order_by("sent_at", "id"))
    ids = [row.id for row in letters]
    events = _by_letter(Service.objects.filter(letter_id__in=ids).order_by("at", "id"))
    attempts = _by_letter(Attempt.objects.filter(letter_id__in=ids).order_by("made_at", "id"))
    accepted = set(Accepted.objects.filter(attempt__letter_id__in=ids).values_list("attempt_id", flat=True))
    found = []
    for row in letters:
        if trouble := _trouble(row, events[row.id], attempts[row.id], accepted, now):
            why, since = trouble
            found.append(UnservedLetter(row.id, row.case_id, row.party, NoticeId(row.notice), why, since))
    return found


def _trouble(
    row: Letter, events: list[Service], attempts: list[Attempt], accepted: Collection[str], now: datetime
) -> tuple[Unserved, datetime] | None:
    """Return why a letter is stuck, or None."""
    kinds = {event.kind for event in events}
    if ServiceKind.OPENED.value in kinds:
        return None
    bounced = {event.attempt: event.at for event in events if event.kind == ServiceKind.BOUNCED.value}
    tried = [attempt.id for attempt in attempts] + [e.id for e in events if e.kind == ServiceKind.POSTED.value]
    if [attempt for attempt in tried if attempt not in bounced and attempt in {*accepted, *_posted(events)}]:
        return None
    waiting = [attempt for attempt in attempts if attempt.id not in bounced]
    if waiting:
        since = waiting[-1].made_at
        return (Unserved.NOT_ACCEPTED, since) if now - since > PATIENCE else None
    if bounced:
        return Unserved.BOUNCED, max(bounced.values())
    by = {By.POST.value: Unserved.TO_POST, By.MAIL.value: Unserved.NO_ADDRESS}.get(row.by)
    return (by, row.sent_at) if by else None


def _posted(events: Iterable[Service]) -> set[str]:
    return {event.id for event in events if event.kind == ServiceKind.POSTED.value}


def _events(found: QuerySet[Service]) -> Mapping[str, list[ServiceEvent]]:
    events: dict[str, list[ServiceEvent]] = defaultdict(list)
    for event in found:
        events[event.letter_id].append(ServiceEvent(ServiceKind(event.kind), event.at, event.attempt or ""))
    return events


def _by_letter(found: QuerySet[Service] | QuerySet[Attempt]) -> dict[str, list[Any]]:
    rows = defaultdict(list)
    for row in found:
        rows[row.letter_id].append(row)
    return rows


def _row(found: Letter) -> LetterRow:
    return LetterRow(
        id=found.id, case=found.case_id, notice=NoticeId(found.notice), party=found.party, side=found.side,
        locale=found.locale, by=By(found.by), sent_at=found.sent_at, document=DocumentId(found.document),
    )  # fmt: skip
