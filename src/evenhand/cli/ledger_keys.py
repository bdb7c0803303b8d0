"""`evenhand ledger init | rotate-key | revoke-key`: the keys of the log over their life."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import emit_json
from evenhand.context import Context
from evenhand.errors import EvenhandError, UsageError
from evenhand.ledger.checkpoint import check_origin
from evenhand.ledger.errors import Malformed
from evenhand.ledger.files import read_secret, write_durably
from evenhand.ledger.notes import Signer

if TYPE_CHECKING:
    from evenhand.web.record.log_keys import Changed

_dir = click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


def origin_name(_context: click.Context, _option: click.Parameter, name: str | None) -> str | None:
    """Return what may name a log; UsageError for anything else, before anything is made."""
    if name is None:
        return None
    try:
        check_origin(name)
    except Malformed as error:
        mend = "Letters, digits, dots, dashes and slashes will do: log.example.org/2"
        raise UsageError(f"this cannot name a log ({error.what})", where=name[:60], mend=mend) from None
    return name


def check_new(path: Path) -> None:
    """Raise UsageError unless a file can be made there: nothing is overwritten, and no folder made on the way."""
    if os.path.lexists(path):
        raise UsageError("there is something already", where=str(path), mend="Name a path that does not exist yet.")
    if not path.parent.is_dir():
        raise UsageError("there is no such folder", where=str(path.parent), mend="Make it first, or name another.")


@click.command("init")
@click.option(
    "--origin",
    metavar="NAME",
    callback=origin_name,
    help="The name of a new log, for ever (default: evenhand/ and random digits).",
)
@click.option(
    "--recovery-key",
    "to",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="Where to write the recovery key: on a medium that you then take away.",
)
@_dir
@_json
def init_command(origin: str | None, to: Path, directory: str | None, as_json: bool) -> None:
    """Start a log, or use the one that is here, and make its recovery key: with it a stolen log key is revoked.

    Keep the file offline, in two places, away from this machine. It is written once and nowhere else.
    """
    check_new(to)
    ready(home_of(directory), origin=origin)
    from evenhand.web.record.log_keys import add_recovery_key

    write_durably(to, b"", mode=0o600)  # a medium that cannot be written is found before the key is recorded
    try:
        recovery = add_recovery_key(Context.system())
    except EvenhandError:
        to.unlink()
        raise
    write_durably(to, f"{recovery.encode()}\n".encode(), mode=0o600)
    if as_json:
        emit_json({"recovery_vkey": str(recovery.verifier), "file": str(to)})
    else:
        click.echo(f"{recovery.verifier}\nThe private half is in {to} alone. Take it away from this machine.")


@click.command("rotate-key")
@_dir
@_json
def rotate_command(directory: str | None, as_json: bool) -> None:
    """Exchange the log key for a new one; both sign the checkpoint in between. Tell your witnesses the new one."""
    ready(home_of(directory), create=False)
    from evenhand.web.record.log_keys import rotate_key

    _show(rotate_key(Context.system()), "retired", as_json)


@click.command("revoke-key")
@click.argument("vkey")
@click.option("--why", type=click.Choice(["key_theft", "key_loss"]), required=True, help="What happened to it.")
@click.option(
    "--last",
    type=click.IntRange(min=0),
    help="The last size of the log that is trusted (default: the newest checkpoint).",
)
@click.option(
    "--recovery-key",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="The recovery key, where the log has one.",
)
@_dir
@_json
def revoke_command(
    vkey: str, why: str, last: int | None, recovery_key: Path | None, directory: str | None, as_json: bool
) -> None:
    """Declare the log key VKEY stolen or lost: what it signs past a size counts no longer, and a new key signs."""
    ready(home_of(directory), create=False)
    from evenhand.web.record.log_keys import revoke_key

    recovery = _read(recovery_key) if recovery_key else None
    changed = revoke_key(vkey=vkey, why=why, last=last, recovery=recovery, ctx=Context.system())
    _show(changed, "revoked", as_json)


def _read(path: Path) -> Signer:
    try:
        return Signer.parse(read_secret(path))
    except (Malformed, UnicodeDecodeError):
        raise UsageError("this is not a recovery key", where=str(path)) from None


def _show(changed: Changed, status: str, as_json: bool) -> None:
    if as_json:
        emit_json({"old": str(changed.old), "status": status, "last": changed.last, "new": str(changed.new)})
    else:
        click.echo(f"{changed.old} is {status}; it counts up to {changed.last} leaves.")
        click.echo(f"{changed.new} signs from now on. Tell your witnesses: evenhand witness know VKEY.")
