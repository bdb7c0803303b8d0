"""`evenhand vault list | check | seen | hold | release | review | erase | erase-person`: files, holds, their end.

For whoever runs the installation, on behalf of two named people whose roles are looked up at that moment: a data
protection officer and a case keeper sign what keeps something or lets it go.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import emit_json
from evenhand.cli.vault_person import account_named, write_to
from evenhand.cli.vault_person import command as person_command
from evenhand.context import Context
from evenhand.errors import UsageError

if TYPE_CHECKING:
    from evenhand.web.vault.queries import HoldLine, ObjectLine
    from evenhand.web.vault.words import Kind

_dir = click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
_by = click.option("--by", "first", metavar="NAME", required=True, help="The account that asks for it.")
_approver = click.option(
    "--approver", "second", metavar="NAME", required=True, help="Another account, in the other role, that signs too."
)
REASONS = ("appeal_pending", "court_proceedings", "police_request", "regulator_request", "safety")
WHY = ("erasure_request", "retention", "lawful_destruction")
MONTHS_AHEAD = timedelta(days=180)


@click.group("vault")
def command() -> None:
    """Files of cases: list and check them, hold them, let holds go, erase."""


@command.command("list")
@click.option("--case", metavar="CASE", help="Only the files of this case: its number or id.")
@_dir
@_json
def list_command(case: str | None, directory: str | None, as_json: bool) -> None:
    """List the files with what they are worth, the holds in force and what waits for a second person.

    Opens nothing and tells no name of a file.
    """
    ready(home_of(directory), create=False)
    from evenhand.web.vault.queries import alarm_lines, object_lines, overview

    lines, seen = object_lines(case=_case(case) if case else None), overview(Context.system())
    alarms = alarm_lines()
    if as_json:
        listed = {"files": [_plain(line) for line in lines], "alarms": [_plain(alarm) for alarm in alarms]}
        emit_json({**listed, "vault": _plain(seen)})
        return
    for line in lines:
        click.echo(_object_words(line))
    for alarm in alarms:
        click.echo(f"alarm {alarm.id} on {alarm.object}, found at {alarm.found_at}: {_wrong(alarm.reason)}")
    for hold in seen.holds:
        click.echo(_hold_words(hold))
    click.echo(
        f"{len(lines)} files, {len(seen.holds)} holds, {seen.alarms} alarms, {seen.erasures_open} erasures to finish."
    )


@command.command("check")
@_dir
@_json
def check_command(directory: str | None, as_json: bool) -> int:
    """Read every file and compare it with what came in; exit 1 where one does not hold, 4 without the key service."""
    ready(home_of(directory), create=False)
    from evenhand.web.vault.scrubbing import check_all

    done = check_all(Context.system())
    if as_json:
        emit_json({"files": done.files, "wrong": [{"file": obj, "reason": word} for obj, word in done.wrong]})
    else:
        for obj, word in done.wrong:
            click.echo(f"failed: vault_object id {obj}: {_wrong(word)}")
        click.echo(f"{done.files} files read; {len(done.wrong)} are not what came in.")
    return 1 if done.wrong else 0


@command.command("hold")
@click.argument("target")
@click.option("--reason", type=click.Choice(REASONS), required=True, help="Why it is kept.")
@click.option("--ground", metavar="WORDS", required=True, help="In words; stored sealed.")
@click.option("--review", "review", metavar="DATE", help="When somebody looks again (default: in 180 days).")
@_by
@_approver
@_dir
@_json
def hold_command(
    target: str, reason: str, ground: str, review: str | None, first: str, second: str, directory: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Place a legal hold on TARGET, a case (number or id) or a file (id): nothing of it is deleted while it stands."""
    ready(home_of(directory), create=False)
    from evenhand.web.vault.holds import hold_now
    from evenhand.web.vault.words import Reason

    ctx = Context.system()
    kind, thing = _target(target)
    hold = hold_now(
        kind=kind, target=thing, reason=Reason(reason), ground=ground, review_on=_day(review, ctx),
        first=account_named(first), second=account_named(second), ctx=ctx,
    )  # fmt: skip
    _said(as_json, hold, "in force", f"The hold {hold} on {kind.value} {target} is in force.")


@command.command("release")
@click.argument("hold")
@_by
@_approver
@_dir
@_json
def release_command(hold: str, first: str, second: str, directory: str | None, as_json: bool) -> None:
    """Release a legal hold; its id stands in `evenhand vault list`."""
    ready(home_of(directory), create=False)
    from evenhand.web.vault.holds import release_now

    release_now(hold=hold, first=account_named(first), second=account_named(second), ctx=Context.system())
    _said(as_json, hold, "released", f"The hold {hold} is released.")


@command.command("review")
@click.argument("hold")
@click.option("--until", "until", metavar="DATE", help="The next date to look again (default: in 180 days).")
@_by
@_dir
@_json
def review_command(hold: str, until: str | None, first: str, directory: str | None, as_json: bool) -> None:
    """Record that somebody looked at a hold again and it goes on."""
    ready(home_of(directory), create=False)
    from evenhand.web.vault.holds import review_hold

    ctx = Context.system()
    review_hold(hold=hold, review_on=_day(until, ctx), person=account_named(first), ctx=ctx)
    _said(as_json, hold, "reviewed", f"The hold {hold} was looked at again.")


@command.command("seen")
@click.argument("alarm")
@_by
@_dir
@_json
def seen_command(alarm: str, first: str, directory: str | None, as_json: bool) -> None:
    """Record that somebody looks into an alarm; its id stands in `evenhand vault list`."""
    ready(home_of(directory), create=False)
    from evenhand.web.record.ids import ActorId
    from evenhand.web.vault.alarms import see_alarm

    see_alarm(alarm, actor=ActorId(account_named(first)), ctx=Context.system())
    emit_json({"alarm": alarm, "state": "seen"}) if as_json else click.echo(f"The alarm {alarm} was seen.")


@command.command("erase")
@click.argument("target")
@click.option("--why", type=click.Choice(WHY), required=True, help="Why it goes.")
@_by
@_approver
@_dir
@_json
def erase_command(target: str, why: str, first: str, second: str, directory: str | None, as_json: bool) -> None:
    """Erase TARGET for good, a closed case (number or id) or a file (id): keys, bytes, documents, names.

    Its leaves in the log stay, and so does everybody else's proof. Lists who holds a bundle of the case.
    """
    ready(home_of(directory), create=False)
    from evenhand.web.vault.erasing import erase, scope_of_object
    from evenhand.web.vault.words import Kind, Why

    ctx, (kind, thing) = Context.system(), _target(target)
    one, two = account_named(first), account_named(second)
    recipients: tuple[tuple[str, str, str], ...] = ()
    if kind is Kind.CASE:
        from evenhand.web.cases.erasing import erase_case
        from evenhand.web.cases.models import Case

        done = erase_case(Case.objects.get(pk=thing), why=Why(why), first=one, second=two, ctx=ctx)
        erased, recipients = done.erased, done.recipients
    else:
        scope = scope_of_object(thing)
        erased = erase(kind=kind, target=thing, why=Why(why), first=one, second=two, scope=scope, ctx=ctx)
    if as_json:
        told = {"bundles_before": [list(each) for each in recipients], "copies": list(erased.copies)}
        emit_json({"erasure": erased.id, **told})
        return
    click.echo(f"{kind.value} {target} is erased (erasure {erased.id}).")
    for copy in erased.copies:
        click.echo(f"  {copy}")
    write_to(recipients)


command.add_command(person_command)


def _said(as_json: bool, hold: str, state: str, words: str) -> None:
    emit_json({"hold": hold, "state": state}) if as_json else click.echo(words)


def _wrong(word: str) -> str:
    from evenhand.web.vault.scrubbing import WORDS

    return WORDS[word]


def _case(number_or_id: str) -> str:
    found = _find_case(number_or_id)
    if found is None:
        raise UsageError(f"there is no case {number_or_id!r}", mend="Give its number, such as 2026-0001, or its id.")
    return found


def _find_case(number_or_id: str) -> str | None:
    from django.db.models import Q

    from evenhand.web.cases.models import Case

    return Case.objects.filter(Q(id=number_or_id) | Q(number=number_or_id)).values_list("id", flat=True).first()


def _target(text: str) -> tuple[Kind, str]:
    from evenhand.web.vault.queries import is_object
    from evenhand.web.vault.words import Kind

    if case := _find_case(text):
        return Kind.CASE, case
    if is_object(text):
        return Kind.OBJECT, text
    raise UsageError(f"there is no case and no file {text!r}", mend="See them all: evenhand vault list.")


def _day(text: str | None, ctx: Context) -> date:
    if text is None:
        return (ctx.now() + MONTHS_AHEAD).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is no date", mend="Write it like 2027-03-31.") from error


def _object_words(line: ObjectLine) -> str:
    if not line.grade:  # it was erased
        return f"{line.id} {line.kind} {line.size} bytes, {line.wording}."
    made = f"{line.method}, made from {line.source}" if line.source else line.wording
    alarm = f" ALARM: {_wrong(line.alarm)}." if line.alarm else ""
    return f"{line.id} {line.kind} {line.size} bytes, {line.state}, {line.provenance} {line.grade}: {made}.{alarm}"


def _hold_words(hold: HoldLine) -> str:
    waits = f", waits for a second person ({hold.waits_for})" if hold.waits_for else ""
    late = ", the review date has passed" if hold.late else ""
    return f"hold {hold.id} on {hold.kind} {hold.target}: {hold.reason}, review on {hold.review_on}{late}{waits}"


def _plain(line: Any) -> dict[str, Any]:
    return {name: _json_of(value) for name, value in asdict(line).items()}


def _json_of(value: Any) -> Any:
    if isinstance(value, list):
        return [{name: _json_of(inner) for name, inner in each.items()} for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
