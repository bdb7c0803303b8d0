"""`evenhand procedure lint FILE` and `evenhand procedure show NAME`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from evenhand.cli.output import emit_json
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure import choices


@click.group("procedure")
def command() -> None:
    """Check what an organisation chose in its procedure, or show the one to start from."""


@command.command("lint")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def lint_file(file: Path, as_json: bool) -> int:
    """Name every fault of the procedure in FILE, one a line, and the longest lawful path.

    Exit 1 if there is a fault, 2 if the file is unreadable.
    """
    faults = choices.lint(file, today=Context.system().now().date())
    path = _path(file)
    if as_json:
        emit_json(
            {
                "path": str(file),
                "holds": not faults,
                "faults": [asdict(fault) for fault in faults],
                "longest_path_days": asdict(path) if path else None,
            }
        )
        return 1 if faults else 0
    for fault in faults:
        click.echo(f"{file}: {' '.join(str(fault).split())}")
    if not faults:
        click.echo(f"{file}: no fault found.")
    if path:
        click.echo(_words(path))
    return 1 if faults else 0


@command.command("show")
@click.argument("name", type=click.Choice(choices.builtin_names()), default="default")
def show(name: str) -> int:
    """Print the file of the procedure that comes with Evenhand, to start from."""
    click.echo(choices.builtin_text(name), nl=False)
    return 0


def _path(file: Path) -> choices.LongestPath | None:
    """Return the longest lawful path, or None where the file is too incomplete to count one."""
    try:
        return choices.longest_path(choices.load(file))
    except UsageError:
        return None


def _words(path: choices.LongestPath) -> str:
    return (
        f"Longest lawful path: {path.by_aims} days by the aims; by the bounds {path.by_bounds} days plus service, "
        f"{path.extended} where the reply is given more time."
    )
