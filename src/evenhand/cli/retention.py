"""`evenhand retention`: what is kept of what came in, when the next of it goes, what is held longer and why."""

from __future__ import annotations

from dataclasses import asdict

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import console, emit_json
from evenhand.context import Context


@click.command()
@click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(directory: str | None, as_json: bool) -> None:
    """Say what is kept of what came in, and until when. Opens nothing and deletes nothing; the worker does that."""
    ready(home_of(directory), create=False)
    from evenhand.web.notices.outbox_files import outbox_now
    from evenhand.web.sources.keeping import kept_now
    from evenhand.web.sources.presenters import KEPT_WORDS
    from evenhand.web.vault.queries import hold_lines

    ctx = Context.system()
    lines, holds, mails = kept_now(ctx), hold_lines(ctx), outbox_now()
    if as_json:
        said = [asdict(line) | {"oldest": _day(line.oldest), "goes": _day(line.goes)} for line in lines]
        found = [{"of": hold.kind, "why": hold.reason, "review_on": hold.review_on.isoformat()} for hold in holds]
        in_folder = {"count": mails.count, "oldest": _day(mails.oldest), "goes": _day(mails.goes)}
        emit_json({"kept": said, "holds": found, "mails": in_folder})
        return
    for line in lines:
        what, rule = KEPT_WORDS[line.what]
        goes = f"; the next goes on {_day(line.goes)}" if line.goes else ""
        console.print(f"{what}: {line.count:,} ({line.held:,} held){goes}. The rule: {rule}.", markup=False)
    goes = f"; the next goes on {_day(mails.goes)}" if mails.goes else ""
    rule = "30 days, and with the case it tells of"
    console.print(f"Mails as files in the folder outbox: {mails.count:,}{goes}. The rule: {rule}.", markup=False)
    for hold in holds:
        console.print(f"Held: a {hold.kind}, {hold.reason}, looked at again on {hold.review_on}", markup=False)


def _day(at: object) -> str | None:
    return str(at)[:10] if at else None
