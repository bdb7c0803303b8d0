"""`evenhand tick`: apply what is due; idempotent, needs no job queue."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import console, emit_json
from evenhand.context import Context
from evenhand.errors import UsageError


def parse_instant(text: str) -> datetime:
    """Return the aware UTC instant that an ISO 8601 text names; UsageError if it names none or has no zone."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is no time", mend="Write it like 2026-03-01T12:00:00Z.") from error
    if instant.tzinfo is None:
        raise UsageError(f"'{text}' has no zone", mend="Add Z for UTC, or an offset like +01:00.")
    return instant.astimezone(UTC)


@click.command()
@click.option("--now", "now_text", metavar="T", help="Pretend that it is this time (ISO 8601, with zone).")
@click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(now_text: str | None, directory: str | None, as_json: bool) -> None:
    """Apply everything that is due: read windows, checkpoints, retention."""
    now = parse_instant(now_text) if now_text else None
    home = home_of(directory)
    ready(home, create=False)
    from evenhand.web.record.checkpoints import check_not_behind
    from evenhand.web.record.due import DueFailed, run_due

    check_not_behind(home)
    system = Context.system()
    ctx = Context(now=lambda: now, random=system.random) if now else system
    try:
        _show(run_due(ctx), ctx, as_json=as_json)
    except DueFailed as failed:
        _show(failed.done, ctx, as_json=as_json)
        raise


def _show(done: dict[str, int], ctx: Context, *, as_json: bool) -> None:
    if as_json:
        emit_json({"at": ctx.now().isoformat(), "done": done})
        return
    for name, count in done.items():
        console.print(f"{name}: {count}")
