"""`evenhand bundle export | verify`: a case as files that anybody can check offline, and that check."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import console, emit_json
from evenhand.context import Context
from evenhand.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    from evenhand.web.vault.turns import check_not_erased

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
    from evenhand.ledger.keyring import parse_keyring
    from evenhand.ledger.policy import parse_policy

    report = check_bundle(
        bundle,
        now=int(Context.system().now().timestamp()),
        policy=_given(policy, parse_policy),
        keyring=_given(keyring, parse_keyring),
    )
    try:
        if as_json:
            emit_json(report.as_json())
        else:
            click.echo("\n".join(report_lines(report)))
    except BrokenPipeError:  # whoever reads has read enough; the exit code still says what was found
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
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


def _given(path: Path | None, parse: Callable[[bytes], object]) -> bytes | None:
    """Return a file of the reader's own, if one is named; UsageError, naming it, where it is not what it should be."""
    from evenhand.bundle.trust import check_given

    if path is None:
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(str(error.strerror), where=str(path), mend="Name a file that can be read.") from error
    check_given(data, parse, str(path))
    return data


def _show_export(done: Exported, number: str, *, encrypted: bool, as_json: bool) -> None:
    if as_json:
        emit_json(_plain(done, number))
        return
    click.echo(f"{done.path}: case {number}, {done.items} entries, sealed as entry {done.index} of the log.")
    if encrypted:
        click.echo(f"To open it: age -d -i KEYFILE {done.path} > bundle.zip")
    click.echo("To check it anywhere, with the verify.py of Evenhand's source, not the copy in the bundle:")
    click.echo(f"    python3 -I verify.py {'bundle.zip' if encrypted else done.path}")
    if done.withheld:
        console.print(f"{done.withheld} field(s) stay closed.")
    for words in done.refused:
        console.print(f"left out: {words}", markup=False, soft_wrap=True)


def _plain(done: Exported, number: str) -> dict[str, Any]:
    return {
        "path": str(done.path), "case": number, "bundle": done.id, "items": done.items, "withheld": done.withheld,
        "index": done.index, "size": done.size, "refused": list(done.refused),
    }  # fmt: skip


NOT_SEALED = (
    "Only its folder data is sealed. Elsewhere anybody could have written since: in bag-info.txt, in its copy of\n"
    "verify.py, in log and proofs beside what a signature covers. Believe nothing because it stands there."
)
NOBODY_OUTSIDE = (
    "No signature from outside the organisation counts here. Whoever holds the log key and all files of its machine\n"
    "could have rewritten everything before this was signed; only a checkpoint kept elsewhere shows that."
)
CLOCK = (
    "Times are the organisation's own clock: nothing here checks them. A checkpoint with a witness's time proves that\n"
    "what it covers was there no later than that."
)


def report_lines(report: BundleReport) -> Iterator[str]:
    """Yield what a check of a bundle found: each finding, the verdict, then what stands behind it and what does not."""
    from evenhand.bundle.told import printable

    for finding in report.findings:
        kind = f"{finding.verdict} {finding.reason}" if finding.reason else "note"
        yield f"{kind}: {printable(finding.place)}: {printable(finding.words)}"
    sealed = "not known to be sealed" if report.sealed is None else f"sealed as entry {report.sealed} of the log"
    yield f"{report.verdict}: {report.items} entries, {sealed}."
    if report.log is not None:
        origin, size = report.log
        case = report.told.title or (f"the case {report.told.case}" if report.told.case else "a case without a name")
        yield f"It says that it is of: {case}, in the log {origin}. It holds {report.items} of its {size} entries."
    for fingerprint in report.fingerprints:
        keys = "the policy you gave" if report.given else "the keys inside the bundle, which its sender chose"
        yield f"Signed by the key {fingerprint}, checked against {keys}; compare it with the page /ledger."
    yield from _outside_lines(report)
    yield NOT_SEALED
    yield CLOCK
    if report.told.withheld:
        yield f"{report.told.withheld} field(s) stay closed: nothing can be said of what they hold."
    for words in report.told.left_out:
        yield f"Left out, as its maker says: {words}"


def _outside_lines(report: BundleReport) -> Iterator[str]:
    """Yield who outside the organisation signed, or that nobody did, and what the log is shown to continue."""
    for name, at in report.cosigned:
        yield f"Cosigned by {name} at {at}."
    for name, at in report.early:
        yield f"Wrong: cosigned by {name} at {at}, before what it covers was recorded. It is not counted."
    for name in report.named_only_here:
        yield (
            "Named only by this bundle, which proves nothing by itself; compare its key with the witness's own page, "
            f"then use --policy: witness {name}."
        )
    if not report.cosigned:
        yield NOBODY_OUTSIDE
    if report.log is not None and report.verdict.exit_code != 1:
        sizes = " and ".join(map(str, report.continues))
        yield f"It continues the log of {sizes} entries." if sizes else "No earlier checkpoint is here to compare with."
