"""Bringing files into the corpus: read, seal, then one transaction that makes all of it so."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from evenhand.context import Context
from evenhand.corpus import NO_TERMS, CorpusFile, Ingested, Terms, ingest
from evenhand.corpus.basis import check_basis
from evenhand.errors import UsageError
from evenhand.posts import Recognised
from evenhand.web.home import Home
from evenhand.web.record.documents import instant
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.sources import models
from evenhand.web.sources.queries import corpus_here, is_held
from evenhand.web.sources.sealing import SealedCopy, seal_copy

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
    actor: ActorId = SYSTEM,
    basis: str | None = None,
    terms: Terms = NO_TERMS,
) -> Imported:
    """Import a recognised file: its posts into the corpus, its bytes into a sealed copy, the act into the record.

    All or nothing, and idempotent: a file that adds nothing and is held already leaves no trace. Raises
    UsageError for a file that cannot be used, or while another import runs.
    """
    check_basis(recognised, basis)
    if connection.in_atomic_block:
        raise RuntimeError("an import commits by itself: files that are not committed when it ends are removed")
    home = home or Home.here()
    corpus = corpus_here(home)
    with corpus.writing():
        ingested = ingest(corpus, recognised, ctx, terms)
        if not ingested.files and is_held(recognised.source.sha256):
            return Imported("", ingested)
        copy = seal_copy(home, recognised.source, ctx=ctx)
        try:
            _record(recognised, ingested, copy, actor=actor, basis=basis, ctx=ctx)
        except BaseException:
            copy.undo()
            raise
    return Imported(copy.id, ingested)


def _record(
    recognised: Recognised, ingested: Ingested, copy: SealedCopy, *, actor: ActorId, basis: str | None, ctx: Context
) -> None:
    with recording(actor=actor, ctx=ctx, purpose="import posts") as r:
        row = _import_row(r, recognised, ingested, copy, basis)
        models.Import.objects.create(**row)
        files = [file_row(file) for file in ingested.files]
        models.CorpusFile.objects.bulk_create(models.CorpusFile(**file) for file in files)
        r.add(
            type="corpus.imported",
            obj=copy.id,
            key=ORGANISATION,
            body={
                "import": row | {"imported_at": instant(row["imported_at"])},
                "files_added": files,
                "direction": str(recognised.reader.direction),
                "refused": [
                    {"locator": refused.locator, "reason": refused.reason} for refused in ingested.report.refused[:100]
                ],
                "notes": ingested.report.notes[:100],
            },
            commitments={"content": bytes.fromhex(recognised.source.sha256)},
        )
        # Without the desk app nobody screens and there is no such job; the import stands all the same.
        with suppress(UsageError):
            r.enqueue(SCREEN_POSTS, {})


def _import_row(
    r: Recorder, recognised: Recognised, ingested: Ingested, copy: SealedCopy, basis: str | None
) -> dict[str, Any]:
    name = seal_text(r, key=copy.key, field="source.name", text=recognised.source.name)
    words = seal_text(r, key=ORGANISATION, field="source.basis", text=basis) if basis else ""
    report = ingested.report
    return {
        "id": copy.id,
        "sha256": recognised.source.sha256,
        "size": recognised.source.size,
        "source_format": recognised.reader.source_format,
        "imported_at": r.ctx.now().replace(microsecond=0),
        "key_id": copy.key,
        "name_id": name,
        "basis_id": words,
        "wrapped_key": copy.wrapped.hex(),
        "posts": ingested.posts,
        "control": report.control,
        "merged": ingested.merged,
        "suppressed": report.suppressed,
        "refused": len(report.refused),
    }


def file_row(file: CorpusFile) -> dict[str, Any]:
    """Return a corpus file as its manifest row and its document hold it."""
    return {
        "name": file.name,
        "kind": str(file.kind),
        "rows": file.rows,
        "size": file.size,
        "sha256": file.sha256,
        "oldest_import": file.oldest_import,
    }
