"""`evenhand import`: platform exports into a corpus; raw bytes are kept, sealed."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from evenhand.cli._django import ready
from evenhand.cli._progress import reading
from evenhand.cli._stores import stores_of
from evenhand.cli.output import console, emit_json
from evenhand.context import Context
from evenhand.corpus import Corpus, Ingested, MemoryManifest, Terms, ingest
from evenhand.corpus.mappings import Guessed, keep_mapping, recognise_mapped
from evenhand.corpus.tally import tallied
from evenhand.corpus.telling import Chapter, facts_of, story
from evenhand.errors import UsageError
from evenhand.posts import Choices, Recognised
from evenhand.posts.said import Said
from evenhand.posts.times import zone_of
from evenhand.web.home import Home


@dataclass(frozen=True, slots=True)
class _Unread:
    """A file inside a named folder that no reader knows: listed, and the rest goes on."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class _Done:
    """What became of one file: the document for programs, the chapters for people."""

    document: dict[str, Any]
    chapters: list[Chapter]


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(readable=False, path_type=Path), metavar="PATH…")
@click.option("--corpus", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where the posts go.")
@click.option("--as", "as_format", metavar="FORMAT", help="Name the reader, like x_archive or rows.")
@click.option("--timezone", metavar="TZ", help="The zone of times without one, like Europe/London.")
@click.option(
    "--mapping",
    type=click.Path(readable=False, path_type=Path),
    metavar="FILE",
    help='Which column or path is what: lines like text = "said" below [columns].',
)
@click.option("--date-order", type=click.Choice(["dmy", "mdy"]), help="Day or month first, where no date tells.")
@click.option("--basis", metavar="TEXT", help="The lawful basis for bulk data about third persons.")
@click.option("--dry-run", is_flag=True, help="Read and count; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def command(
    paths: tuple[Path, ...],
    corpus: Path,
    as_format: str | None,
    timezone: str | None,
    mapping: Path | None,
    date_order: str | None,
    basis: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Read platform exports into a corpus. A folder is read file by file. The same file twice adds nothing.

    How a table without the plain columns was read is kept with the posts, in corpus/mappings, and used again.
    """
    if timezone:
        zone_of(timezone)
    choices = Choices(timezone, date_order)
    home = Home.of_corpus(corpus)
    files = [_looked_at(path, inside, home.corpus, as_format, choices, mapping) for path, inside in _files(paths)]
    _check_corpus(corpus, files)
    with stores_of(home):
        import_one = _dry(home, basis) if dry_run else _real(home, basis)
    done: list[_Done] = []
    try:
        for file in files:
            with stores_of(home):
                done.append(_unread(file) if isinstance(file, _Unread) else _one(file, import_one, dry_run=dry_run))
    finally:
        # What has been committed is told even if a later file stops the command.
        if as_json or not sys.stdout.isatty():
            emit_json([each.document for each in done])
        _show(done, dry_run=dry_run)
    return 3 if any(each.document["refused"] for each in done) else 0


def _files(paths: tuple[Path, ...]) -> Iterator[tuple[Path, bool]]:
    """Yield (file, whether it was found inside a folder); hidden files and links inside folders are left out."""
    for path in paths:
        if not path.is_dir():
            yield path, False
            continue
        found = sorted(
            inner
            for inner in path.rglob("*")
            if inner.is_file() and not inner.is_symlink() and not inner.name.startswith(".")
        )
        if not found:
            raise UsageError("the folder holds no file", where=str(path), mend="Name the export itself.")
        for inner in found:
            yield inner, True


def _looked_at(
    path: Path, inside: bool, folder: Path, as_format: str | None, choices: Choices, mapping: Path | None
) -> Recognised | _Unread:
    try:
        return recognise_mapped(path, folder, as_format=as_format, choices=choices, named=mapping)
    except Guessed as question:
        if inside:
            return _Unread(path, question.what)
        _ask(question, folder)
        raise
    except UsageError as error:
        if not inside:
            raise
        return _Unread(path, error.what)


def _ask(question: Guessed, folder: Path) -> None:
    """Show what the guess makes of the first five records, and write its mapping file for a person to change."""
    found = question.guess
    place = folder / "guessed" / f"{Path(question.where).name}.toml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(question.text, encoding="utf-8")
    table = Table(title="A guess at the first records")
    for field, column in found.mapping.items():
        table.add_column(escape(f"{field}\n({column})"), overflow="fold")  # an id that ends in … tells nobody anything
    for row in found.sample:
        table.add_row(*(escape(row[name]) for name in found.mapping))
    console.print(table)
    question.mend = f"If so, say --mapping {place}; else change that file first. Nothing was imported."


def _check_corpus(corpus: Path, files: list[Recognised | _Unread]) -> None:
    if corpus.exists() and not corpus.is_dir():
        raise UsageError("this is a file, not a folder", where=str(corpus), mend="Name a folder with --corpus.")
    if all(isinstance(file, _Unread) for file in files):
        raise UsageError("no reader knows any file in the folder", mend="Nothing was imported.")


def _dry(home: Home, basis: str | None) -> Any:
    if home.database.exists() or (os.environ.get("DATABASE_URL") and home.root.exists()):
        ready(home, create=False)
        from evenhand.web.sources.queries import DeskManifest
        from evenhand.web.sources.suppression import with_erasures

        manifest: Any = DeskManifest()
        barring = with_erasures
    else:
        manifest, barring = MemoryManifest(), _as_they_are

    def count(original: Recognised, recognised: Recognised, terms: Terms) -> Ingested:
        from evenhand.corpus.basis import check_basis

        check_basis(recognised, basis)
        with tempfile.TemporaryDirectory(prefix="evenhand-") as work:
            looked_at = Corpus(home.corpus, manifest, Path(work))
            return ingest(looked_at, recognised, Context.system(), barring(terms), keep=False)

    return count


def _as_they_are(terms: Terms) -> Terms:
    """Return the terms of an import where nothing was ever erased."""
    return terms


def _real(home: Home, basis: str | None) -> Any:
    ready(home)
    from evenhand.web.sources.actions import import_file

    def run(original: Recognised, recognised: Recognised, terms: Terms) -> Ingested:
        ctx = Context.system()
        ingested = import_file(recognised=recognised, ctx=ctx, home=home, basis=basis, terms=terms).ingested
        kept = keep_mapping(original, home.corpus)
        if kept:
            ingested.report.note(Said("mapping kept for the next table with this header: %(place)s", place=kept))
        return ingested

    return run


def _one(recognised: Recognised, import_one: Any, *, dry_run: bool) -> _Done:
    counted, tally = tallied(recognised)
    with reading(recognised.source) as told:
        ingested = import_one(recognised, counted, Terms(progress=told))
    chapters = story(facts_of(recognised, ingested, tally, dry=dry_run), str)
    return _Done(_as_json(recognised, ingested), chapters)


def _as_json(recognised: Recognised, ingested: Ingested) -> dict[str, Any]:
    report = ingested.report
    return {
        "path": str(recognised.source.path),
        "format": recognised.reader.source_format,
        "sha256": recognised.source.sha256,
        "posts": ingested.posts,
        "control": report.control,
        "merged": ingested.merged,
        "suppressed": report.suppressed,
        "refused": [{"locator": refused.locator, "reason": refused.reason} for refused in report.refused],
        "notes": [*report.notes, f"direction: {recognised.reader.direction}"],
    }


def _unread(file: _Unread) -> _Done:
    counts = {"posts": 0, "control": 0, "merged": 0, "suppressed": 0}
    refused = [{"locator": "", "reason": file.reason}]
    document = {"path": str(file.path), "format": None, "sha256": None, **counts, "refused": refused, "notes": []}
    return _Done(document, [Chapter("What was not taken", (file.reason,))])


def _show(done: list[_Done], *, dry_run: bool) -> None:
    for each in done:
        file = each.document
        console.print(
            f"{file['path']}: {file['posts']:,} posts, {file['merged']:,} merged, {file['control']:,} control, "
            f"{file['suppressed']:,} suppressed, {len(file['refused']):,} refused"
            f"{' (dry run: nothing was written)' if dry_run else ''}",
            markup=False,
            soft_wrap=True,
        )
        for chapter in each.chapters:
            console.print(f"  {chapter.heading}", markup=False)
            for line in chapter.lines:
                console.print(f"    {line}", markup=False, soft_wrap=True)
