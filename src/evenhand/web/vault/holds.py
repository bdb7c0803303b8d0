"""Legal holds (T22): asked for by one person, placed and released by two in two roles; they beat every deletion.

A hold on a case holds all its objects, later ones too. In force means placed and not released, whatever the review
date says. Whether something is held is asked before anything is deleted; where that cannot be read, nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.people.roles import Role
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.vault.models import Hold, VaultObject
from evenhand.web.vault.signing import Signed, noting_unsigned, sign
from evenhand.web.vault.turns import beside_no_erasure, check_not_erased
from evenhand.web.vault.words import Kind, Reason

LONGEST: Final = timedelta(days=183)
"""A review date lies at most six months ahead."""
_SOON: Final = timedelta(days=14)
_PURPOSE: Final = "legal hold"
_COLUMNS: Final = {"placed": ("placed_by", "placed_role", "placed_at"), "end": ("end_by", "end_role", "end_at"),
                   "released": ("released_by", "released_role", "released_at")}  # fmt: skip

CasesOf = Callable[[Collection[str]], Iterable[str]]
PeopleOf = Callable[[str], Collection[str]]
FilesIn = Callable[[str], Collection[str]]
NumbersOf = Callable[[Collection[str]], Mapping[str, str]]
Numbered = Callable[[str], str | None]
_CASES_OF: Final[list[CasesOf]] = []
_PEOPLE_OF: Final[list[PeopleOf]] = []
_NUMBERS_OF: Final[list[NumbersOf]] = []
_NUMBERED: Final[list[Numbered]] = []
_RUNNING: Final[list[NumbersOf]] = []
_FILES_IN: Final[list[FilesIn]] = []


class Held(UsageError):
    """Something is under a legal hold, or nobody can tell: it is not deleted."""


def register_cases(
    *, cases_of: CasesOf, people_of: PeopleOf, numbers_of: NumbersOf, numbered: Numbered,
    running: NumbersOf, files_in: FilesIn,
) -> None:  # fmt: skip
    """Register who knows cases; in `ready()`.

    To which cases objects belong, which accounts are people of a case, the numbers of cases, the case of a number,
    which of some cases run (with their numbers), the files of a case.
    """
    _CASES_OF.append(cases_of)
    _PEOPLE_OF.append(people_of)
    _NUMBERS_OF.append(numbers_of)
    _NUMBERED.append(numbered)
    _RUNNING.append(running)
    _FILES_IN.append(files_in)


def target_named(text: str) -> tuple[Kind, str] | None:
    """Return what somebody means by the number of a case or the id of a file; None where there is no such thing."""
    for resolver in _NUMBERED:
        if case := resolver(text):
            return Kind.CASE, case
    return (Kind.OBJECT, text) if VaultObject.objects.filter(pk=text).exists() else None


def cases_of(objects: Collection[str]) -> frozenset[str]:
    """Return the cases to which files belong; a copy made of a file belongs where that does."""
    family = _with_sources(objects)
    named = VaultObject.objects.filter(pk__in=family).exclude(case=None).values_list("case", flat=True)
    return frozenset({*named, *(case for resolver in _CASES_OF for case in resolver(family))})


def files_of(case: str) -> frozenset[str]:
    """Return the files of a case (hex32) with every copy made of them."""
    named = VaultObject.objects.filter(case=case).values_list("id", flat=True)
    found = {*named, *(file for resolver in _FILES_IN for file in resolver(case))}
    latest = set(found)
    while latest:
        latest = set(VaultObject.objects.filter(source__in=latest).values_list("id", flat=True)) - found
        found |= latest
    return frozenset(found)


def check_nothing_runs(objects: Collection[str]) -> None:
    """Raise UsageError where a case that is not closed stands on one of these files: while it runs its files stay."""
    cases = cases_of(objects)
    if found := sorted({number for resolver in _RUNNING for number in dict(resolver(cases)).values()}):
        raise UsageError(
            _("This file belongs to a case that is not closed (%(numbers)s): its files stay while it runs.")
            % {"numbers": ", ".join(found)},
            mend=_("Erase it when the case is closed. What nobody may look at is marked so, and destroyed lawfully."),
        )


def _with_sources(objects: Collection[str]) -> frozenset[str]:
    found, latest = set(objects), set(objects)
    while latest:
        made = VaultObject.objects.filter(pk__in=latest).values_list("source", flat=True)
        latest = {source for source in made if source} - found
        found |= latest
    return frozenset(found)


def numbers_of(cases: Collection[str]) -> dict[str, str]:
    """Return case id -> its number."""
    return {case: number for resolver in _NUMBERS_OF for case, number in resolver(cases).items()}


def open_holds() -> list[Hold]:
    """Return the holds in force and those that wait for a second person, what is due first.

    Raises Held where they cannot be read: then everything counts as held.
    """
    try:
        rows = list(Hold.objects.filter(released_at=None).order_by("review_on", "id"))
    except DatabaseError as error:
        raise _unreadable() from error
    return rows


def ask_hold(
    *, kind: Kind, target: str, reason: Reason, ground: str, review_on: date, person: str, ctx: Context
) -> str:
    """Ask for a hold and return its id. It is in force when a second person has signed it: `place_hold`."""
    with noting_unsigned(target, purpose=_PURPOSE, ctx=ctx):
        signed = sign(person, ctx=ctx, barred=people_of(kind, target))
    _check_review(review_on, ctx)
    if kind is Kind.OBJECT and not VaultObject.objects.filter(pk=target).exists():
        raise UsageError(_("There is no such file."))
    now = ctx.now().replace(microsecond=0)
    with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        beside_no_erasure()
        check_not_erased(target)
        hold = Hold(
            id=ctx.new_id(), kind=kind.value, target=target, reason=reason.value, review_on=review_on,
            ground=seal_text(r, key=ORGANISATION, field="hold.ground", text=ground), asked_by=signed.person,
            asked_role=signed.role.value, asked_at=now,
        )  # fmt: skip
        hold.save(force_insert=True)
        _add(r, "hold.reviewed", hold)
    return hold.id


def place_hold(*, hold: str, person: str, ctx: Context) -> None:
    """Sign a hold that another person asked for; from now on it is in force."""
    with noting_unsigned(hold, purpose=_PURPOSE, ctx=ctx), recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        beside_no_erasure()
        row = _one(hold)
        if row.placed_at is not None:
            raise UsageError(_("This hold is in force already."))
        check_not_erased(row.target)
        _sign(row, "placed", person, Signed(row.asked_by, Role(row.asked_role)), ctx)
        _add(r, "hold.placed", row)


def ask_release(*, hold: str, person: str, ctx: Context) -> None:
    """Ask that a hold ends. It ends when a second person has signed: `release_hold`."""
    with noting_unsigned(hold, purpose=_PURPOSE, ctx=ctx), recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        row = _in_force_one(hold)
        _sign(row, "end", person, None, ctx)
        _add(r, "hold.reviewed", row)


def release_hold(*, hold: str, person: str, ctx: Context) -> None:
    """Sign the end of a hold that another person asked for."""
    with noting_unsigned(hold, purpose=_PURPOSE, ctx=ctx), recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        row = _in_force_one(hold)
        if row.end_by is None:
            raise UsageError(_("Nobody has asked for this hold to end."), mend=_("Ask for it first."))
        _sign(row, "released", person, Signed(row.end_by, Role(row.end_role)), ctx)
        _add(r, "hold.released", row)


def hold_now(
    *, kind: Kind, target: str, reason: Reason, ground: str, review_on: date, first: str, second: str, ctx: Context
) -> str:
    """Place a hold that two people sign at the same time and return its id: all or nothing."""
    with noting_unsigned(target, purpose=_PURPOSE, ctx=ctx), recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE):
        hold = ask_hold(
            kind=kind, target=target, reason=reason, ground=ground, review_on=review_on, person=first, ctx=ctx
        )
        place_hold(hold=hold, person=second, ctx=ctx)
    return hold


def release_now(*, hold: str, first: str, second: str, ctx: Context) -> None:
    """Release a hold by two people at the same time: all or nothing. Whoever asked for the end before stays first."""
    with noting_unsigned(hold, purpose=_PURPOSE, ctx=ctx), recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE):
        if _in_force_one(hold).end_by is None:
            ask_release(hold=hold, person=first, ctx=ctx)
        release_hold(hold=hold, person=second, ctx=ctx)


def review_hold(*, hold: str, review_on: date, person: str, ctx: Context) -> None:
    """Record that a hold was looked at again and goes on; the next date lies at most six months ahead."""
    _check_review(review_on, ctx)
    with noting_unsigned(hold, purpose=_PURPOSE, ctx=ctx), recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        row = _in_force_one(hold)
        signed = sign(person, ctx=ctx, barred=people_of(Kind(row.kind), row.target))
        row.review_on = review_on
        row.save(update_fields=["review_on"])
        _add(r, "hold.reviewed", row, reviewed_by=signed.person, reviewed_as=signed.role.value)


def in_force() -> QuerySet[Hold]:
    """Return the holds in force, the one whose review is due soonest first."""
    return Hold.objects.filter(released_at=None).exclude(placed_at=None).order_by("review_on", "id")


def waiting() -> QuerySet[Hold]:
    """Return what waits for a second person: holds not yet placed, and ends not yet signed."""
    return (Hold.objects.filter(placed_at=None) | in_force().exclude(end_at=None)).order_by("asked_at", "id")


def soon_due(ctx: Context) -> QuerySet[Hold]:
    """Return the holds in force whose review date has passed, or comes within two weeks."""
    return in_force().filter(review_on__lte=ctx.now().date() + _SOON)


def overdue(ctx: Context) -> QuerySet[Hold]:
    """Return the holds whose review date has passed: they stay in force, and somebody must look."""
    return in_force().filter(review_on__lt=ctx.now().date())


def holds_on(*, cases: Collection[str] = (), objects: Collection[str] = ()) -> list[Hold]:
    """Return every hold in force that stands on one of these cases or objects, or on a case of these objects.

    A copy is held with what it was made from.

    Raises Held where that cannot be read: a deletion that cannot ask does not happen.
    """
    try:
        wanted = {*cases, *_with_sources(objects), *cases_of(objects)}
        inside = VaultObject.objects.filter(case__in=list(cases)).values_list("id", flat=True)
        return list(in_force().filter(target__in=[*wanted, *inside]))
    except DatabaseError as error:
        raise _unreadable() from error


def held_among(ids: Collection[str]) -> frozenset[str]:
    """Return which of these things a hold in force names. Raises Held where that cannot be read."""
    try:
        return frozenset(in_force().filter(target__in=list(ids)).values_list("target", flat=True))
    except DatabaseError as error:
        raise _unreadable() from error


def check_free(*, cases: Collection[str] = (), objects: Collection[str] = ()) -> None:
    """Raise Held unless no hold in force stands on any of these; every deletion asks here first."""
    if found := holds_on(cases=cases, objects=objects):
        listed = ", ".join(sorted({hold.id[:8] for hold in found}))
        raise Held(
            _("This is under a legal hold (%(holds)s); it is not deleted.") % {"holds": listed},
            mend=_("Two people can release the hold, on the page of holds or by: evenhand vault release."),
        )


def people_of(kind: Kind, target: str) -> frozenset[str]:
    """Return the accounts of people whom a case, or the cases of an object, are about: they sign nothing here."""
    cases = {target} if kind is Kind.CASE else cases_of([target])
    return frozenset(person for case in cases for resolver in _PEOPLE_OF for person in resolver(case))


def _unreadable() -> Held:
    words = _("Nobody can tell whether this is held, so nothing is deleted.")
    return Held(words, where="vault_hold", mend="Run: evenhand doctor.")


def _check_review(review_on: date, ctx: Context) -> None:
    today = ctx.now().date()
    if not today < review_on <= today + LONGEST:
        raise UsageError(_("The review date lies after today and at most six months ahead."))


def _sign(row: Hold, stage: str, person: str, after: Signed | None, ctx: Context) -> None:
    signed = sign(person, ctx=ctx, barred=people_of(Kind(row.kind), row.target), after=after)
    values = (signed.person, signed.role.value, ctx.now().replace(microsecond=0))
    for column, value in zip(_COLUMNS[stage], values, strict=True):
        setattr(row, column, value)
    row.save(update_fields=list(_COLUMNS[stage]))


def _add(r: Recorder, type: str, hold: Hold, **facts: str) -> None:
    case, obj = (hold.target, None) if hold.kind == Kind.CASE else (None, hold.target)
    r.add(
        type=type, key=ORGANISATION, case=case, obj=obj or hold.id, why=hold.reason, body={**facts, ROWS: [said(hold)]}
    )


def _one(hold: str) -> Hold:
    row = Hold.objects.filter(pk=hold).first()
    if row is None:
        raise UsageError(_("There is no such hold."), mend="evenhand vault list")
    return row


def _in_force_one(hold: str) -> Hold:
    row = _one(hold)
    if row.placed_at is None or row.released_at is not None:
        raise UsageError(_("This hold is not in force."), mend="evenhand vault list")
    return row
