"""`evenhand live`: sources from which posts come in by themselves; what `live.toml` does not name is off."""

from __future__ import annotations

import signal
import threading
from typing import Any

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import console, emit_json
from evenhand.context import Context
from evenhand.errors import EvenhandError
from evenhand.web.home import Home

LOOK_SECONDS = 1.0
BROKEN_SECONDS = 60.0

_dir = click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")


@click.group()
def command() -> None:
    """Look after live sources: streams, mailboxes, folders, webhooks. docs/how-to/connect-a-live-source.md."""


@command.command("status")
@_dir
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def status(directory: str | None, as_json: bool) -> int:
    """Show each source that the settings name: when it answered last, what was kept and dropped, what is wrong.

    Exit code 1 where a source is in trouble.
    """
    home = home_of(directory)
    ready(home, create=False)
    from evenhand.web.live.actions import named_here
    from evenhand.web.live.queries import state_of

    found = [
        _said(source.name, source.adapter, source.where, state_of(home, source.name)) for source in named_here(home)
    ]
    if as_json:
        emit_json(found)
    elif not found:
        console.print(f"No live source is named in {home.root / 'live.toml'}: nothing comes in by itself.")
    for source in () if as_json else found:
        _show(source)
    return 1 if any(source["trouble"] for source in found) else 0


def _said(name: str, adapter: str, where: str, state: Any) -> dict[str, Any]:
    return {
        "name": name, "adapter": adapter, "where": where, "answered_at": state.answered_at or None,
        "kept": state.kept, "not_aimed": state.not_aimed, "unreadable": state.unreadable, "failures": state.failures,
        "trouble": state.trouble, "unread": [*state.unread, *(f"{name}: {why}" for name, why in state.aside.items())],
    }  # fmt: skip


def _show(source: dict[str, Any]) -> None:
    console.print(
        f"{source['name']} ({source['adapter']}): {source['kept']:,} kept, {source['not_aimed']:,} aimed at nobody "
        f"declared, {source['unreadable']:,} unreadable; last answer: {source['answered_at'] or 'never'}",
        markup=False, soft_wrap=True,
    )  # fmt: skip
    for words in filter(None, (source["trouble"], *source["unread"])):
        console.print(f"  {words}", markup=False, soft_wrap=True)


@command.command("run")
@_dir
@click.option("--once", is_flag=True, help="Ask every source that is due once, and end.")
def run(directory: str | None, once: bool) -> None:
    """Ask the sources again and again, until Ctrl-C. `evenhand serve` does this by itself where any is named."""
    home = home_of(directory)
    ready(home, create=False)
    stop = threading.Event()
    if once:
        _look(home)
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        stop.wait(look_safely(home))


def look_safely(home: Home) -> float:
    """Ask what is due, say what is wrong with the settings instead of ending; return how long to wait."""
    try:
        _look(home)
    except EvenhandError as error:
        console.print(str(error), markup=False, soft_wrap=True)
        return BROKEN_SECONDS
    return LOOK_SECONDS


def _look(home: Home) -> None:
    from evenhand.web.live.actions import poll_due

    kept = poll_due(Context.system(), home)
    if kept:
        console.print(f"{kept:,} records came in.")
