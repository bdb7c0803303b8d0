"""`evenhand bundle export | verify`: a case as files that anybody can check offline, and that check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import console, emit_json
from evenhand.context import Context
from evenhand.errors import UsageError

if TYPE_CHECKING:
    from evenhand.bundle import BundleReport
    from evenhand.web.cases.bundle_making import Exported
    from evenhand.web.cases.models import Case
    from evenhand.web.record.ids import ActorId

_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
_file = click.Path(path_type=Path, dir_okay=False)
REFUSED = 3


@click.group("bundle")
def command() -> None:
    """Hand out a case as files that anybody can check offline; check such files."""


@command.command("export")
@click.argument("case")
@click.option(
    "--to", type=click.Path(path_type=Path), required=True, metavar="PATH", help="A path that is not there yet."
)
@click.option("--zip", "zipped", is_flag=True, help="Write one ZIP file instead of a folder.")
@click.option(
    "--redact", "redact", multiple=True, metavar="WHAT",
    help="Keep closed: a field (reply), a type and field (case.reply_received:reply), an entry (17, 17:reply). Repeat.",
)  # fmt: skip
@click.option("--for", "recipient", default="", metavar="WHO", help="Who gets it; stands in the record, sealed.")
@click.option("--why", default="", metavar="WORDS", help="Why; stands in the record, sealed.")
@click.option(
    "--age", "age", multiple=True, metavar="KEY",
    help="Encrypt it for this public key of age (age1…), as one file. Repeat for several.",
)  # fmt: skip
@click.option("--as", "account", metavar="NAME", help="Read as this account, which must hold a seat in the case.")
@click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
@_json
def export_command(
    case: str,
    to: Path,
    zipped: bool,
    redact: tuple[str, ...],
    recipient: str,
    why: str,
    age: tuple[str, ...],
    account: str | None,
    directory: str | None,
    as_json: bool,
) -> int:
    """Write the bundle of CASE (its number or id): what the record holds of it, with proofs and their verifier.

    Every reading and the export itself are recorded. Exit 3 where something was left out, with the reasons: a file
    that nobody may copy, the words of a sender whose identity is protected.
    """
    from evenhand.bundle.redaction import parse_redaction

    rules = [parse_redaction(text) for text in redact]
    home = home_of(directory)
    ready(home, create=False)
    from evenhand.cli._stores import stores_of
    from evenhand.web.cases.bundle import export_bundle
    from evenhand.web.cases.bundle_making import Given
    from evenhand.web.vault.erasing import check_not_erased

    given = Given(recipient, why, age)
    with stores_of(home):
        found, actor = _case(case), _actor(account)
        check_not_erased(found.id, where=found.number)  # its keys are gone: nothing of it can be sealed any more
        done = export_bundle(
            case=found, to=to, actor=actor, ctx=Context.system(), redact=rules, zipped=zipped, given=given
        )
    _show_export(done, found.number, encrypted=bool(age), as_json=as_json)
    return REFUSED if done.refused else 0


@command.command("verify")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--policy", type=_file, metavar="FILE", help="Trust the keys in this policy, not those in the bundle.")
@click.option("--keyring", type=_file, metavar="FILE", help="The log's list of its keys, from another source.")
@_json
def verify_command(bundle: Path, policy: Path | None, keyring: Path | None, as_json: bool) -> int:
    """Check BUNDLE, a folder or ZIP file, by this program's own code; the verify.py inside it says the same.

    Needs no installation. Exit 0 verified, 1 failed, 2 unreadable, 4 unverifiable.
    """
    from evenhand.bundle import check_bundle

    report = check_bundle(
        bundle,
        now=int(Context.system().now().timestamp()),
        policy=None if policy is None else _read(policy),
        keyring=None if keyring is None else _read(keyring),
    )
    if as_json:
        emit_json(report.as_json())
    else:
        _show_report(report, "the policy you gave" if policy else "the keys inside the bundle")
    return report.verdict.exit_code


def _case(number_or_id: str) -> Case:
    from django.db.models import Q

    from evenhand.web.cases.models import Case

    there = Case.objects.select_related("submission")
    found = there.filter(Q(id=number_or_id) | Q(number=number_or_id)).first()
    if found is None:
        raise UsageError(f"there is no case {number_or_id!r}", mend="Give its number, such as 2026-0001, or its id.")
    return found


def _actor(account: str | None) -> ActorId:
    from evenhand.web.people.models import User
    from evenhand.web.record.ids import SYSTEM, ActorId

    if account is None:
        return SYSTEM
    try:
        return ActorId(User.objects.get_by_natural_key(account if account.isprintable() else "").pk)
    except User.DoesNotExist:
        raise UsageError(f"there is no account {account!r}", mend="See them all: evenhand people list.") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(str(error.strerror), where=str(path), mend="Name a file that can be read.") from error


def _show_export(done: Exported, number: str, *, encrypted: bool, as_json: bool) -> None:
    if as_json:
        emit_json(_plain(done, number))
        return
    click.echo(f"{done.path}: case {number}, {done.items} entries, sealed as entry {done.index} of the log.")
    if encrypted:
        click.echo(f"To open it: age -d -i KEYFILE {done.path} > bundle.zip")
    click.echo(f"To check it anywhere: python3 {'verify.py PATH' if done.path.is_file() else done.path / 'verify.py'}")
    if done.withheld:
        console.print(f"{done.withheld} field(s) stay closed.")
    for words in done.refused:
        console.print(f"left out: {words}", markup=False, soft_wrap=True)


def _plain(done: Exported, number: str) -> dict[str, Any]:
    return {
        "path": str(done.path), "case": number, "bundle": done.id, "items": done.items, "withheld": done.withheld,
        "index": done.index, "size": done.size, "refused": list(done.refused),
    }  # fmt: skip


def _show_report(report: BundleReport, keys: str) -> None:
    for finding in report.findings:
        kind = f"{finding.verdict} {finding.reason}" if finding.reason else "note"
        click.echo(f"{kind}: {finding.place}: {finding.words}")
    sealed = "not known to be sealed" if report.sealed is None else f"sealed as entry {report.sealed} of the log"
    click.echo(f"{report.verdict}: {report.items} entries, {sealed}.")
    for name, at in report.cosigned:
        click.echo(f"Cosigned by {name} at {at}.")
    for fingerprint in report.fingerprints:
        click.echo(f"Signed by the key {fingerprint}, checked against {keys}. Compare it with the page /ledger.")
