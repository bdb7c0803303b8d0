"""`evenhand membership load | check`: take the register of members over, and look one person up for one case.

For whoever runs the installation; what is done here is recorded as the act of `system`. Nothing of a member is
printed: a check names the result, the band and which fields agree, never what they hold.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli._stores import stores_of
from evenhand.cli.output import console, emit_json, step
from evenhand.context import Context
from evenhand.errors import UsageError

if TYPE_CHECKING:
    from evenhand.web.cases.models import Case
    from evenhand.web.record.ids import ActorId
    from evenhand.web.register.actions import Preview
    from evenhand.web.register.lookup import LookupResult

_dir = click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group("membership")
def command() -> None:
    """Load the register of members; look one person up in it for one case."""


@command.command("load")
@click.argument("file", metavar="REGISTER.csv", type=click.Path(path_type=Path))
@click.option("--known-since", metavar="DATE", help="From this day on the file holds former members as well.")
@click.option("--remove-missing", is_flag=True, help="Remove members who are not in the file any more.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@_dir
@_json
def load_command(
    file: Path, known_since: str | None, remove_missing: bool, dry_run: bool, directory: str | None, as_json: bool
) -> None:
    """Load the register, all or nothing: one row per stretch of membership, whoever left included.

    Columns: member_id, joined; then, where there is something to say, left, deceased, handles (platform:handle,
    several with spaces between), email, name. Days are written 2024-02-29. It is stored encrypted.
    """
    since = _day(known_since) if known_since else None
    from evenhand.membership import read_register

    with step("reading the file"):
        register = read_register(file).whole()
    home = home_of(directory)
    ready(home, create=False)
    from evenhand.web.record.ids import SYSTEM
    from evenhand.web.register.actions import load, preview

    ctx = Context.system()
    with stores_of(home), step("comparing" if dry_run else "sealing what is new"):
        if dry_run:
            done = preview(register=register, actor=SYSTEM, ctx=ctx)
        else:
            done = load(register=register, actor=SYSTEM, ctx=ctx, known_since=since, remove_missing=remove_missing)
    if as_json:
        emit_json(asdict(done) | {"unchanged": done.unchanged, "loaded": not dry_run})
    else:
        console.print(_words(done, dry_run=dry_run))


@command.command("check")
@click.option("--account", metavar="A", default="", help="An account: platform:handle, or platform:id=123.")
@click.option("--member", metavar="N", default="", help="Instead of an account: an exact membership number.")
@click.option("--on", "day", metavar="DATE", required=True, help="The day of the act, such as 2026-03-01.")
@click.option("--case", "case_id", metavar="ID", required=True, help="The open case that needs it: number or id.")
@click.option("--purpose", metavar="P", required=True, help="Why the case needs it, in a sentence.")
@click.option("--approver", metavar="U", required=True, help="The sign-in name of whoever approved it.")
@_dir
@_json
def check_command(
    account: str, member: str, day: str, case_id: str, purpose: str, approver: str, directory: str | None, as_json: bool
) -> None:
    """Say whether somebody was a member on a day, and is now: by exact number or by an account they declared.

    The look-up is recorded with its case, purpose and approver. Names are never compared.
    """
    on_day = _day(day)
    home = home_of(directory)
    ready(home, create=False)
    from evenhand.web.record.ids import SYSTEM
    from evenhand.web.register.lookup import look_up

    with stores_of(home):
        case, approved_by = _open_case(case_id), _person(approver)
        looked = look_up(
            number=case.number, on_day=on_day, purpose=purpose, approver=approved_by, actor=SYSTEM,
            ctx=Context.system(), account=account, member_ref=member,
        )  # fmt: skip
        _record(case, looked, purpose, approved_by)
    if as_json:
        emit_json(_plain(case, looked))
    else:
        _show(looked)


def _record(case: Case, looked: LookupResult, purpose: str, approver: ActorId) -> None:
    """Add the document and leaf of the look-up; nothing is shown before it is committed."""
    from evenhand.web.record.ids import SYSTEM, KeyId
    from evenhand.web.record.unit import recording
    from evenhand.web.register.lookup import commitments

    with recording(actor=SYSTEM, ctx=Context.system(), purpose="membership check") as r:
        body = {"result": looked.result.value, "band": looked.band.value, "on_day": looked.on_day.isoformat()}
        committed = commitments(purpose, approver)
        r.add(type="lookup.made", key=KeyId(case.key), case=case.id, body=body, commitments=committed)


def _open_case(number_or_id: str) -> Case:
    from django.db.models import Q

    from evenhand.web.cases.models import Case

    found = Case.objects.filter(Q(id=number_or_id) | Q(number=number_or_id), closed_at=None).first()
    if found is None:
        raise UsageError(
            f"there is no open case {number_or_id!r}", mend="A look-up belongs to one open case; give its number."
        )
    return found


def _person(username: str) -> ActorId:
    from evenhand.web.people.models import User
    from evenhand.web.record.ids import ActorId

    try:
        return ActorId(User.objects.get_by_natural_key(username if username.isprintable() else "").pk)
    except User.DoesNotExist:
        raise UsageError(f"there is no account {username!r}", mend="See them all: evenhand people list.") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no day", mend="Write it like 2026-03-01.") from None


def _words(done: Preview, *, dry_run: bool) -> str:
    counts = f"{done.added} new, {done.changed} changed, {done.unchanged} as before, {done.missing} not in the file"
    said = f"{done.members:,} members in {done.stretches:,} stretches, {done.accounts:,} declared accounts: {counts}."
    return f"{said} Nothing was changed." if dry_run else said


def _plain(case: Case, looked: LookupResult) -> dict[str, object]:
    return {
        "case": case.number, "result": looked.result.value, "band": looked.band.value,
        "on": looked.on_day.isoformat(), "asked_on": looked.asked_on.isoformat(),
        "agreeing": looked.agreeing, "disagreeing": looked.disagreeing,
    }  # fmt: skip


def _show(looked: LookupResult) -> None:
    console.print(f"{looked.result.words}. Linked by: {looked.band.words}.")
    console.print(f"Fields that agree: {', '.join(looked.agreeing) or 'none'}.")
    console.print(f"Fields that disagree: {', '.join(looked.disagreeing) or 'none'}.")
