"""What commands and pages may ask about the vault: plain rows, no bytes, nothing that names a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.grades import ProvenanceClass, Route, grade_of_capture, provenance, wording
from evenhand.web.record.documents import instant
from evenhand.web.vault.alarms import open_alarms
from evenhand.web.vault.holds import cases_of, files_of, in_force, overdue, waiting
from evenhand.web.vault.models import Alarm, ErasedKey, Erasure, Hold, VaultObject
from evenhand.web.vault.words import State

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One hold as lists show it."""

    id: str
    kind: str
    target: str
    reason: str
    review_on: date
    late: bool
    waits_for: str  # "" where it is simply in force; else "placing" or "release"


@dataclass(frozen=True, slots=True)
class ObjectLine:
    """One object as lists show it: what it is worth is computed, never typed; an erased one is worth nothing.

    `wording`: what may be said of it; of an erased one when it went, and why.
    """

    id: str
    case: str | None
    kind: str
    size: int
    state: str
    source: str | None
    method: str
    received_at: datetime
    provenance: str
    grade: str
    wording: str
    alarm: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The vault at a glance."""

    objects: Mapping[str, int]  # state -> how many
    size: int
    alarms: int
    holds: Sequence[HoldLine]
    erasures_open: int


def overview(ctx: Context) -> Overview:
    """Return counts and holds. Three queries."""
    rows = VaultObject.objects.values_list("state", "size")
    counts = Counter(state for state, _ in rows)
    size = sum(size for state, size in rows if state != State.ERASED)
    found = Erasure.objects.filter(ended_at=None).count()
    return Overview(dict(sorted(counts.items())), size, open_alarms().count(), hold_lines(ctx), found)


def hold_lines(ctx: Context) -> list[HoldLine]:
    """Return the holds in force and those that wait for a second person."""
    today = ctx.now().date()
    rows: dict[str, Hold] = {row.id: row for row in [*in_force(), *waiting()]}
    return [_hold_line(row, today) for row in rows.values()]


def _hold_line(row: Hold, today: date) -> HoldLine:
    waits = "placing" if row.placed_at is None else "release" if row.end_at else ""
    return HoldLine(row.id, row.kind, row.target, row.reason, row.review_on, row.review_on < today, waits)


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """One open alarm."""

    id: str
    object: str
    reason: str
    found_at: datetime


def alarm_lines() -> list[AlarmLine]:
    """Return the alarms that nobody has seen, oldest first."""
    return [AlarmLine(row.id, row.object_id, row.reason, row.found_at) for row in open_alarms()]


def object_lines(*, case: str | None = None) -> list[ObjectLine]:
    """Return every object, of one case (hex32) if named, in the order they came; nothing is opened."""
    rows = VaultObject.objects.order_by("received_at", "id")
    found = list(rows if case is None else rows.filter(pk__in=files_of(case)))
    alarms = {alarm.object_id: alarm.reason for alarm in open_alarms()}
    gone = {row.id: words for row, words in _erased(found)}
    lines = [_gone(row, gone[row.id]) if row.id in gone else _line(row, alarms.get(row.id, "")) for row in found]
    return lines if case is None else [replace(line, case=line.case or case) for line in lines]


def _erased(rows: Sequence[VaultObject]) -> Iterator[tuple[VaultObject, str]]:
    """Yield each object that was erased, with when and why in words; by its key, else by what was to be erased."""
    gone = [row for row in rows if row.state == State.ERASED]
    keys = ErasedKey.objects.filter(key__in=[row.blob for row in gone]).exclude(erasure=None)
    of_blob = {key.key: key.erasure for key in keys.select_related("erasure")}
    for row in gone:
        erasure = of_blob.get(row.blob) or _erasure_of(row)
        yield row, f"erased at {instant(erasure.started_at)} ({erasure.why})" if erasure else "erased"


def _erasure_of(row: VaultObject) -> Erasure | None:
    targets = [row.id, *([row.source_id] if row.source_id else ()), *cases_of([row.id])]
    return Erasure.objects.filter(target__in=targets).order_by("started_at").first()


def _gone(row: VaultObject, words: str) -> ObjectLine:
    """Return the line of an erased object: it is worth nothing any more, and nobody can say it is unchanged."""
    return ObjectLine(
        row.id, row.case, row.kind, row.size, row.state, row.source_id, row.method, row.received_at, "", "", words, ""
    )


def _line(row: VaultObject, alarm: str) -> ObjectLine:
    route = route_of(row, unchanged=alarm != "changed")
    return ObjectLine(
        row.id, row.case, row.kind, row.size, row.state, row.source_id, row.method, row.received_at,
        provenance(route).value, grade_of_capture(route).value, wording(route, row.received_at), alarm,
    )  # fmt: skip


def route_of(row: VaultObject, *, unchanged: bool = True) -> Route:
    """Return how an object reached us, from what was recorded at intake; further facts are the assessor's."""
    shape = ProvenanceClass(row.provenance_class)
    live = shape is ProvenanceClass.PLATFORM_API and row.channel == "capture"
    return Route(shape, capture_exists=row.kind != "link", captured_by_us=live, unchanged=unchanged)


@dataclass(frozen=True, slots=True)
class CaptureLine:
    """How one object reached us: by which channel, the sealed link it is said to come from, when somebody saw it."""

    channel: str
    link: str | None
    observed_at: datetime | None
    changed: bool


def capture_of(obj: str) -> CaptureLine:
    """Return how an object reached us, as it was recorded then. UsageError where there is none. Two queries."""
    row = VaultObject.objects.filter(pk=obj).first()
    if row is None:
        raise UsageError("there is no such file")
    changed = open_alarms().filter(object=row, reason="changed").exists()
    return CaptureLine(row.channel, row.link, row.observed_at, changed)


def kind_of(obj: str) -> str:
    """Return what the bytes of an object are. UsageError where there is none."""
    kind = VaultObject.objects.filter(pk=obj).values_list("kind", flat=True).first()
    if kind is None:
        raise UsageError("there is no such file")
    return str(kind)


def copies_made_of(obj: str) -> list[str]:
    """Return the ids of everything that was made from an object, oldest first. One query."""
    return list(VaultObject.objects.filter(source=obj).order_by("received_at", "id").values_list("id", flat=True))


def first_alarm_at() -> datetime | None:
    """Return since when a file is not what came in and nobody has looked; None where none is. One query."""
    return open_alarms().values_list("found_at", flat=True).first()


@dataclass(frozen=True, slots=True)
class Counts:
    """What was done in a time, and how it stands now: numbers alone."""

    erasures_done: int
    erasures_open: int
    holds_placed: int
    holds_released: int
    holds_in_force: int
    holds_late: int
    alarms_found: int
    alarms_open: int


def counts_between(since: datetime, until: datetime, ctx: Context) -> Counts:
    """Return the counts of a time, its end not included, and of now. Eight queries."""
    then = (since, until - timedelta(microseconds=1))
    return Counts(
        erasures_done=Erasure.objects.filter(ended_at__range=then).count(),
        erasures_open=Erasure.objects.filter(ended_at=None).count(),
        holds_placed=Hold.objects.filter(placed_at__range=then).count(),
        holds_released=Hold.objects.filter(released_at__range=then).count(),
        holds_in_force=in_force().count(), holds_late=overdue(ctx).count(),
        alarms_found=Alarm.objects.filter(found_at__range=then).count(), alarms_open=open_alarms().count(),
    )  # fmt: skip


def is_object(text: str) -> bool:
    """Return whether this is the id of a file of the vault."""
    return VaultObject.objects.filter(pk=text).exists()


def files_among(ids: Collection[str]) -> frozenset[str]:
    """Return which of these ids are files of the vault: each reading of one stands behind a leaf of its own."""
    found: set[str] = set()
    wanted = sorted(ids)
    for first in range(0, len(wanted), _AT_ONCE):
        found.update(VaultObject.objects.filter(pk__in=wanted[first : first + _AT_ONCE]).values_list("id", flat=True))
    return frozenset(found)


def erased_among(ids: Collection[str]) -> frozenset[str]:
    """Return which of these files were erased: a tombstone stands where they were."""
    gone = VaultObject.objects.filter(pk__in=list(ids), state=State.ERASED)
    return frozenset(gone.values_list("id", flat=True))
