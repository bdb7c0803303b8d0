"""Turns rows of cases into the plain rows of the statistics room: enums, quarters and counts; no sealed text is opened.

    counted = count(Period.quarter(2026, 3))

Everything is counted as it stood at the end of the period's last day (UTC): a later event changes no published
total, and the same period can be counted again at any time (INV-39). Twelve queries, linear in the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final

from django.db.models import F, Model

from evenhand.codes import Rung
from evenhand.membership import MembershipResult
from evenhand.procedure.states import ENDS, OPEN, State
from evenhand.statistics import (
    Body,
    CaseRow,
    Channel,
    ComplainantType,
    ContactCategory,
    ContactRow,
    CountingRow,
    ItemRow,
    Period,
    Quarter,
    Route,
    StageStay,
    SubjectRow,
    SubmissionEnd,
    SubmissionRow,
    counting_row,
)
from evenhand.web.cases.models import (
    Case,
    Clock,
    Contact,
    ContactFlag,
    Declaration,
    Event,
    Lookup,
    Outcome,
    Review,
    Submission,
    SubmissionItem,
    Vote,
)

ROUTES: Final[Mapping[State, Route]] = {
    State.OUT_OF_SCOPE: Route.OUT_OF_SCOPE,
    State.DISMISSED_UNFIT: Route.DISMISSED,
    State.INFORMAL: Route.INFORMAL,
    State.UNDER_INVESTIGATION: Route.FORMAL,
}
"""The states whose first one settles the way of a case."""
FROM: Final[Mapping[str, Body]] = {
    "leader": Body.LEADERSHIP, "leaders_office": Body.LEADERSHIP, "executive": Body.EXECUTIVE,
    "press_office": Body.PRESS_OFFICE, "candidate": Body.CANDIDATE, "press": Body.OUTSIDE,
}  # fmt: skip
"""What a note of contact calls the other person -> the body of M14; whoever is not here is `other`."""
_BY_SURENESS: Final = (
    MembershipResult.BOTH, *(each for each in MembershipResult if each is not MembershipResult.BOTH)
)  # fmt: skip
"""Which result stands for several look-ups of one submission or person: the first of these that was found."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of one period. `cases` and `submissions` are those of all time up to its end.

    `complained`: one row per person complained about in the period; `decided`: one per person about whom something
    was decided in it. `found`: items that the program had found first. `open_days`: ages of what is still open.
    """

    submissions: tuple[SubmissionRow, ...]
    items: tuple[ItemRow, ...]
    complained: tuple[SubjectRow, ...]
    decided: tuple[SubjectRow, ...]
    cases: tuple[CountingRow, ...]
    contacts: tuple[ContactRow, ...]
    open_days: tuple[int, ...]
    found: int

    @property
    def tests(self) -> int:
        """How many seeded test reports are among the submissions; no figure counts them."""
        return sum(row.test for row in self.submissions)


@dataclass(slots=True)
class _File:
    """What the rows say of one case up to the cut-off, in plain values."""

    id: str
    submission: str
    subject: str
    opened: date
    own_motion: bool
    steps: list[tuple[datetime, State]] = field(default_factory=list)
    clocks: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    membership: MembershipResult | None = None
    rung: Rung | None = None
    contacts: int = 0
    seats: set[str] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)
    reviewed: bool = False

    def first(self, states: Iterable[State]) -> tuple[date, State] | None:
        """Return the first day on which it came into one of these states, and which."""
        wanted = set(states)
        return next(((at.date(), state) for at, state in self.steps if state in wanted), None)

    @property
    def end(self) -> State | None:
        """The end it stands at; None while somebody still has something to decide."""
        found: State | None = None
        for _, state in self.steps:
            found = None if state in OPEN else state if state in ENDS else found
        return found

    @property
    def closed(self) -> date | None:
        """The day since which it is closed, or joined to another case; None while it is neither."""
        day: date | None = None
        for at, state in self.steps:
            if state in OPEN:
                day = None
            elif state in (State.CLOSED, State.MERGED):
                day = day or at.date()
        return day


def count(period: Period) -> Counted:
    """Return every row the measures of a period are counted from."""
    until = datetime.combine(period.end, time(), UTC)
    sent = list(
        Submission.objects.filter(received_at__lt=until).values("id", "channel", "sender", "received_at", "seeded")
    )
    real = {row["id"] for row in sent if not row["seeded"]}
    files = [each for each in _files(until) if each.submission in real]
    named = _named_items(real, until)
    rows = tuple(counting_row(_case_row(each)) for each in files)
    return Counted(
        submissions=_submission_rows(sent, files, named),
        items=_item_rows(named, files),
        complained=_complained(files, period),
        decided=_decided(files, period),
        cases=rows,
        contacts=_contact_rows(until, {each.id for each in files}),
        open_days=tuple((period.last_day - each.opened).days for each in files if each.closed is None),
        found=len({item for item, _, at, machine in named if machine and period.holds(Quarter.of(at.date()))}),
    )


def counting_of(case: str) -> CountingRow:
    """Return the figures of one case as it stands now: what stays of it when it is erased."""
    return counting_row(_case_row(next(each for each in _files(datetime.max.replace(tzinfo=UTC)) if each.id == case)))


def _files(until: datetime) -> list[_File]:
    """Return every case received before the cut-off with what happened in it. Nine queries."""
    columns = ("id", "submission_id", "subject_lookup", "received_at", "own_motion")
    rows = Case.objects.filter(received_at__lt=until).exclude(state=State.DRAFT.value).values_list(*columns)
    files = {row[0]: _File(row[0], row[1], row[2], row[3].date(), row[4]) for row in rows.order_by("received_at", "id")}
    for case, at, target in _before(Event, "at", until, "case_id", "at", "target", order=("case_id", "place")):
        if case in files:
            files[case].steps.append((at, State(target)))
    stages = Clock.objects.filter(stage=True, opened_at__lt=until).order_by("opened_at", "id")
    for case, at, due in stages.values_list("case_id", "opened_at", "due"):
        if case in files:
            files[case].clocks.append((at, due))
    _fill_facts(files, until)
    return list(files.values())


def _fill_facts(files: Mapping[str, _File], until: datetime) -> None:
    for case, result in _before(Lookup, "made_at", until, "case_id", "result"):
        if case in files:
            files[case].membership = MembershipResult(result)
    for case, rung in _before(Outcome, "decided_at", until, "case_id", "rung"):
        if case in files:
            files[case].rung = Rung(rung)
    for case, seat in _before(Vote, "at", until, "case_id", "seat_id"):
        if case in files:
            files[case].seats.add(seat)
    declared = Declaration.objects.filter(kind="contact", at__lt=until).exclude(stage="seat")
    for case, seat in declared.values_list("seat__case_id", "seat_id"):
        if case in files:
            files[case].declared.add(seat)
    for case, corrected in _before(Contact, "filed_at", until, "case_id", "corrects_id"):
        if case in files and corrected is None:
            files[case].contacts += 1
    for case, verdict in _before(Review, "reviewed_at", until, "case_id", "verdict"):
        if case in files and verdict:
            files[case].reviewed = True


def _before(
    model: type[Model], when: str, until: datetime, *columns: str, order: Sequence[str] = ()
) -> Iterator[tuple[Any, ...]]:
    """Yield columns of the rows written before the cut-off, in the order in which they were."""
    rows = model._default_manager.filter(**{f"{when}__lt": until}).order_by(*(order or (when, "pk")))
    yield from rows.values_list(*columns).iterator(2_000)


def _case_row(each: _File) -> CaseRow:
    """Return a case as the statistics room takes it; a decision without an outcome: nothing follows."""
    way = each.first(ROUTES)
    decided = each.first([State.DECIDED])
    return CaseRow(
        opened=each.opened,
        closed=each.closed,
        route=ROUTES[way[1]] if way else None,
        settled=way[0] if way else None,
        rung=(each.rung or Rung.NOTHING) if decided else None,
        decided=decided[0] if decided else None,
        stays=tuple(_stays(each)),
        contacts=each.contacts,
        seats=len(each.seats),
        seats_declared=len(each.seats & each.declared),
        reviewed=each.reviewed,
    )


def _stays(each: _File) -> Iterator[StageStay]:
    for (entered, state), (left, _) in zip(each.steps, each.steps[1:], strict=False):
        if state in OPEN:
            due = next((due for at, due in reversed(each.clocks) if entered <= at < left), None)
            yield StageStay(state.value, entered.date(), left.date(), due.date() if due else None)


_Named = tuple[str, str, datetime, bool]
"""An item, the submission that names it, when that was received, whether the program had found the item first."""


def _named_items(real: set[str], until: datetime) -> list[_Named]:
    rows = SubmissionItem.objects.filter(submission__received_at__lt=until)
    columns = ("item_id", "submission_id", "submission__received_at", "item__found_by_machine")
    found = rows.order_by("submission__received_at", "submission_id", "item_id").values_list(*columns)
    return [row for row in found if row[1] in real]


def _submission_rows(
    sent: Sequence[Mapping[str, Any]], files: Sequence[_File], named: Sequence[_Named]
) -> tuple[SubmissionRow, ...]:
    of: dict[str, list[_File]] = defaultdict(list)
    for each in files:
        of[each.submission].append(each)
    known = _only_known_items(named)
    return tuple(
        SubmissionRow(
            received=Quarter.of(row["received_at"].date()),
            end=_end(of[row["id"]], row["id"] in known),
            channel=Channel(row["channel"]),
            complainant=_complainant(row["sender"], of[row["id"]]),
            membership=_surest(each.membership for each in of[row["id"]]),
            test=row["seeded"],
        )
        for row in sent
    )


def _only_known_items(named: Sequence[_Named]) -> set[str]:
    """Return the submissions that name items, each of which another submission had named by then."""
    first: dict[str, tuple[str, datetime]] = {}
    again: set[tuple[str, str]] = set()
    for item, submission, at, _ in named:
        known, since = first.setdefault(item, (submission, at))
        if known != submission:
            again.add((submission, item))
            if since == at:  # two at the same moment: each knows the other's
                again.add((known, item))
    fresh = {submission for item, submission, _, _ in named if (submission, item) not in again}
    return {submission for _, submission, _, _ in named} - fresh


def _end(files: Sequence[_File], known: bool) -> SubmissionEnd:
    """Return what became of a submission: an end that all its cases share, else it is one that is being dealt with."""
    ends = {each.end for each in files}
    if ends == {State.OUT_OF_SCOPE}:
        return SubmissionEnd.OUT_OF_SCOPE
    if ends == {State.MERGED}:
        return SubmissionEnd.DUPLICATE if known else SubmissionEnd.MERGED
    return SubmissionEnd.NEW


def _complainant(sender: str, files: Sequence[_File]) -> ComplainantType:
    if any(each.own_motion for each in files):
        return ComplainantType.OWN_MOTION
    # A representative speaks for the person affected, and for nobody else.
    return ComplainantType.AFFECTED if sender in ("target", "representative") else ComplainantType.REPORTER


def _surest(found: Iterable[MembershipResult | None]) -> MembershipResult:
    results = set(found)
    return next((each for each in _BY_SURENESS if each in results), MembershipResult.UNDETERMINED)


def _item_rows(named: Sequence[_Named], files: Sequence[_File]) -> tuple[ItemRow, ...]:
    """Return one row per item, at the first submission that named it; the author's membership as its cases know it."""
    results: dict[str, set[MembershipResult | None]] = defaultdict(set)
    for each in files:
        results[each.submission].add(each.membership)
    first: dict[str, datetime] = {}
    known: dict[str, set[MembershipResult | None]] = defaultdict(set)
    for item, submission, at, _ in named:
        first.setdefault(item, at)
        known[item] |= results[submission]
    return tuple(ItemRow(Quarter.of(at.date()), _surest(known[item])) for item, at in first.items())


def _complained(files: Sequence[_File], period: Period) -> tuple[SubjectRow, ...]:
    """Return one row per distinct person complained about in the period, however many cases there are."""
    people: dict[str, list[_File]] = defaultdict(list)
    for each in files:
        if period.holds(Quarter.of(each.opened)):
            people[each.subject].append(each)
    return tuple(
        SubjectRow(Quarter.of(min(each.opened for each in mine)), _surest(each.membership for each in mine))
        for mine in people.values()
    )


def _decided(files: Sequence[_File], period: Period) -> tuple[SubjectRow, ...]:
    """Return one row per distinct person about whom something was decided in the period, at their heaviest outcome."""
    people: dict[str, list[tuple[Quarter, Rung, MembershipResult | None]]] = defaultdict(list)
    for each in files:
        decided = each.first([State.DECIDED])
        if decided and period.holds(Quarter.of(decided[0])):
            people[each.subject].append((Quarter.of(decided[0]), each.rung or Rung.NOTHING, each.membership))
    return tuple(
        SubjectRow(
            min(quarter for quarter, _, _ in mine),
            _surest(membership for _, _, membership in mine),
            max((rung for _, rung, _ in mine), key=lambda rung: rung.height),
        )
        for mine in people.values()
    )


def _contact_rows(until: datetime, cases: set[str]) -> tuple[ContactRow, ...]:
    """Return one row per note of contact. What the person wanted lies sealed, so its category is not counted.

    Found later: somebody else than the recipient had to flag it before it was filed.
    """
    flags = ContactFlag.objects.exclude(contact=None).exclude(flagged_by=F("recipient"))
    late = set(flags.values_list("contact_id", flat=True))
    rows = Contact.objects.filter(corrects=None, filed_at__lt=until).order_by("filed_at", "id")
    return tuple(
        ContactRow(Quarter.of(at.date()), ContactCategory.OTHER, FROM.get(category, Body.OTHER), contact in late)
        for contact, case, category, at in rows.values_list("id", "case_id", "category", "filed_at")
        if case in cases
    )
