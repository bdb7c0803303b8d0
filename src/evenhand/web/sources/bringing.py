"""The job that reads an upload: recognises it, asks what it cannot know, imports it, and keeps the story."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from evenhand.context import Context
from evenhand.corpus import Corpus, Ingested, Terms, ingest
from evenhand.corpus.mappings import Guessed, keep_mapping, recognise_mapped
from evenhand.corpus.tally import tallied
from evenhand.corpus.telling import facts_of
from evenhand.errors import Ambiguous, EvenhandError, UsageError
from evenhand.posts import Choices, Recognised, Source, sniff
from evenhand.posts.mapped.guess import guess, guess_text
from evenhand.posts.recognition import CLOSE, head_of
from evenhand.posts.said import packed
from evenhand.web.home import Home
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.queries import corpus_here
from evenhand.web.sources.suppression import with_erasures
from evenhand.web.sources.waiting import Waiting, find

BRING_IN: Final = "bring-in-file"
_TELL_EVERY: Final = 5_000
_CELL_SHOWN: Final = 80
TRIES: Final = "tries"
MOST_TRIES: Final = 2
"""A file that took the process down which read it is tried once more, then it is said."""


def bring_in(payload: dict[str, Any], ctx: Context) -> None:
    """Do the job `bring-in-file`; what it came to stands in the upload's state, whatever happens."""
    waiting = find(payload["upload"])
    if waiting is None or not waiting.is_whole:
        return
    answers = waiting.read("answers")
    tries = answers.get(TRIES, 0) + 1
    waiting.write("answers", answers | {TRIES: tries}, ctx=ctx)
    if tries > MOST_TRIES:
        waiting.write("state", {"step": "failed", "what": "", "mend": ""}, ctx=ctx)
        return
    try:
        with waiting.plain() as path:
            state = _run(waiting, path, ctx)
    except EvenhandError as error:
        state = {"step": "failed", "what": packed(error.what), "mend": packed(error.mend)}
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
        return _asks("basis")
    counted, tally = tallied(recognised)
    terms = Terms(progress=_progress(waiting, recognised.source, ctx))
    try:
        ingested = _ingest(recognised, counted, waiting, terms, ctx, basis=basis, dry=bool(answers.get("dry")))
    except Ambiguous as error:
        return _asks("order", what=error.what)
    facts = facts_of(recognised, ingested, tally, dry=bool(answers.get("dry")))
    waiting.write("facts", asdict(facts), ctx=ctx)
    return {"step": "done"}


def _recognised(path: Path, answers: dict[str, Any]) -> Recognised:
    folder = Home.here().corpus
    choices = Choices(answers.get("timezone") or None, answers.get("order") or None)
    found = guess(path) if answers.get("columns") else None
    if found is None:
        return recognise_mapped(path, folder, as_format=answers.get("format") or None, choices=choices)
    named = path.with_name("mapping.toml")
    named.write_text(guess_text(replace(found, mapping=dict(answers["columns"])), path.stem), encoding="utf-8")
    return recognise_mapped(path, folder, as_format=None, choices=choices, named=named)


def _ingest(
    original: Recognised, counted: Recognised, waiting: Waiting, terms: Terms, ctx: Context, *, basis: str, dry: bool
) -> Ingested:
    if dry:
        corpus = corpus_here()
        aside = Corpus(corpus.folder, corpus.manifest, original.source.path.parent)  # goes with the file in the clear
        return ingest(aside, counted, ctx, with_erasures(terms), keep=False)
    done = import_file(recognised=counted, ctx=ctx, asked_by=waiting.actor, basis=basis or None, terms=terms)
    keep_mapping(original, Home.here().corpus)
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
    """Return what to ask where a person knows the answer: which of two formats, which date, which column is what."""
    if isinstance(error, Guessed):
        found = error.guess
        rows = [[row.get(field, "")[:_CELL_SHOWN] for field in found.mapping] for row in found.sample]
        shown = list(found.mapping.values())
        return _asks("columns", columns=list(found.columns), shown=shown, rows=rows, guess=found.mapping)
    if not isinstance(error, Ambiguous):
        return None
    signs = sniff(head_of(path))
    near = [sign.source_format for sign in signs if signs[0].score - sign.score < CLOSE]
    return _asks("format", formats=near) if len(near) > 1 else _asks("order", what=error.what)


def _asks(asks: str, **more: Any) -> dict[str, Any]:
    return {"step": "question", "asks": asks, **more}
