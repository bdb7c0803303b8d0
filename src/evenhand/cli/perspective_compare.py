"""What `evenhand perspective compare` prints: tables for people on stderr, or one JSON document on stdout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from evenhand.cli.output import console, emit_json
from evenhand.errors import UsageError
from evenhand.perspective import Service
from evenhand.perspective.compare.replay import Replay, replay
from evenhand.perspective.compare.report import OLD_CUTS, Compared, Scored, compare, score
from evenhand.perspective.compare.rows import Refused, Row, read_log, read_table
from evenhand.perspective.scorer import Scorer

MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command was asked: a table or a log, cut-offs or none, the label column."""

    file: Path | None
    log: Path | None
    suggest: bool
    cuts: tuple[float, ...]
    label: str | None


def run(service: Service, asked: Asked, *, as_json: bool) -> int:
    """Compare and print; return 0, or 3 if lines were refused."""
    played: Replay | None = None
    if asked.log is not None:
        played = _replayed(service, asked.log)
        scored, refused = _scored(service, played.rows), played.refused
    else:
        assert asked.file is not None
        scored, refused = scored_table(service, asked.file, asked.label)
    cuts = (asked.cuts or OLD_CUTS) if asked.suggest else ()
    found = compare(scored, cuts=cuts)
    if as_json:
        emit_json(_document(scored, found, refused, played))
    else:
        _show(scored, found, refused, played)
    return 3 if refused else 0


def scored_table(service: Service, file: Path, label: str | None) -> tuple[Scored, list[Refused]]:
    """Return the rows of a CSV with our verdicts, and the lines that were refused."""
    lines = read_table(file, label)
    rows = [line for line in lines if isinstance(line, Row)]
    if not rows:
        raise UsageError("there is no row to compare.", where=str(file), mend="Give texts with their old scores.")
    return _scored(service, rows), [line for line in lines if isinstance(line, Refused)]


def _scored(service: Service, rows: Sequence[Row]) -> Scored:
    with _progress("scoring", len(rows)) as seen:
        return score(rows, service.models.current, seen)


def _replayed(service: Service, log: Path) -> Replay:
    scorer = Scorer(deadline=None)
    try:
        with _progress("replaying", None) as seen:
            return replay(
                read_log(log), model=service.models.current, scorer=scorer, deployment=service.settings.language,
                seen=seen,
            )  # fmt: skip
    finally:
        scorer.close()


@contextmanager
def _progress(words: str, total: int | None) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(words, total=total)
        yield lambda count: progress.advance(task, count)


def _document(scored: Scored, found: Sequence[Compared], refused: Sequence[Refused], played: Replay | None) -> Any:
    document: dict[str, Any] = {
        "model": scored.model.gates.label,
        "calibration": scored.model.gates.calibration,
        "rows": len(scored.pairs),
        "unread": dict(scored.unread),
        "not_served": scored.not_served(),
        "attributes": [one.to_dict() for one in found],
        "refused": [asdict(one) for one in refused],
    }
    if played is not None:
        same = sum(count for (old, ours), count in played.outcomes.items() if old == ours)
        document["errors"] = {"same": same, "different": played.differences()}
    return document


def _show(scored: Scored, found: Sequence[Compared], refused: Sequence[Refused], played: Replay | None) -> None:
    console.print(f"{len(scored.pairs)} rows, model {scored.model.gates.label}. The same cut-off is another queue.")
    if scored.unread:
        words = ", ".join(f"{reason} {count}" for reason, count in scored.unread.most_common())
        console.print(f"Not read by us, so in no table: {words}")
    if scored.not_served():
        console.print(f"Not served, so never given a number: {', '.join(scored.not_served())}")
    for one in found:
        _show_one(one)
    if played is not None:
        _show_outcomes(played)
    for line in refused[:MOST_LISTED]:
        console.print(escape(f"refused {line.where}: {line.why}"))
    if len(refused) > MOST_LISTED:
        console.print(f"refused: {len(refused) - MOST_LISTED} more")


def _show_one(one: Compared) -> None:
    agreed = one.agreement
    sides = ", ".join(f"{share:.1%} at {cut}" for cut, share in agreed.same_side.items())
    console.print(f"\n{one.attribute}: {agreed.rows} rows, Spearman {agreed.spearman}, same side {sides}")
    table = Table("band", "old", "ours", box=None)
    for band, share in agreed.bands["old"].items():
        table.add_row(band, f"{share:.1%}", f"{agreed.bands['new'][band]:.1%}")
    console.print(table)
    if one.suggestions:
        _show_suggestions(one)
    if one.note:
        console.print(one.note)


def _show_suggestions(one: Compared) -> None:
    table = Table("old cut-off", "at equal", "new cut-off", "95 %", "held out: old", "ours", "99 %", "holds", box=None)
    for found in one.suggestions:
        check = found.held_out
        table.add_row(
            f"{found.old:g}", found.kind.removeprefix("equal_").replace("_", " "), f"{found.new:.4f}",
            _interval(found.interval), f"{check.old:.3f}", f"{check.new:.3f}", _interval(check.interval),
            "yes" if check.holds else "NO",
        )  # fmt: skip
    console.print(table)


def _interval(pair: tuple[float, float]) -> str:
    return escape(f"[{pair[0]:.3f}, {pair[1]:.3f}]")


def _show_outcomes(played: Replay) -> None:
    table = Table("old answer", "ours", "count", "first lines", box=None)
    for (old, ours), count in played.outcomes.most_common():
        places = ", ".join(played.places[old, ours][:3])
        table.add_row(escape(old), escape(ours), str(count), "" if old == ours else places)
    console.print("\nAnswers and errors")
    console.print(table)
