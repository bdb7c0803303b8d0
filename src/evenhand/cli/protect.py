"""`evenhand protect FILE.csv`: declare whose accounts this organisation protects."""

from __future__ import annotations

from pathlib import Path

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import console, emit_json
from evenhand.context import Context
from evenhand.errors import UsageError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(file: Path, directory: str | None, as_json: bool) -> None:
    """Declare the people of a CSV file protected, all or nothing.

    Columns: platform; account_id or handle; office (with town) or name; key joins several accounts of one
    person. Only what is addressed to a declared account is ever screened.
    """
    if not file.is_file():
        raise UsageError("there is no such file", where=str(file), mend="Name a CSV file with a header line.")
    ready(home_of(directory))
    from evenhand.web.desk.protection import declare_from_csv

    people = declare_from_csv(file, ctx=Context.system())
    if as_json:
        emit_json({"declared": people})
    else:
        console.print(f"{people} {'person is' if people == 1 else 'people are'} protected from now on.")
