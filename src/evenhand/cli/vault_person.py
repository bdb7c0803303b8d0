"""`evenhand vault erase-person`: everything of one person that may go, and by name what must stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import emit_json
from evenhand.context import Context
from evenhand.errors import UsageError

if TYPE_CHECKING:
    from evenhand.web.cases.person import Found, Gone

_REFUSED = 3
_WHY = ("erasure_request", "retention")
_STAYS = {
    "open": "it is not closed",
    "held": "it is under a legal hold",
    "refused": "one of the two who sign has a part in it",
    "other_case": "a case about somebody else, or sent by somebody else, rests on a post of theirs",
    "roles": "the person still holds a role",
}


@click.command("erase-person")
@click.option("--name", "names", multiple=True, metavar="NAME", help="As reports name them. Repeat.")
@click.option("--account", "accounts", multiple=True, metavar="ACCOUNT", help="Such as x:@handle or x:8001. Repeat.")
@click.option("--contact", "contacts", multiple=True, metavar="ADDRESS", help="An address they wrote from. Repeat.")
@click.option("--sign-in", "sign_in", metavar="NAME", help="Their own account here.")
@click.option("--why", type=click.Choice(_WHY), default=_WHY[0], show_default=True)
@click.option("--by", "first", metavar="NAME", help="The account that asks for it.")
@click.option("--approver", "second", metavar="NAME", help="Another account, in the other role, that signs too.")
@click.option("--preview", is_flag=True, help="Only say what there is; nothing goes.")
@click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(
    names: tuple[str, ...], accounts: tuple[str, ...], contacts: tuple[str, ...], sign_in: str | None, why: str,
    first: str | None, second: str | None, preview: bool, directory: str | None, as_json: bool,
) -> int:  # fmt: skip
    """Erase one person for good: their closed cases on either side, posts, files, letters, their account.

    What is open or held stays and is named; then the exit code is 3. Their leaves in the log stay, and so does
    everybody else's proof. Asks for a name where none of the first four options is given.
    """
    ready(home_of(directory), create=False)
    from evenhand.web.cases.person import erase_person, find_person
    from evenhand.web.vault.people import Person, ask_now
    from evenhand.web.vault.words import Why

    if not (names or accounts or contacts or sign_in):  # what is typed stands in no history of commands
        names = (click.prompt("Name, as reports say it", err=True),)
    person = Person(names, accounts, contacts, account_named(sign_in) if sign_in else "")
    if preview:
        return _preview(find_person(person), as_json=as_json)
    if not first or not second:
        raise UsageError("two people sign this", mend="Name them: --by NAME --approver NAME.")
    ctx, (one, two) = Context.system(), (account_named(first), account_named(second))
    request = ask_now(person=person, why=Why(why), first=one, second=two, ctx=ctx)
    return _said(request, erase_person(request, ctx), as_json=as_json)


def _preview(found: Found, *, as_json: bool) -> int:
    if as_json:
        emit_json(asdict(found))
        return 0
    click.echo(f"Would go: {_cases(found.closed)}, {found.posts} posts.")
    for number in found.others:
        click.echo(f"Would stay: case {number}: {_STAYS['open']}.")
    for number in found.held:
        click.echo(f"Would stay: case {number}: {_STAYS['held']}.")
    return 0


def _said(request: str, gone: Gone, *, as_json: bool) -> int:
    from evenhand.web.cases.person import called

    if as_json:
        emit_json({"request": request, **asdict(gone)})
    else:
        click.echo(f"Erased: {_cases(gone.cases)}, {gone.posts} posts (request {request}).")
        for what, which, why in gone.stays:
            click.echo(f"Stays: {what} {called(what, which)}: {_STAYS[why]}.")
        for copy in gone.copies:
            click.echo(f"  {copy}")
        write_to(gone.recipients)
    return _REFUSED if gone.stays else 0


def _cases(numbers: Sequence[str]) -> str:
    return f"{len(numbers)} closed cases ({', '.join(numbers) or 'none'})"


def write_to(recipients: Sequence[tuple[str, str, str]]) -> None:
    """Say who was handed a bundle of what is gone."""
    for at, to, how in recipients:
        click.echo(f"A bundle was handed out at {at} to {to or 'somebody who is not named'} ({how}): write to them.")


def account_named(name: str) -> str:
    """Return the id of an account by its sign-in name. Raises UsageError where there is none."""
    from evenhand.web.people.models import User

    try:
        return str(User.objects.get_by_natural_key(name if name.isprintable() else "").pk)
    except User.DoesNotExist:
        raise UsageError(f"there is no account {name!r}", mend="See them all: evenhand people list.") from None
