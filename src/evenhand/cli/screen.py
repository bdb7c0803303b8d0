"""`evenhand screen`: one verdict per post, in input order."""

from __future__ import annotations

import csv
import io
import os
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

import click
import orjson

from evenhand.errors import UsageError
from evenhand.posts.json_bytes import Malformed, loads, loads_exact
from evenhand.posts.reading_form import scrub
from evenhand.screening import Screener, Verdict

BATCH: Final = 2048
LONGEST_LINE: Final = 8 * 1024 * 1024
MOST_LISTED: Final = 20
# Only what an author wrote: a share, a like or a forwarded post is never charged to the one who passed it on.
OWN_WORDS: Final = """
SELECT p.record_key, coalesce(p.text_norm, '') AS text, parent.text_norm AS parent
FROM posts AS p LEFT JOIN posts AS parent ON parent.record_key = p.reply_to
WHERE p.relation NOT IN ('repost', 'like', 'react', 'forward', 'system') AND p.visibility <> 'direct'
ORDER BY p.record_key
"""


@dataclass(frozen=True, slots=True)
class Fields:
    """Which column holds the text, the id and the text of the post replied to."""

    text: str
    id: str
    parent: str


@dataclass(frozen=True, slots=True)
class Item:
    """One post to screen."""

    id: str | None
    text: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that is not a post, where it stands, and why."""

    where: str
    why: str


@click.command("screen")
@click.argument("file", required=False)
@click.option("--corpus", type=click.Path(path_type=Path), help="Screen the posts of this corpus instead of a file.")
@click.option("--text", default="text", show_default=True, help="The column that holds the text.")
@click.option("--id", "id_column", default="id", show_default=True, help="The column that holds the id.")
@click.option("--parent", default="parent_text", show_default=True, help="The column with the post replied to.")
@click.option("--model", help="An older model kept in EVENHAND_DATA/models; never replaced by another one.")
@click.option("--fast", is_flag=True, help="Bulk: the linear gate answers for posts in which it sees next to nothing.")
@click.option("--json", "as_json", is_flag=True, help="Verdicts as JSON lines; that is the only form, and the default.")
def command(
    file: str | None,
    corpus: Path | None,
    text: str,
    id_column: str,
    parent: str,
    model: str | None,
    fast: bool,
    as_json: bool,
) -> int:
    """Screen FILE (.jsonl, .csv, or - for JSON lines on standard input): one JSON line per post, in order.

    Rows that are not posts are listed on stderr and counted; then the exit code is 3.
    """
    del as_json
    if (file is None) == (corpus is None):
        raise UsageError("nothing to read, or two things at once.", mend="Give a file, or - , or --corpus DIR.")
    screener = Screener(model, models=_models(), fast=fast)
    if corpus is not None:
        return _run(screener, _from_corpus(corpus))
    with _open(str(file)) as stream:
        rows = _rows(str(file), stream, Fields(text, id_column, parent))
        return _run(screener, rows)


def _models() -> Path | None:
    data = os.environ.get("EVENHAND_DATA")
    return Path(data) / "models" if data else None


def _open(file: str) -> AbstractContextManager[TextIO]:
    if file == "-":
        return nullcontext(io.TextIOWrapper(sys.stdin.buffer, "utf-8-sig", "surrogateescape", newline=""))
    path = Path(file)
    if path.is_dir():
        raise UsageError("this is a folder.", where=file, mend="Name a .jsonl or .csv file, or use --corpus.")
    if path.suffix.lower() not in {".jsonl", ".ndjson", ".csv"}:
        raise UsageError("only .jsonl and .csv are read here.", where=file, mend="Use evenhand import for an export.")
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _rows(file: str, stream: TextIO, fields: Fields) -> Iterator[Item | Refused]:
    if file.lower().endswith(".csv"):
        return _from_csv(file, stream, fields)
    return _from_lines(stream, fields)


def _from_lines(stream: TextIO, fields: Fields) -> Iterator[Item | Refused]:
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        where = f"line {number}"
        if not line.endswith("\n") and len(line) >= LONGEST_LINE:
            while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                pass
            yield Refused(where, "longer than 8 MiB")
        elif line.strip():
            yield _from_json(line, where, fields)


def _from_json(line: str, where: str, fields: Fields) -> Item | Refused:
    data = line.encode("utf-8", "surrogateescape")
    try:
        row, _slow = loads(data)
        if isinstance(row, dict) and isinstance(row.get(fields.id), float):
            row = loads_exact(data)  # the fast way makes a fraction of an integer above 2^64-1
    except Malformed:
        return Refused(where, "not JSON in UTF-8")
    if not isinstance(row, dict):
        return Refused(where, "not a JSON object")
    if isinstance(row.get(fields.id), float):
        return Refused(where, f"the id in column {fields.id!r} is a fraction: its last digits are lost")
    return _item(where, fields, *(_whole(row.get(name)) for name in (fields.text, fields.id, fields.parent)))


def _whole(value: object) -> object:
    """Return a value as UTF-8 can hold it: half a letter becomes U+FFFD, as in the reading form of a post."""
    return scrub(value) if isinstance(value, str) else value


def _from_csv(file: str, stream: TextIO, fields: Fields) -> Iterator[Item | Refused]:
    csv.field_size_limit(LONGEST_LINE)
    rows = csv.DictReader(stream)
    try:
        names = rows.fieldnames
        if not names or fields.text not in names:
            found = ", ".join((names or ["nothing"])[:10])
            raise UsageError(
                f"there is no column {fields.text!r} (found: {found}).", where=file, mend="Name it with --text."
            )
        for row in rows:
            where = f"line {rows.line_num}"
            yield _item(where, fields, row.get(fields.text), row.get(fields.id), row.get(fields.parent))
    except csv.Error as error:
        raise UsageError(f"this is not readable CSV ({error}).", where=f"{file}, line {rows.line_num}") from error


def _item(where: str, fields: Fields, text: object, key: object, parent: object) -> Item | Refused:
    if not isinstance(text, str):
        return Refused(where, f"no text in column {fields.text!r}")
    if any("\udc80" <= character <= "\udcff" for character in text):
        return Refused(where, "not UTF-8")
    name = None if key is None else str(key)
    return Item(name, text, parent if isinstance(parent, str) and parent else None)


def _from_corpus(folder: Path) -> Iterator[Item]:
    from evenhand.cli._django import ready
    from evenhand.web.home import Home

    home = Home.of_corpus(folder)
    ready(home, create=False)
    from evenhand.web.sources.queries import corpus_here

    for batch in corpus_here(home).stream(OWN_WORDS):
        for row in batch.to_pylist():
            yield Item(row["record_key"], row["text"], row["parent"])


def _run(screener: Screener, rows: Iterator[Item | Refused]) -> int:
    screened = 0
    refused: list[Refused] = []
    out = sys.stdout.buffer
    began = time.monotonic()
    while batch := list(islice(rows, BATCH)):
        items = [row for row in batch if isinstance(row, Item)]
        refused += [row for row in batch if isinstance(row, Refused)]
        verdicts = screener.screen([item.text for item in items], [item.parent for item in items])
        out.writelines(_line(item, verdict) for item, verdict in zip(items, verdicts, strict=True))
        screened += len(items)
        _tell(screened, time.monotonic() - began)
    out.flush()
    _tell(screened, time.monotonic() - began, end="\n")
    if not refused:
        return 0
    for row in refused[:MOST_LISTED]:
        click.echo(f"refused, {row.where}: {row.why}", err=True)
    if len(refused) > MOST_LISTED:
        click.echo(f"and {len(refused) - MOST_LISTED} more.", err=True)
    click.echo(f"{screened} posts screened, {len(refused)} rows refused.", err=True)
    return 3


def _tell(screened: int, seconds: float, end: str = "") -> None:
    """Show the count and the rate to a person who watches; how many posts are left is not known beforehand."""
    if sys.stderr.isatty():
        click.echo(f"\r{screened:,} posts, {screened / max(seconds, 0.001):,.0f}/s{end}", err=True, nl=False)


def _line(item: Item, verdict: Verdict) -> bytes:
    return orjson.dumps(replace(verdict, id=item.id).to_dict()) + b"\n"
