"""`evenhand people add | list | grant | end | mandate | end-mandate | reset`: accounts, roles and mandates.

For whoever runs the installation. What is done here is recorded as the act of `system`: no person signed in
for it. A password is printed once, alone on stdout, and kept nowhere.
"""

from __future__ import annotations

import base64
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import click
from rich.table import Table

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import console, emit_json
from evenhand.context import Context
from evenhand.errors import UsageError

if TYPE_CHECKING:
    from evenhand.cli.people_list import Listed
    from evenhand.web.people.models import User
    from evenhand.web.people.roles import Role
    from evenhand.web.people.standing import PersonId

Word = TypeVar("Word", bound=StrEnum)

MOST_NAMED = 20
_dir = click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")


@click.group("people")
def command() -> None:
    """Make accounts, give and end roles, record mandates, reset a sign-in."""


@command.command("add")
@click.argument("username")
@_dir
def add_command(username: str, directory: str | None) -> None:
    """Make an account without any role and print its first password, once."""
    ready(home_of(directory), create=False)
    from evenhand.web.people.actions import create_person

    ctx = Context.system()
    password = first_password(ctx)
    create_person(username=username, password=password, ctx=ctx)
    console.print(f"The account {username} is made, without a role. Its first password, shown this once:")
    click.echo(password)


@command.command("list")
@_dir
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_command(directory: str | None, as_json: bool) -> None:
    """Show every account: its roles in force, its mandates now and to come, whether a second step is set up."""
    ready(home_of(directory), create=False)
    from evenhand.cli.people_list import accounts

    found = accounts(Context.system().now())
    if as_json:
        emit_json([asdict(account) for account in found])
    elif found:
        _show(found)
    else:
        console.print("There is no account yet. Make one with: evenhand people add USERNAME")


@command.command("grant")
@click.argument("username")
@click.argument("role")
@click.option("--until", metavar="DATE", help="The last day of the role (UTC), such as 2027-03-31.")
@_dir
def grant_command(username: str, role: str, until: str | None, directory: str | None) -> None:
    """Give a person a role from now on. Refused where it may not meet a role they hold."""
    ends = _end_of(until) if until else None
    ready(home_of(directory), create=False)
    from evenhand.web.people.actions import grant_role
    from evenhand.web.people.roles import require_mfa
    from evenhand.web.record.ids import SYSTEM

    person, wanted = _person(username), _role(role)
    grant_role(person=_id(person), role=wanted, actor=SYSTEM, ctx=Context.system(), ends=ends)
    console.print(f"{person.username} holds the role {wanted.value} from now on{f', until {until}' if until else ''}.")
    if require_mfa(wanted):
        console.print("It opens nothing before a second step; signing in leads there.")


@command.command("end")
@click.argument("username")
@click.argument("role")
@_dir
def end_command(username: str, role: str, directory: str | None) -> None:
    """End a role that a person holds, from this second on."""
    ready(home_of(directory), create=False)
    from evenhand.web.people.actions import end_role
    from evenhand.web.record.ids import SYSTEM

    ctx = Context.system()
    person, ending = _person(username), _role(role)
    end_role(grant=_grant_of(person, ending, ctx.now()), actor=SYSTEM, ctx=ctx)
    console.print(f"{person.username} no longer holds the role {ending.value}.")


@command.command("mandate")
@click.argument("username")
@click.argument("office")
@click.option("--from", "since", metavar="DATE", required=True, help="The first day of the office (UTC).")
@click.option("--until", metavar="DATE", help="The last day, if it is known already.")
@_dir
def mandate_command(username: str, office: str, since: str, until: str | None, directory: str | None) -> None:
    """Record that a person holds an office, both days included. While it runs their roles open nothing."""
    begins, ends = _day(since), _day(until) if until else None
    ready(home_of(directory), create=False)
    from evenhand.web.people.actions import record_mandate
    from evenhand.web.people.roles import Office
    from evenhand.web.record.ids import SYSTEM

    person, held = _person(username), _word(office, Office, "office", list(Office))
    record_mandate(
        person=_id(person), office=held, begins=begins, ends=ends, actor=SYSTEM, ctx=Context.system()
    )  # fmt: skip
    last = f"until {ends}" if ends else "until its end is recorded with: evenhand people end-mandate"
    console.print(f"The mandate is recorded: {person.username}, {held.value}, from {begins} {last}.")


@command.command("end-mandate")
@click.argument("username")
@click.argument("office")
@click.option("--on", "last", metavar="DATE", required=True, help="The last day of the office (UTC).")
@_dir
def end_mandate_command(username: str, office: str, last: str, directory: str | None) -> None:
    """Record the last day of an office that a person holds; their roles open again the day after."""
    ends = _day(last)
    ready(home_of(directory), create=False)
    from evenhand.web.people.actions import end_mandate
    from evenhand.web.people.roles import Office
    from evenhand.web.record.ids import SYSTEM
    from evenhand.web.record.unit import recording

    person, held = _person(username), _word(office, Office, "office", list(Office))
    ctx = Context.system()
    with recording(actor=SYSTEM, ctx=ctx, purpose="record a mandate"):
        for mandate in _mandates_of(person, held, ends):
            end_mandate(mandate=mandate, ends=ends, actor=SYSTEM, ctx=ctx)
    console.print(f"Recorded: the last day of {person.username} as {held.value} is {ends}.")


@command.command("reset")
@click.argument("username")
@_dir
def reset_command(username: str, directory: str | None) -> None:
    """Give a person who lost password or second step a new password; the old step goes, sessions end."""
    ready(home_of(directory), create=False)
    from evenhand.web.people.actions import reset_access
    from evenhand.web.record.ids import SYSTEM

    ctx = Context.system()
    person, password = _person(username), first_password(ctx)
    reset_access(person=_id(person), password=password, actor=SYSTEM, ctx=ctx)
    console.print(f"The sign-in of {person.username} is reset; the second step is set up anew on signing in.")
    console.print("The new password, shown this once:")
    click.echo(password)


def first_password(ctx: Context) -> str:
    """Return 100 random bits as five groups of four letters and figures: to be read aloud, typed, then changed."""
    letters = base64.b32encode(ctx.random(15)).decode().lower()
    return "-".join(letters[i : i + 4] for i in range(0, 20, 4))


def _person(username: str) -> User:
    """Return the account of a sign-in name, whatever its case; UsageError naming what accounts there are."""
    from evenhand.web.people.models import User

    try:
        # What cannot be printed cannot be asked of every database either (NUL, broken UTF-8).
        return User.objects.get_by_natural_key(username if username.isprintable() else "")
    except User.DoesNotExist:
        raise UsageError(f"there is no account {username!r}", mend=_accounts_there_are()) from None


def _accounts_there_are() -> str:
    from evenhand.web.people.models import User

    names = list(User.objects.order_by("username").values_list("username", flat=True)[: MOST_NAMED + 1])
    if not names:
        return "There is none yet; make one with: evenhand people add USERNAME."
    more = "; `evenhand people list` shows them all" if len(names) > MOST_NAMED else ""
    return f"There are: {', '.join(names[:MOST_NAMED])}{more}."


def _id(person: User) -> PersonId:
    from evenhand.web.people.standing import PersonId

    return PersonId(person.pk)


def _role(text: str) -> Role:
    """Return the role of a word; whether it may be granted is the verb's to say."""
    from evenhand.web.people.roles import ROLES, Role

    return _word(text, Role, "role", [role for role in Role if ROLES[role].granted])


def _word(text: str, words: type[Word], kind: str, offered: list[Word]) -> Word:
    try:
        return words(text.lower().replace("-", "_"))
    except ValueError:
        there_are = ", ".join(word.value for word in offered)
        raise UsageError(f"there is no {kind} {text!r}", mend=f"There are: {there_are}.") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no day", mend="Write it like 2027-03-31.") from None


def _end_of(text: str) -> datetime:
    """Return the first moment after a day: the day itself is still included."""
    day = _day(text)
    try:
        return datetime.combine(day, time(), UTC) + timedelta(days=1)
    except OverflowError:
        raise UsageError(f"{text!r} is too far away", mend="Leave --until away for a role without an end.") from None


def _grant_of(person: User, role: Role, now: datetime) -> str:
    """Return the id of the grant by which a person holds a role now; UsageError saying what they hold instead."""
    from evenhand.cli.people_list import grants_in_force

    held = {grant.role: grant.id for grant in grants_in_force(now).filter(person=person.pk)}
    if role.value not in held:
        holds = f"They hold: {', '.join(sorted(held))}." if held else "They hold no role."
        raise UsageError(f"{person.username} does not hold the role {role.value}", mend=holds)
    return held[role.value]


def _mandates_of(person: User, office: StrEnum, last: date) -> list[str]:
    """Return the ids of a person's mandates of an office that can end on a day; UsageError where there is none."""
    from evenhand.web.people.models import Mandate

    open_ones = Mandate.objects.filter(person=person.pk, office=office.value, ended_at=None, begins__lte=last)
    ids = list(open_ones.values_list("id", flat=True))
    if not ids:
        raise UsageError(
            f"{person.username} has no open mandate as {office.value} that began by {last}",
            mend="See what is recorded: evenhand people list.",
        )
    return ids


def _show(found: list[Listed]) -> None:
    table = Table("sign-in name", "roles in force", "mandates", "second step", box=None, pad_edge=False)
    for account in found:
        roles = [f"{r.role} until {r.until}" if r.until else r.role for r in account.roles]
        mandates = [f"{m.office} {m.begins} to {m.ends or 'open'}" for m in account.mandates]
        table.add_row(
            account.username, "\n".join(roles) or "none", "\n".join(mandates) or "none",
            "set up" if account.second_step else "not yet",
        )  # fmt: skip
    console.print(table)
