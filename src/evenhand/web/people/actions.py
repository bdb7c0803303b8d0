"""The verbs of people: make an account, reset one, give and end a role, record and end a mandate.

Each compares, asks the policy, changes rows and adds the document that says the same, in one unit of work.
The record carries ids and words of closed lists; no name, and of a sign-in name a digest.
"""

from __future__ import annotations

from copy import copy
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import get_hasher, make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.people.models import Grant, Mandate, User
from evenhand.web.people.permissions import CARRIED_BY, Permission
from evenhand.web.people.policy import check_grant, may
from evenhand.web.people.projections import name_digest
from evenhand.web.people.queries import roles_at, standing_of
from evenhand.web.people.roles import Office, Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.documents import instant
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId
from evenhand.web.record.seats import end_seats, grant_seat, has_seat
from evenhand.web.record.unit import recording

# Whoever changes roles, mandates, rules, holds or the pool seals those documents under the organisation's key, so has
# a seat on it. It opens no post, message, member or case: their texts lie under keys of their own.
WRITES_FOR_THE_ORGANISATION = frozenset[Role]().union(
    *(
        CARRIED_BY[permission]
        for permission in (
            Permission.MANAGE_ROLES, Permission.RECORD_MANDATES, Permission.MANAGE_POOL, Permission.PUBLISH_RULES,
            Permission.LOAD_REGISTER, Permission.SIGN_HOLDS,
        )
    )
)  # fmt: skip


def create_person(*, username: str, password: str, ctx: Context, drawn: bool = False) -> User:
    """Make an account without any role and return it. Raises UsageError for a name that cannot be used.

    `drawn`: the password was drawn at random, with 80 bits or more, so a quick hash keeps it as well as a slow one.
    The document holds the sign-in name as a digest only. The password and the second step are in no document:
    whoever can write the database can replace them.
    """
    kept = _quick_hash(password) if drawn else make_password(password)
    person = User(id=ctx.new_id(), username=username, password=kept, made_at=_now(ctx))
    with recording(actor=SYSTEM, ctx=ctx, purpose="make an account") as r:
        try:
            person.clean_fields()
            with transaction.atomic():
                person.save(force_insert=True)
        except (ValidationError, IntegrityError) as error:
            raise UsageError(
                f"The sign-in name {username!r} cannot be used.",
                mend="It may be taken; letters, digits and @ . + - _ are allowed.",
            ) from error
        body = {
            "change": "account_made", "person": person.id, "made_at": instant(person.made_at),
            "is_active": person.is_active, "username": name_digest(person.id, person.username),
        }  # fmt: skip
        r.add(type="role.changed", obj=ctx.new_id(), key=ORGANISATION, body=body)
    return person


def _quick_hash(password: str) -> str:
    """Return a hash of 1,000 rounds: slow hashing protects what people choose. Signing in replaces it by a slow one."""
    hasher = copy(get_hasher())
    hasher.iterations = 1_000  # type: ignore[attr-defined] # of PBKDF2, Django's first choice
    return hasher.encode(password, hasher.salt())


def grant_role(*, person: PersonId, role: Role, actor: ActorId, ctx: Context, ends: datetime | None = None) -> str:
    """Give a role to a person from now (until `ends`) and return the grant's id.

    Raises UsageError where the role is never granted, is held already, or may not meet a role they hold.
    """
    with recording(actor=actor, ctx=ctx, purpose="change a role") as r:
        now = _now(ctx)
        _check_actor(actor, person, Permission.MANAGE_ROLES, now)
        _lock(person)
        check_grant(role=role, held=roles_at(person, now))
        if ends is not None and ends <= now:
            raise UsageError("A role cannot end before it begins.", mend="Give a later end, or none.")
        grant = Grant(
            id=ctx.new_id(), person=person, role=role, begins=now, ends=ends, granted_by=actor, granted_at=now
        )
        grant.save(force_insert=True)
        if role in WRITES_FOR_THE_ORGANISATION:
            grant_seat(r, key=ORGANISATION, actor=ActorId(person), role=role.value, since=now, until=ends)
        body = {
            "change": "granted", "at": instant(now), "person": person, "role": role.value,
            "begins": instant(now), "ends": instant(ends) if ends else None,
        }  # fmt: skip
        r.add(type="role.changed", obj=grant.id, key=ORGANISATION, body=body)
    return grant.id


def give_missing_seats(ctx: Context) -> int:
    """Give a seat on the organisation's key to whoever holds a role that has one by now, and return how many.

    A role may come to need it after somebody got it: the holder would sign what they cannot read. Due work, idempotent.
    """
    now = _now(ctx)
    in_force = Grant.objects.filter(Q(ends=None) | Q(ends__gt=now), ended_at=None, begins__lte=now)
    wanted = in_force.filter(role__in=[role.value for role in WRITES_FOR_THE_ORGANISATION]).order_by("begins", "id")
    missing = [row for row in wanted if not has_seat(ORGANISATION, ActorId(row.person), now)]
    for row in missing:
        with recording(actor=SYSTEM, ctx=ctx, purpose="give a seat that a role has by now") as r:
            grant_seat(r, key=ORGANISATION, actor=ActorId(row.person), role=row.role, since=now, until=row.ends)
            r.add(type="role.changed", obj=row.id, key=ORGANISATION, body={"change": "seat_given", "at": instant(now)})
    return len(missing)


def end_role(*, grant: str, actor: ActorId, ctx: Context) -> None:
    """End a role from this second on (INV-10). Raises UsageError where there is none or it has ended."""
    with recording(actor=actor, ctx=ctx, purpose="change a role") as r:
        now = _now(ctx)
        in_force = Grant.objects.filter(Q(ends=None) | Q(ends__gt=now), pk=grant, ended_at=None)
        found = in_force.values_list("person", "role").first()
        if found is None:
            raise UsageError("There is no such role in force.", mend="Look the grant up again.")
        person, role = found
        _check_actor(actor, PersonId(person), Permission.MANAGE_ROLES, now)
        in_force.update(ends=now, ended_by=actor, ended_at=now)
        end_seats(r, actor=ActorId(person), at=now, role=role)
        body = {"change": "ended", "at": instant(now)}
        r.add(type="role.changed", obj=grant, key=ORGANISATION, body=body)


def reset_access(*, person: PersonId, password: str, actor: ActorId, ctx: Context) -> None:
    """Give a person who lost theirs a new password and take the old second step away; every session ends.

    Recorded, because whoever does it could sign in as that person: the auditor sees that it was done. Until
    the person sets up a new second step their roles open nothing.
    """
    with recording(actor=actor, ctx=ctx, purpose="reset a sign-in") as r:
        _check_actor(actor, person, Permission.MANAGE_ROLES, _now(ctx))
        _lock(person)
        # A changed password changes what every session of the person was signed with.
        User.objects.filter(pk=person).update(password=make_password(password))
        Authenticator.objects.filter(user_id=person).delete()
        body = {"change": "access_reset", "person": person}
        r.add(type="role.changed", obj=ctx.new_id(), key=ORGANISATION, body=body)


def close_account(*, person: PersonId, ctx: Context) -> None:
    """Close an account for good; for the erasure of a person: the sign-in name goes, nobody signs in again.

    The id stays, as what others' records know them by. Raises UsageError while they hold a role or a mandate.
    """
    with recording(actor=SYSTEM, ctx=ctx, purpose="close an account") as r:
        _lock(person)
        if roles_at(person, _now(ctx)):
            raise UsageError("This person still holds a role.", mend="End their roles first: evenhand people list.")
        closed = User(pk=person, username=f"erased-{person}", is_active=False)
        User.objects.filter(pk=person).update(
            username=closed.username, is_active=False, password=make_password(None), last_login=None
        )
        Authenticator.objects.filter(user_id=person).delete()
        said = {"username": name_digest(person, closed.username), "is_active": False}
        r.add(
            type="role.changed", obj=ctx.new_id(), key=ORGANISATION,
            body={"change": "account_closed", "person": person, **said},
        )  # fmt: skip


def record_mandate(
    *, person: PersonId, office: Office, begins: date, ends: date | None, actor: ActorId, ctx: Context
) -> str:
    """Record that a person holds an office, both days included, and return the mandate's id.

    While it runs the person is restricted, whatever roles they hold; one that runs now ends every seat on
    a key at once.
    """
    with recording(actor=actor, ctx=ctx, purpose="record a mandate") as r:
        now = _now(ctx)
        _check_actor(actor, person, Permission.RECORD_MANDATES, now)
        _lock(person)
        if ends is not None and ends < begins:
            raise UsageError("A mandate cannot end before it begins.", mend="Check the two days.")
        mandate = Mandate(
            id=ctx.new_id(), person=person, office=office, begins=begins, ends=ends,
            recorded_by=actor, recorded_at=now,
        )  # fmt: skip
        mandate.save(force_insert=True)
        if begins <= now.date():
            end_seats(r, actor=ActorId(person), at=now)
        body = {
            "change": "recorded", "at": instant(now), "person": person, "office": office.value,
            "begins": begins.isoformat(), "ends": ends.isoformat() if ends else None,
        }  # fmt: skip
        r.add(type="mandate.changed", obj=mandate.id, key=ORGANISATION, body=body)
    return mandate.id


def end_mandate(*, mandate: str, ends: date, actor: ActorId, ctx: Context) -> None:
    """Record the last day of a mandate. Raises UsageError where there is none, or its end is recorded."""
    with recording(actor=actor, ctx=ctx, purpose="record a mandate") as r:
        now = _now(ctx)
        running = Mandate.objects.filter(pk=mandate, ended_at=None, begins__lte=ends)
        person = running.values_list("person", flat=True).first()
        if person is None:
            raise UsageError(
                "There is no such running mandate.", mend="Look it up again; the last day is not before the first."
            )
        _check_actor(actor, PersonId(person), Permission.RECORD_MANDATES, now)
        running.update(ends=ends, ended_by=actor, ended_at=now)
        body = {"change": "ended", "at": instant(now), "ends": ends.isoformat()}
        r.add(type="mandate.changed", obj=mandate, key=ORGANISATION, body=body)


def _now(ctx: Context) -> datetime:
    """Return now in whole seconds, as documents write it: rows and documents must say the same."""
    return ctx.now().replace(microsecond=0)


def _check_actor(actor: ActorId, person: PersonId, permission: Permission, now: datetime) -> None:
    """Refuse an actor without the permission, and anybody who would change what they hold themselves."""
    if actor == SYSTEM:
        return
    if str(actor) == str(person):
        raise UsageError("Nobody changes their own roles or mandates.", mend="Ask somebody else who may.")
    if not may(standing_of(actor, at=now, second_step=True), permission):
        raise UsageError("This person may not do that.", mend=f"It needs the permission {permission.value}.")


def _lock(person: PersonId) -> None:
    """Hold the person's row, so that two grants at once cannot bring together what must stay apart."""
    if not User.objects.select_for_update().filter(pk=person).exists():
        raise UsageError("There is no such person.", mend="Make the account first.")
