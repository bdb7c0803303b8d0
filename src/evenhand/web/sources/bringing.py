"""The job that reads an upload: recognises it, asks what it cannot know, imports it, and keeps the story."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any, Final

from evenhand.context import Context
from evenhand.corpus import Corpus, Ingested, Terms, ingest
from evenhand.corpus.mappings import keep_mapping, recognise_mapped
from evenhand.corpus.tally import tallied
from evenhand.corpus.telling import facts_of
from evenhand.errors import Ambiguous, EvenhandError, UsageError
from evenhand.posts import Choices, Recognised, Report, Source, recognise, sniff
from evenhand.posts.recognition import CLOSE, head_of
from evenhand.posts.rows.columns import mapping_of
from evenhand.posts.rows.tables import columns_of, table_rows
from evenhand.web.home import Home
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.queries import corpus_here
from evenhand.web.sources.waiting import Waiting, find

BRING_IN: Final = "bring-in-file"
_TELL_EVERY: Final = 5_000
_ROWS_SHOWN: Final = 5
_COLUMNS_SHOWN: Final = 40
_CELL_SHOWN: Final = 80


def bring_in(payload: dict[str, Any], ctx: Context) -> None:
    """Do the job `bring-in-file`; what it came to stands in the upload's state, whatever happens."""
    waiting = find(payload["upload"])
    if waiting is None or not waiting.is_whole:
        return
    try:
        with waiting.plain() as path:
            state = _run(waiting, path, ctx)
    except EvenhandError as error:
        state = {"step": "failed", "what": error.what, "mend": error.mend}
    except BaseException:
        waiting.write("state", {"step": "failed", "what": "", "mend": ""}, ctx=ctx)
        raise
    waiting.write("state", state, ctx=ctx)
    if state["step"] == "done":
        waiting.drop_bytes()


def _run(waiting: Waiting, path: Path, ctx: Context) -> dict[str, Any]:
    answers = waiting.read("answers")
    try:
        recognised = _recognised(path, answers)
    except UsageError as error:
        question = _question(path, error)
        if question is None:
            raise
        return question
    basis = str(answers.get("basis") or "").strip()
    if recognised.reader.needs_basis(recognised.head) and not basis:
        return {"step": "question", "asks": "basis"}
    counted, tally = tallied(recognised)
    terms = Terms(progress=_progress(waiting, recognised.source, ctx))
    try:
        ingested = _ingest(counted, waiting, terms, basis, ctx, dry=bool(answers.get("dry")))
    except Ambiguous as error:
        return {"step": "question", "asks": "order", "what": error.what}
    facts = facts_of(recognised, ingested, tally, dry=bool(answers.get("dry")))
    waiting.write("facts", asdict(facts), ctx=ctx)
    return {"step": "done"}


def _recognised(path: Path, answers: dict[str, Any]) -> Recognised:
    columns = answers.get("columns")
    choices = Choices(
        answers.get("timezone") or None,
        answers.get("order") or None,
        tuple((field, column) for field, column in columns) if columns else None,
    )
    if columns:
        return recognise(path, as_format="rows", choices=choices)
    return recognise_mapped(path, Home.here().corpus, as_format=answers.get("format") or None, choices=choices)


def _ingest(recognised: Recognised, waiting: Waiting, terms: Terms, basis: str, ctx: Context, *, dry: bool) -> Ingested:
    if dry:
        corpus = corpus_here()
        return ingest(Corpus(corpus.folder, corpus.manifest, waiting.folder), recognised, ctx, terms, keep=False)
    done = import_file(recognised=recognised, ctx=ctx, actor=waiting.actor, basis=basis or None, terms=terms)
    keep_mapping(recognised, Home.here().corpus)
    return done.ingested


def _progress(waiting: Waiting, source: Source, ctx: Context) -> Any:
    told = 0

    def tell(read: int) -> None:
        nonlocal told
        if read - told >= _TELL_EVERY:
            told = read
            waiting.write("state", {"step": "running", "read": read, "share": source.fraction()}, ctx=ctx)

    return tell


def _question(path: Path, error: UsageError) -> dict[str, Any] | None:
    """Return what to ask where a person knows the answer: which of two formats, or which column is what."""
    head = head_of(path)
    if isinstance(error, Ambiguous):
        signs = sniff(head)
        near = [sign.source_format for sign in signs if signs[0].score - sign.score < CLOSE]
        return {"step": "question", "asks": "format", "formats": near}
    columns = () if head.members or head.packed else columns_of(head)
    if len(columns) < 2 or head.start.lstrip()[:1] == b"<":
        return None
    rows = [
        [str(row.cells.get(column) or "")[:_CELL_SHOWN] for column in columns[:_COLUMNS_SHOWN]]
        for row in islice(table_rows(Source(path, "", head.size), Report(path.name)), _ROWS_SHOWN)
    ]
    return {
        "step": "question", "asks": "columns", "columns": list(columns[:_COLUMNS_SHOWN]), "rows": rows,
        "guess": mapping_of(columns[:_COLUMNS_SHOWN]),
    }  # fmt: skip
