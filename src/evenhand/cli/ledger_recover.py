"""`evenhand ledger recover`: after a restore whose database is older than what was signed."""

from __future__ import annotations

from pathlib import Path

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.ledger_keys import origin_name
from evenhand.cli.output import emit_json
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.checkpoint import parse_tree_head
from evenhand.ledger.errors import Malformed
from evenhand.ledger.export import read_limited
from evenhand.ledger.notes import MAX_NOTE, parse_note


@click.command("recover")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="An export of this log: its missing leaves come back.",
)
@click.option(
    "--new-origin",
    metavar="NAME",
    callback=origin_name,
    help="Go on under this name, where no export has the missing leaves.",
)
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="With --new-origin: the last checkpoint of the old log, if you have a newer copy.",
)
@click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def recover_command(
    folder: Path | None, new_origin: str | None, checkpoint: Path | None, directory: str | None, as_json: bool
) -> None:
    """Let a log go on whose database was restored from a backup older than its last checkpoint.

    One of --from and --new-origin. Stop `evenhand serve` first. Exit 1 where the export contradicts the database, or
    the key of the old log did not sign the checkpoint; 2 for a log that lost nothing: it keeps its name and its key.
    """
    if (folder is None) == (new_origin is None):
        raise UsageError("name one of --from DIR and --new-origin NAME")
    if checkpoint is not None and new_origin is None:
        raise UsageError("--checkpoint belongs to --new-origin NAME")
    ready(home_of(directory), create=False)
    from evenhand.web.record.recovering import import_missing, start_new_origin

    if folder is not None:
        count = import_missing(folder, Context.system())
        done = {"imported": count, "from": str(folder)}
        words = f"{count} leaves came back; their acts are recorded, what they said is only where a backup has it."
    else:
        note = _read(checkpoint) if checkpoint else None
        old = start_new_origin(str(new_origin), Context.system(), note)
        done = {"origin": new_origin, "old_origin": old.origin, "old_size": old.size}
        words = f"The log goes on as {new_origin}. {old.origin} had signed {old.size} leaves; publish that, and why."
    if as_json:
        emit_json(done)
    else:
        click.echo(f"{words} Now run: evenhand ledger audit.")


def _read(path: Path) -> bytes:
    """Return the bytes of a signed checkpoint; UsageError for what is none. Whose it is, is checked later."""
    try:
        note = read_limited(path, MAX_NOTE)
        parse_tree_head(parse_note(note).text)
    except (OSError, Malformed) as error:
        words = f"not a signed checkpoint ({error.what})" if isinstance(error, Malformed) else str(error.strerror)
        raise UsageError(words, where=str(path), mend="Copy it whole, line ends included.") from None
    return note
