"""`evenhand ledger verify | audit | prove | export | checkpoint`: the tamper-evident log of an installation.

Looking never mends: `verify`, `prove` and `export` open the database as it is, so that a changed trigger or a
missing table is reported and not quietly put right first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evenhand.cli import ledger_keys, ledger_recover, ledger_witnesses
from evenhand.cli._django import home_of, setup_django
from evenhand.cli.output import emit_json
from evenhand.context import Context
from evenhand.errors import EvenhandError, Unverifiable, UsageError
from evenhand.ledger.checking import Finding
from evenhand.ledger.encoding import b64
from evenhand.ledger.errors import Malformed, Missing, Reason
from evenhand.ledger.export import export_log
from evenhand.ledger.files import write_durably
from evenhand.ledger.notes import parse_note
from evenhand.ledger.store import Checkpoint, Store
from evenhand.ledger.tlog_proof import TlogProof, prove

if TYPE_CHECKING:
    from evenhand.web.home import Home
    from evenhand.web.record.verify import Report

_dir = click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


@click.group("ledger")
def command() -> None:
    """Verify, audit, prove or export the tamper-evident log."""


for _more in (
    *(ledger_keys.init_command, ledger_keys.rotate_command, ledger_keys.revoke_command),
    ledger_recover.recover_command,
    *(ledger_witnesses.witnesses_command, ledger_witnesses.name_command, ledger_witnesses.end_command),
):
    command.add_command(_more)


@command.command("verify")
@click.option(
    "--against",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Another copy of a checkpoint of this log: from a letter, a public page, a witness.",
)
@_dir
@_json
def verify_command(against: Path | None, directory: str | None, as_json: bool) -> int:
    """Check leaves, tree, last checkpoints, triggers, documents and tables; name every place that differs.

    Exit 0 verified, 1 failed, 2 unreadable, 4 unverifiable (a key or any checkpoint is missing).
    """
    if against is not None:
        _check_is_note(against)
    with _as_it_is(home_of(directory), keys=True):
        from evenhand.web.record.verify import verify

        return _show(verify(Context.system(), against=against), as_json)


@command.command("audit")
@_dir
@_json
def audit_command(directory: str | None, as_json: bool) -> int:
    """Check everything that verify does, all checkpoints and every exported file; writes the leaf log.audited.

    Exit 0 verified, 1 failed, 2 unreadable, 4 unverifiable.
    """
    with _as_it_is(home_of(directory), keys=True):
        from evenhand.web.record.verify import audit

        return _show(audit(Context.system()), as_json)


@command.command("prove")
@click.argument("index", type=click.IntRange(min=0))
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the proof here.")
@click.option(
    "--entry",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the leaf's exact bytes here.",
)
@_dir
@_json
def prove_command(index: int, to: Path | None, entry: Path | None, directory: str | None, as_json: bool) -> None:
    """Prove that leaf INDEX is in the log: its path to the last signed checkpoint (C2SP tlog-proof).

    Exit 4 where no checkpoint covers the leaf yet.
    """
    for path in (to, entry):
        if path is not None:
            ledger_keys.check_new(path)
    if to is not None and to == entry:
        raise UsageError("the proof and the leaf need a file each", where=str(to))
    with _as_it_is(home_of(directory)) as store:
        checkpoint = _last_checkpoint(store)
        if index >= checkpoint.size:
            raise _not_covered(store, index, checkpoint)
        proof, leaf = prove(store, index, checkpoint)
    if to:
        write_durably(to, proof.encode())
    if entry:
        write_durably(entry, leaf.data)
    if as_json:
        emit_json(_proof_json(proof, checkpoint.size, leaf.leaf_hash))
    elif not to:
        click.echo(proof.encode(), nl=False)


@command.command("export")
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", required=True, help="The folder."
)
@click.option("--tiles-only", is_flag=True, help="Leave the entry bundles out: they are for auditors only.")
@_dir
@_json
def export_command(to: Path, tiles_only: bool, directory: str | None, as_json: bool) -> None:
    """Write the log as static files (C2SP tlog-tiles): entry bundles, hash tiles, then the checkpoint.

    A file that holds other bytes already is an alarm (exit 1) and stays as it is.
    """
    with _as_it_is(home_of(directory)) as store:
        checkpoint = _last_checkpoint(store)
        written = export_log(store, checkpoint, to, entries=not tiles_only)
    if as_json:
        emit_json({"to": str(to), "size": checkpoint.size, "written": written})
    else:
        click.echo(f"{to}: the log of {checkpoint.size} leaves; {written} files written.")


@command.command("checkpoint")
@_dir
@_json
def checkpoint_command(directory: str | None, as_json: bool) -> None:
    """Sign a checkpoint of the log as it stands now (needs the log key) and print it."""
    with _as_it_is(home_of(directory)):
        from evenhand.web.record.checkpoints import make_checkpoint
        from evenhand.web.record.start import check_start

        check_start()
        made = make_checkpoint(Context.system())
    if as_json:
        emit_json({"size": made.size, "made_at": made.made_at, "note": made.note.decode()})
    else:
        click.echo(made.published, nl=False)


@contextmanager
def _as_it_is(home: Home, *, keys: bool = False) -> Iterator[Store]:
    """Give out the log's store with Django set up, and nothing migrated or made.

    With `keys` a key service is near. Where none can start the work goes on, and what it would open is reported
    as `no_key`.
    """
    if not home.database.exists() and not os.environ.get("DATABASE_URL"):
        mend = "Name its folder with --dir or EVENHAND_DATA."
        raise UsageError("there is no installation here", where=str(home.root), mend=mend)
    setup_django(home)
    from django.db import connection

    from evenhand.web.record.keys import key_service
    from evenhand.web.record.store import DjangoStore

    with _readable(), ExitStack() as held:
        if keys:
            with suppress(EvenhandError):
                held.enter_context(key_service(home))
        yield DjangoStore(connection)


@contextmanager
def _readable() -> Iterator[None]:
    """Turn a database that cannot be read into one line; a check that ran keeps its own result."""
    from django.db import DatabaseError

    try:
        yield
    except DatabaseError as error:
        words = " ".join(str(error).split())[:200]
        raise UsageError(
            f"the database cannot be read: {words}", where="desk database", mend="Run: evenhand doctor."
        ) from error


def _check_is_note(path: Path) -> None:
    """Raise UsageError unless `path` holds a signed note: another kind of file is no contradiction."""
    try:
        parse_note(path.read_bytes())
    except OSError as error:
        raise UsageError(
            str(error.strerror), where=str(path), mend="Name a file with one signed checkpoint."
        ) from error
    except Malformed as error:
        raise UsageError(
            f"this is not a signed checkpoint ({error.what})",
            where=str(path),
            mend="Copy it whole, line ends included.",
        ) from error


def _last_checkpoint(store: Store) -> Checkpoint:
    checkpoints = store.checkpoints(last=1)
    if not checkpoints:
        raise Missing(Reason.NO_CHECKPOINT, "no signed checkpoint is here", mend="Run: evenhand ledger checkpoint.")
    return checkpoints[0]


def _not_covered(store: Store, index: int, checkpoint: Checkpoint) -> EvenhandError:
    size = store.head().size
    if index >= size:
        return UsageError(f"there is no leaf {index}; the log holds {size}", mend="Leaves are counted from 0.")
    return Unverifiable(
        f"the last checkpoint covers {checkpoint.size} leaves, not yet leaf {index}",
        mend="Run: evenhand ledger checkpoint.",
    )


def _proof_json(proof: TlogProof, size: int, leaf_hash: bytes) -> dict[str, Any]:
    return {
        "index": proof.index,
        "size": size,
        "leaf_hash": leaf_hash.hex(),
        "path": [b64(node) for node in proof.path],
        "checkpoint": proof.checkpoint.decode(),
    }


NOT_SHOWN = (
    "It does not show that nothing was left out.",
    "Whoever holds the log key and all files of this machine could have rewritten everything; only a checkpoint kept "
    "outside shows that: on a letter, at a witness, another copy (--against).",
)
"""What no verification from inside can show; said with every result that does not contradict."""


def _show(report: Report, as_json: bool) -> int:
    """Print a report and return its exit code."""
    if as_json:
        emit_json(report.as_json() | {"not_shown": list(NOT_SHOWN)})
        return report.exit_code
    for finding in report.findings:
        click.echo(_line(finding))
    if report.exit_code != 1:
        click.echo("\n".join(NOT_SHOWN))
    click.echo(f"{report.verdict}: {report.size} leaves and {report.documents} documents checked at {report.at}.")
    return report.exit_code


def _line(finding: Finding) -> str:
    kind = f"{finding.verdict} {finding.reason}" if finding.reason else "note"
    return f"{kind}: {finding.place}: {finding.words}"
