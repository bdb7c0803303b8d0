"""`evenhand statistics publish --period P` and `evenhand statistics verify DIR`: figures that anybody can quote."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import console, emit_json
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.files import write_durably

if TYPE_CHECKING:
    from evenhand.web.publish.models import PublishedReport
    from evenhand.web.publish.statistics.reading import Checked

_dir = click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
LARGEST = 16 * 1024 * 1024


@click.group("statistics")
def command() -> None:
    """Publish figures of a quarter or a year; check what was published."""


@command.command("publish")
@_dir
@click.option("--period", required=True, metavar="P", help="A quarter that is over, 2026-Q3, or a year, 2026.")
@click.option("--members", type=click.IntRange(min=1), help="Members on average (default: the register's count).")
@click.option("--correct", metavar="WORDS", help="Publish it again, with a dated line that says what was wrong.")
@click.option("--to", "target", type=click.Path(path_type=Path, file_okay=False), help="Also write JSON and CSV there.")
@_json
def publish_command(
    period: str,
    directory: str | None,
    members: int | None,
    correct: str | None,
    target: Path | None,
    as_json: bool,
) -> int:
    """Count a period, hide what could show a person, and publish the report.

    It stands on /statistics from then on, with its digest in the record. Exit 0 when done, 1 where the numbers
    do not add up, 2 for a period that is not over or was published already.
    """
    ready(home_of(directory), create=False)
    from evenhand.web.publish.statistics import publishing
    from evenhand.web.publish.statistics.counting import period_of

    ctx, wanted = Context.system(), period_of(period)
    if correct is None:
        row = publishing.publish(period=wanted, ctx=ctx, members=members)
    else:
        row = publishing.correct(period=wanted, words=correct, ctx=ctx, members=members)
    if target is not None:
        _write(row, target)
    if as_json:
        emit_json({"period": row.period, "digest": row.id, "published_at": row.published_at.isoformat()})
    else:
        click.echo(f"Published: {row.period}, SHA-256 {row.id}")
    return 0


@command.command("verify")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@_dir
@_json
def verify_command(folder: Path, directory: str | None, as_json: bool) -> int:
    """Check the published reports (JSON, and CSV beside it) in the folder DIR against the record and the rows.

    Each is counted again from the rows, byte by byte. Exit 0 when all hold, 1 where one differs, 2 where there is
    nothing to check, 4 where another version of this software computed it.
    """
    files = _files(folder)
    ready(home_of(directory), create=False)
    from evenhand.web.publish.statistics.reading import Verdict, check

    found: list[tuple[Path, Checked]] = []
    for file in files:
        beside = file.with_suffix(".csv")
        found.append((file, check(_text(file), _text(beside) if beside.exists() else None)))
    if as_json:
        emit_json([{"path": str(file), **asdict(checked)} for file, checked in found])
    for file, checked in found:
        console.print(f"{file.name}: {checked.verdict.value}: {checked.words}", soft_wrap=True)
    verdicts = {checked.verdict for _, checked in found}
    if Verdict.DIFFERS in verdicts:
        return 1
    return 4 if Verdict.UNVERIFIABLE in verdicts else 0


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    if not files:
        raise UsageError(
            "there is no published report here", where=str(folder), mend="Keep the JSON file that /statistics offers."
        )
    return files


def _text(file: Path) -> str:
    if file.stat().st_size > LARGEST:
        raise UsageError("is too large for a report", where=str(file), mend="Keep only published reports there.")
    try:
        # Bytes as they are: the digest is of them, so no line end may be changed.
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError("is not text (UTF-8)", where=str(file), mend="Keep only published reports there.") from None


def _write(row: PublishedReport, target: Path) -> None:
    from evenhand.web.publish.statistics.counting import period_of
    from evenhand.web.publish.statistics.reports import file_name

    target.mkdir(parents=True, exist_ok=True)
    write_durably(target / file_name(period_of(row.period), "json"), row.text.encode())
    write_durably(target / file_name(period_of(row.period), "csv"), row.csv.encode())
