"""`evenhand import`: platform exports into a corpus; raw bytes are kept, sealed."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from evenhand.cli._django import ready
from evenhand.cli._stores import stores_of
from evenhand.cli.output import console, emit_json
from evenhand.context import Context
from evenhand.corpus import Corpus, Ingested, MemoryManifest, Terms, ingest
from evenhand.corpus.mappings import keep_mapping, recognise_mapped
from evenhand.errors import UsageError
from evenhand.posts import Choices, Recognised
from evenhand.posts.times import zone_of
from evenhand.web.home import Home

_REFUSED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Unread:
    """A file inside a named folder that no reader knows: listed, and the rest goes on."""

    path: Path
    reason: str


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

    How a table without the plain columns was read is kept in DIR/mappings and used again.
    """
    if timezone:
        zone_of(timezone)
    choices = Choices(timezone, date_order)
    home = Home.of_corpus(corpus)
    files = [_looked_at(path, inside, home.corpus, as_format, choices, mapping) for path, inside in _files(paths)]
    _check_corpus(corpus, files)
    with stores_of(home):
        import_one = _dry(home, basis) if dry_run else _real(home, basis)
    done: list[dict[str, Any]] = []
    try:
        for file in files:
            with stores_of(home):
                done.append(_unread(file) if isinstance(file, _Unread) else _one(file, import_one))
    finally:
        # What has been committed is told even if a later file stops the command.
        if as_json or not sys.stdout.isatty():
            emit_json(done)
        _show(done, dry_run=dry_run)
    return 3 if any(file["refused"] for file in done) else 0


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
    except UsageError as error:
        if not inside:
            raise
        return _Unread(path, error.what)


def _check_corpus(corpus: Path, files: list[Recognised | _Unread]) -> None:
    if corpus.exists() and not corpus.is_dir():
        raise UsageError("this is a file, not a folder", where=str(corpus), mend="Name a folder with --corpus.")
    if all(isinstance(file, _Unread) for file in files):
        raise UsageError("no reader knows any file in the folder", mend="Nothing was imported.")


def _dry(home: Home, basis: str | None) -> Any:
    if home.database.exists():
        ready(home, create=False)
        from evenhand.web.sources.queries import DeskManifest

        manifest: Any = DeskManifest()
    else:
        manifest = MemoryManifest()

    def count(recognised: Recognised, terms: Terms) -> Ingested:
        from evenhand.corpus.basis import check_basis

        check_basis(recognised, basis)
        with tempfile.TemporaryDirectory(prefix="evenhand-") as work:
            looked_at = Corpus(home.corpus, manifest, Path(work))
            return ingest(looked_at, recognised, Context.system(), terms, keep=False)

    return count


def _real(home: Home, basis: str | None) -> Any:
    ready(home)
    from evenhand.web.sources.actions import import_file

    def run(recognised: Recognised, terms: Terms) -> Ingested:
        ctx = Context.system()
        ingested = import_file(recognised=recognised, ctx=ctx, home=home, basis=basis, terms=terms).ingested
        kept = keep_mapping(recognised, home.corpus)
        if kept:
            ingested.report.note(f"mapping kept for the next table with this header: {kept}")
        return ingested

    return run


def _one(recognised: Recognised, import_one: Any) -> dict[str, Any]:
    source = recognised.source
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[read]:,} posts, {task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(source.name, total=1.0, read=0, rate=0.0)

        def told(read: int) -> None:
            elapsed = progress.tasks[0].elapsed or 0.001
            progress.update(task, completed=source.fraction(), read=read, rate=read / elapsed)

        ingested = import_one(recognised, Terms(progress=told))
    return _as_json(recognised, ingested)


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


def _unread(file: _Unread) -> dict[str, Any]:
    counts = {"posts": 0, "control": 0, "merged": 0, "suppressed": 0}
    refused = [{"locator": "", "reason": file.reason}]
    return {"path": str(file.path), "format": None, "sha256": None, **counts, "refused": refused, "notes": []}


def _show(done: list[dict[str, Any]], *, dry_run: bool) -> None:
    for file in done:
        console.print(
            f"{file['path']}: {file['posts']:,} posts, {file['merged']:,} merged, {file['control']:,} control, "
            f"{file['suppressed']:,} suppressed, {len(file['refused']):,} refused"
            f"{' (dry run: nothing was written)' if dry_run else ''}",
            markup=False,
            soft_wrap=True,
        )
        for refused in file["refused"][:_REFUSED_SHOWN]:
            console.print(f"  refused {refused['locator']}: {refused['reason']}", markup=False, soft_wrap=True)
        if len(file["refused"]) > _REFUSED_SHOWN:
            console.print(f"  … and {len(file['refused']) - _REFUSED_SHOWN:,} more; --json lists all")
        for note in file["notes"]:
            console.print(f"  {note}", markup=False, soft_wrap=True)
