"""Bringing files into the corpus: read, seal, then one transaction that makes all of it so."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from evenhand.context import Context
from evenhand.corpus import NO_TERMS, Corpus, Ingested, Terms, ingest
from evenhand.corpus.basis import check_basis
from evenhand.errors import UsageError
from evenhand.posts import Recognised
from evenhand.posts.blanking import CannotBlank
from evenhand.web.home import Home
from evenhand.web.record.documents import instant
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.sources import models
from evenhand.web.sources.blanking import seal_without
from evenhand.web.sources.queries import corpus_here, file_row, is_held
from evenhand.web.sources.retention import clear_words, of_nobody_else
from evenhand.web.sources.sealing import SealedCopy, seal_copy
from evenhand.web.sources.suppression import keep_out, with_erasures

SCREEN_POSTS: Final = "screen-posts"
"""The job that every import leaves for the worker; the desk does it."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What one import did; `id` is empty if the file added nothing and was held already."""

    id: str
    ingested: Ingested


def import_file(
    *,
    recognised: Recognised,
    ctx: Context,
    home: Home | None = None,
    asked_by: ActorId | None = None,
    basis: str | None = None,
    terms: Terms = NO_TERMS,
) -> Imported:
    """Import a recognised file: its posts into the corpus, its bytes into a sealed copy, the act into the record.

    `asked_by`: who brought the file in; the system imports it, because only it may seal under a new key.

    Where it holds posts of somebody who had theirs erased, their words go from what others repeat of them in files that
    came in before; cut short there, the same file again does it.

    All or nothing, and idempotent: a file that adds nothing and is held already leaves no trace. Raises UsageError for
    a file that cannot be used, or while another import runs.
    """
    check_basis(recognised, basis)
    if connection.in_atomic_block:
        raise RuntimeError("an import commits by itself: files that are not committed when it ends are removed")
    home = home or Home.here()
    corpus = corpus_here(home)
    imported = _import(corpus, recognised, ctx, home=home, asked_by=asked_by, basis=basis, terms=terms)
    if theirs := of_nobody_else(imported.ingested.kept_out):
        clear_words(theirs, ctx)
    return imported


def _import(
    corpus: Corpus,
    recognised: Recognised,
    ctx: Context,
    *,
    home: Home,
    asked_by: ActorId | None,
    basis: str | None,
    terms: Terms,
) -> Imported:
    with corpus.writing():
        ingested = ingest(corpus, recognised, ctx, with_erasures(terms))
        if theirs := of_nobody_else(ingested.kept_out):
            keep_out(theirs, ctx)  # another file may repeat them and not say who wrote them
        if not ingested.files and (ingested.suppressed or is_held(recognised.source.sha256)):
            return Imported("", ingested)
        held = _sealed(recognised, ingested, ctx=ctx, home=home)
        with held.copy.or_undone() if held.copy else nullcontext():
            source_id = _record(recognised, ingested, held, asked_by=asked_by, basis=basis, ctx=ctx)
    return Imported(source_id, ingested)


@dataclass(frozen=True, slots=True)
class _Held:
    """In which form the bytes of a file are kept; `said`: what the document says of it besides."""

    copy: SealedCopy | None
    columns: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)


def _sealed(recognised: Recognised, ingested: Ingested, *, ctx: Context, home: Home) -> _Held:
    """Seal the file as it came; one that holds what was erased without that, for its bytes would bring it back.

    Of one that cannot be blanked truthfully nothing is kept but digest and counts, and why.
    """
    if ingested.barred == frozenset():
        return _Held(seal_copy(home, recognised.source, ctx=ctx))
    if ingested.barred is None:
        return _Held(None, said={"not_kept": "too_many_records"})
    try:
        made = seal_without(recognised, ingested.barred, ctx=ctx, home=home)
    except CannotBlank as error:
        return _Held(None, said={"not_kept": error.why.value})
    columns = {"copy_id": made.copy.id, "copy_sha256": made.copy.sha256, "blanked": made.records}
    return _Held(made.copy, columns, {"made": made.made})


def _record(
    recognised: Recognised,
    ingested: Ingested,
    held: _Held,
    *,
    asked_by: ActorId | None,
    basis: str | None,
    ctx: Context,
) -> str:
    with recording(actor=SYSTEM, ctx=ctx, purpose="import posts") as r:
        row = _import_row(r, recognised, ingested, basis) | _copy_columns(r, recognised, held)
        models.Import.objects.create(**row)
        files = [file_row(file) for file in ingested.files]
        models.CorpusFile.objects.bulk_create(models.CorpusFile(**file) for file in files)
        r.add(
            type="corpus.imported",
            obj=row["id"],
            key=ORGANISATION,
            body={
                "import": row | {"imported_at": instant(row["imported_at"])},
                "files_added": files,
                "direction": str(recognised.reader.direction),
                "refused": [
                    {"locator": refused.locator, "reason": refused.reason} for refused in ingested.report.refused[:100]
                ],
                "notes": ingested.report.notes[:100],
                "asked_by": asked_by,
                **held.said,
            },
            commitments={"content": bytes.fromhex(recognised.source.sha256)},
        )
        # Without the desk app nobody screens and there is no such job; the import stands all the same.
        with suppress(UsageError):
            r.enqueue(SCREEN_POSTS, {})
    return str(row["id"])


def _copy_columns(r: Recorder, recognised: Recognised, held: _Held) -> dict[str, Any]:
    """Return what an import's row says of its sealed copy; empty columns where none is kept."""
    copy = held.copy
    if copy is None:
        return {"id": r.ctx.new_id(), "key_id": "", "name_id": "", "wrapped_key": ""}
    name = seal_text(r, key=copy.key, field="source.name", text=recognised.source.name)
    own = r.ctx.new_id() if held.columns else copy.id
    return {"id": own, "key_id": copy.key, "name_id": name, "wrapped_key": copy.wrapped.hex()} | held.columns


def _import_row(r: Recorder, recognised: Recognised, ingested: Ingested, basis: str | None) -> dict[str, Any]:
    words = seal_text(r, key=ORGANISATION, field="source.basis", text=basis) if basis else ""
    report = ingested.report
    return {
        "sha256": recognised.source.sha256,
        "size": recognised.source.size,
        "source_format": recognised.reader.source_format,
        "imported_at": r.ctx.now().replace(microsecond=0),
        "basis_id": words,
        "posts": ingested.posts,
        "control": report.control,
        "merged": ingested.merged,
        "suppressed": report.suppressed,
        "refused": len(report.refused),
    }
