"""`evenhand archive check` and `tick`: one's own export against a code of conduct, on one's own machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import click

from evenhand import own_archive
from evenhand.cli._progress import reading
from evenhand.cli.code import code_named
from evenhand.cli.output import console
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.files import whole_file
from evenhand.own_archive.page import page
from evenhand.own_archive.plain import document, lines
from evenhand.own_archive.telling import list_heading
from evenhand.own_archive.ticks import Ticks, heading_of
from evenhand.own_archive.words import LANGUAGES, Words
from evenhand.posts import Choices, recognise
from evenhand.posts.times import zone_of
from evenhand.screening import Screener

_TICKS: Final = ".ticks.txt"
_PATH: Final = click.Path(path_type=Path)


@click.group("archive")
def command() -> None:
    """Check your own archive before somebody else does. Everything stays on this machine."""


@command.command("check")
@click.argument("archive", type=_PATH)
@click.option(
    "--code", "code", default="general", show_default=True, metavar="FILE", help="The code of conduct (TOML)."
)
@click.option("--html", type=_PATH, metavar="OUT", help="Write the report as one page to read offline and print.")
@click.option("--ticks", type=_PATH, metavar="FILE", help="The list to tick off; beside the page if left out.")
@click.option("--me", default="", metavar="NAME", help="Which of the people in the file you are, where it holds many.")
@click.option("--messages", is_flag=True, help="Look at private messages that you sent, too.")
@click.option("--as", "as_format", metavar="FORMAT", help="Name the reader instead of having it recognised.")
@click.option("--timezone", metavar="TZ", help="The zone of times without one, like Europe/London.")
@click.option(
    "--fast", is_flag=True, help="For very large archives: a quick gate answers where it sees next to nothing."
)
@click.option("--language", type=click.Choice(LANGUAGES), help="English or German; as this machine is set if left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check_archive(
    archive: Path,
    code: str,
    html: Path | None,
    ticks: Path | None,
    me: str,
    messages: bool,
    as_format: str | None,
    timezone: str | None,
    fast: bool,
    language: str | None,
    as_json: bool,
) -> int:
    """Read the export of your own account (ARCHIVE) and show what may fall under which clause.

    Grouped by clause, with the rule of that day, the marked words, the reason and a link. What you only shared
    or liked stays another person's words. A finding is a question to you, no verdict; nothing leaves this machine.
    """
    words = Words(language or _language())
    if timezone:
        zone_of(timezone)
    rules = code_named(code)
    listed = ticks or (html.with_name(html.stem + _TICKS) if html else None)
    _check_writable(html, listed, archive)
    ticked = Ticks.read(listed) if listed else Ticks()
    recognised = recognise(archive, as_format=as_format, choices=Choices(timezone))
    owner = own_archive.Owner(me, messages)
    with (
        reading(recognised.source) as progress,
        own_archive.checking(
            recognised, code=rules, owner=owner, ctx=Context.system(), screener=Screener(fast=fast), progress=progress
        ) as check,
    ):
        if html:
            with whole_file(html) as file:
                file.writelines(page(check, ticked, words, name=archive.name, list_name=listed.name if listed else ""))
        if as_json:
            sys.stdout.buffer.writelines(document(check, ticked, archive=archive))
            sys.stdout.buffer.flush()
        if listed:
            check.number(ticked)
            ticked.write(listed, list_heading(words, archive.name))
        for line in lines(check, ticked, words, page=html, listed=listed, short=as_json or html is not None):
            click.echo(line, err=as_json)
        return 3 if check.report.refused else 0


@command.command("tick")
@click.argument("file", type=_PATH)
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER…")
@click.option("--undo", is_flag=True, help="Take the tick back.")
def tick_off(file: Path, numbers: tuple[str, ...], undo: bool) -> None:
    """Tick numbers off in the list FILE that `archive check` wrote; 12-20 is every number from 12 to 20."""
    if not file.is_file():
        raise UsageError("there is no such list", where=str(file), mend="`evenhand archive check` writes it.")
    ticks = Ticks.read(file)
    marked = ticks.mark([number for each in numbers for number in _numbers(each)], done=not undo)
    ticks.write(file, heading_of(file))
    console.print(f"{marked:,} ticked, {ticks.left:,} left" if not undo else f"{marked:,} no longer ticked")


def _numbers(words: str) -> range:
    first, dash, last = words.partition("-")
    if not (first.isdecimal() and (last.isdecimal() or not dash)) or len(words) > 19:
        raise UsageError(f"'{words}' is no number", mend="Write 12, or 12-20.")
    found = range(int(first), int(last or first) + 1)
    if len(found) > 1_000_000:
        raise UsageError(f"'{words}' is too wide", mend="Write 12-20.")
    return found


def _language() -> str:
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
    return said[:2].lower()


def _check_writable(html: Path | None, listed: Path | None, archive: Path) -> None:
    for target in (html, listed):
        if target is None:
            continue
        if not target.parent.is_dir():
            raise UsageError("the folder is not there", where=str(target.parent), mend="Make it, or name another.")
        if target.is_dir() or target.resolve() == archive.resolve():
            raise UsageError("this cannot be written to", where=str(target), mend="Name a file to write.")
    if html is not None and listed is not None and html.resolve() == listed.resolve():
        raise UsageError("the page and the list need two names", where=str(html), mend="Name another with --ticks.")
