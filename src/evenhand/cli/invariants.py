"""`evenhand invariants run`: do the promises of independence hold on this installation's own data? (PROCEDURE §8)"""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

import click
from rich.table import Table

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import console, emit_json
from evenhand.context import Context
from evenhand.ledger.files import write_durably
from evenhand.web.home import Home

if TYPE_CHECKING:
    from evenhand.web.cases.invariants import Result

_dir = click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
LAST = "last-invariants.json"


@click.group("invariants")
def command() -> None:
    """Check the promises of independence against what is in the database."""


@command.command("run")
@_dir
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def run_command(directory: str | None, as_json: bool) -> int:
    """List all 57: passed, failed, tested (held by the named test, nothing to look at here) or not yet.

    The result is recorded (leaf invariants.run) and kept for the public page. Exit 0 when none failed, 1 otherwise.
    """
    home = home_of(directory)
    ready(home, create=False)
    from evenhand.web.cases.invariants import Status, run_all

    ctx = Context.system()
    results = run_all(ctx)
    _record(home, results, ctx)
    if as_json:
        emit_json({"at": ctx.now().isoformat(), "invariants": [each.as_json() for each in results]})
    else:
        _show(results)
    return int(any(each.status is Status.FAILED for each in results))


def _record(home: Home, results: tuple[Result, ...], ctx: Context) -> None:
    """Write the result beside the database and its digest into the log; the file is what the digest is of."""
    from evenhand.web.record.documents import instant
    from evenhand.web.record.ids import ORGANISATION, SYSTEM
    from evenhand.web.record.unit import recording

    said = {"at": instant(ctx.now()), "invariants": {each.id: each.status.value for each in results}}
    text = json.dumps(said, sort_keys=True).encode()
    with recording(actor=SYSTEM, ctx=ctx, purpose="check the invariants") as r:
        r.add(type="invariants.run", key=ORGANISATION, body=said, pub={"document": sha256(text).digest()})
    write_durably(home.root / LAST, text)


def _show(results: tuple[Result, ...]) -> None:
    table = Table("id", "status", "by", "statement", "test")
    for each in results:
        table.add_row(each.id, each.status.value, each.by, _short(each.statement), each.test or "")
    console.print(table)
    for each in results:
        for place in each.found:
            console.print(f"{each.id} does not hold: {place}")
    counted = Counter(each.status.value for each in results)
    console.print(", ".join(f"{counted[status]} {status}" for status in ("passed", "tested", "not yet", "failed")))


def _short(statement: str) -> str:
    return statement if len(statement) <= 60 else statement[:59].rsplit(" ", 1)[0] + " …"
