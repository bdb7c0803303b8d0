"""`evenhand code lint FILE` and `evenhand code show SLUG|FILE --on DATE`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from evenhand import codes
from evenhand.cli.output import emit_json
from evenhand.context import Context
from evenhand.errors import UsageError


def _day(_ctx: click.Context, _param: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"'{value}' is not a day. Write it as YYYY-MM-DD.") from None


@click.group("code")
def command() -> None:
    """Check a code of conduct, or show what was in force on a day."""


@command.command("lint")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def lint_file(file: Path, as_json: bool) -> int:
    """Name every fault of the code of conduct in FILE, one a line. Exit 1 if there is one, 2 if unreadable."""
    faults = codes.lint(file, today=_today())
    if as_json:
        emit_json({"path": str(file), "holds": not faults, "faults": [asdict(fault) for fault in faults]})
    else:
        for fault in faults:
            click.echo(f"{file}: {' '.join(str(fault).split())}")
        if not faults:
            click.echo(f"{file}: no fault found.")
    return 1 if faults else 0


@command.command("show")
@click.argument("code")
@click.option("--on", "on", callback=_day, metavar="DATE", default=None, help="The day asked about; today if left out.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.option("--toml", "as_toml", is_flag=True, help="The file of a code that comes with Evenhand, to start from.")
def show(code: str, on: date | None, as_json: bool, as_toml: bool) -> int:
    """Show the version of CODE (a slug that comes with Evenhand, or a file) that was in force on a day."""
    if as_toml:
        click.echo(codes.builtin_text(code), nl=False)
        return 0
    found = code_named(code)
    day = on or _today()
    version = codes.in_force(found, day)
    if as_json:
        emit_json(document(found, version, day))
    else:
        _print(Console(highlight=False, soft_wrap=False), found, version, day)
    return 0


def _today() -> date:
    return Context.system().now().date()


def code_named(name: str) -> codes.CodeOfConduct:
    """Return a code of conduct: one that comes with Evenhand by its slug, or a TOML file."""
    if name in codes.builtin_slugs():
        return codes.builtin(name)
    path = Path(name)
    if path.suffix or "/" in name or path.exists():
        return codes.load(path)
    known = ", ".join(codes.builtin_slugs())
    raise UsageError(
        f"there is no code of conduct '{name}'.", mend=f"Name a TOML file, or one that comes with Evenhand: {known}."
    )


def document(code: codes.CodeOfConduct, version: codes.Version, on: date) -> dict[str, Any]:
    """Return what `--json` prints: the version in force, its digest, and what was not yet in force."""
    return {
        "slug": code.slug,
        "title": code.title,
        "on": on.isoformat(),
        "version": version.number,
        "published": version.published.isoformat(),
        "in_force": {"from": version.start.isoformat(), "until": version.end.isoformat() if version.end else None},
        "digest": codes.digest(code.slug, version),
        "clauses": [_clause(each) for each in version.clauses],
        "definitions": [asdict(each) for each in version.definitions],
        "examples": [_example(each, on) for each in version.examples],
        "categories": {str(name): list(numbers) for name, numbers in version.categories.items()},
        "not_yet_in_force": _pending(codes.pending(code, on)),
    }


def _clause(clause: codes.Clause) -> dict[str, Any]:
    return {
        "number": clause.number,
        "title": clause.title,
        "text": clause.text,
        "most": {str(act): str(rung) for act, rung in clause.most.items()},
        "see": list(clause.see),
    }


def _example(example: codes.Example, on: date) -> dict[str, Any]:
    return {
        "number": example.number,
        "of": example.term,
        "text": example.text,
        "adopted": example.adopted,
        "since": example.since.isoformat(),
        "counts": example.counts_on(on),
    }


def _pending(pending: codes.Pending) -> dict[str, Any]:
    return {
        "versions": [{"number": each.number, "from": each.start.isoformat()} for each in pending.versions],
        "definitions": [{"term": each.term, "from": start.isoformat()} for each, start in pending.definitions],
        "examples": [
            {"number": each.number, "of": each.term, "from": start.isoformat() if start else None}
            for each, start in pending.examples
        ],
    }


def _print(console: Console, code: codes.CodeOfConduct, version: codes.Version, on: date) -> None:
    until = f"until {_words(version.end)}" if version.end else "until further notice"
    console.print(Text(code.title, style="bold"))
    console.print(Text(f"Version {version.number} was in force on {_words(on)}."))
    console.print(
        Text(
            f"In force from {_words(version.start)} {until}; published {_words(version.published)}.\n"
            f"Digest {codes.digest(code.slug, version)}",
            style="dim",
        )
    )
    if version.note:
        console.print(Text(version.note))
    _heading(console, "Clauses")
    for clause in version.clauses:
        _print_clause(console, version, clause)
    _print_definitions(console, version, on)
    _print_pending(console, codes.pending(code, on))


def _print_clause(console: Console, version: codes.Version, clause: codes.Clause) -> None:
    console.print(Text(f"{clause.number}  {clause.title}", style="bold"))
    _indented(console, clause.text)
    _indented(console, "The most that can follow", style="dim")
    for act, rung in clause.most.items():
        _indented(console, f"- {act.words}: {rung.words}", style="dim")
    found = [str(name) for name, numbers in version.categories.items() if clause.number in numbers]
    if found:
        _indented(console, f"Suggested for what the screener calls: {', '.join(found)}.", style="dim")


def _print_definitions(console: Console, version: codes.Version, on: date) -> None:
    if not version.definitions:
        _heading(console, "Definitions")
        _indented(console, "This version defines no term.")
    for definition in version.definitions:
        _heading(console, f"Definition: {definition.term}")
        _indented(console, definition.text)
        for example in (each for each in version.examples if each.term == definition.term):
            _indented(console, f"Example {example.number} ({_decision(example, on)}). {example.text}")


def _decision(example: codes.Example, on: date) -> str:
    if not example.adopted:
        return "printed, not adopted"
    return f"{'adopted' if example.counts_on(on) else 'adopted only'} from {_words(example.since)}"


def _print_pending(console: Console, pending: codes.Pending) -> None:
    lines = [f"Version {each.number}, from {_words(each.start)}." for each in pending.versions]
    lines += [f"The definition of {each.term}, from {_words(start)}." for each, start in pending.definitions]
    for each, start in pending.examples:
        when = f"from {_words(start)}" if start else "not adopted in any version so far"
        lines.append(f"Example {each.number} of {each.term}, {when}.")
    _heading(console, "Not in force on that day")
    for line in lines or ["Nothing: no later version, and no example left undecided."]:
        _indented(console, line)


def _heading(console: Console, words: str) -> None:
    console.print()
    console.print(Text(words, style="bold underline"))


def _indented(console: Console, words: str, style: str = "") -> None:
    console.print(Padding(Text(words, style=style), (0, 0, 0, 4), expand=False))


def _words(day: date | None) -> str:
    return f"{day.day} {day:%B} {day.year}" if day else ""
