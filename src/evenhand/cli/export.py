"""`evenhand export`: the posts of a corpus to JSONL, CSV or Parquet."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from evenhand.cli._django import ready
from evenhand.cli._stores import stores_of
from evenhand.cli.output import console, emit_json
from evenhand.corpus.export import Profile, export
from evenhand.errors import UsageError
from evenhand.web.home import Home


@click.command()
@click.option("--corpus", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where the posts are.")
@click.option("--to", "target", required=True, type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--profile",
    type=click.Choice([str(profile) for profile in Profile]),
    default=str(Profile.RECORDS),
    show_default=True,
    help="records: every field, read back the same. plain: the 16 plain columns.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(corpus: Path, target: Path, profile: str, as_json: bool) -> None:
    """Write the posts of a corpus to FILE, whose ending (.jsonl, .csv, .parquet) says in which form.

    Direct messages stay in quarantine and are never written.
    """
    if not target.parent.is_dir():
        raise UsageError("the folder is not there", where=str(target.parent), mend="Make it, or name another.")
    if target.is_dir():
        raise UsageError("this is a folder", where=str(target), mend="Name a file to write.")
    home = Home.of_corpus(corpus)
    ready(home, create=False)
    from evenhand.web.sources.queries import blanked_copies, corpus_here

    with stores_of(home), console.status("exporting") if sys.stderr.isatty() else _Quiet() as status:
        exported = export(
            corpus_here(home),
            target,
            profile=Profile(profile),
            progress=lambda rows: status.update(f"{rows:,} posts") if status else None,
        )
    console.print(f"{exported.path}: {exported.rows:,} posts ({exported.profile})", markup=False, soft_wrap=True)
    for note in exported.notes:
        console.print(f"  {note}", markup=False, soft_wrap=True)
    copies = blanked_copies()
    for copy in copies:
        about = f", about entry {', '.join(map(str, copy.refs))}" if copy.refs else ""
        words = f"{copy.blanked} of its records were erased; its sealed copy is {copy.copy_sha256[:12]}"
        console.print(
            f"  source {copy.source_sha256[:12]}: {words} (entry {copy.leaf} of the log{about})",
            markup=False,
            soft_wrap=True,
        )
    if as_json:
        emit_json(
            {
                "path": str(exported.path),
                "profile": str(exported.profile),
                "rows": exported.rows,
                "notes": list(exported.notes),
                "blanked_copies": [asdict(copy) for copy in copies],
            }
        )


class _Quiet:
    """Stands in for a status line where nobody watches."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None
