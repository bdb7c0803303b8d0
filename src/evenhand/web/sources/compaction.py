"""Compaction, once a night: manifest rows are swapped in one transaction, old files go after the last reader."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256

from evenhand.context import Context
from evenhand.corpus.compacting import compact
from evenhand.corpus.store import Busy
from evenhand.web.home import Home
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.keys import is_running
from evenhand.web.record.nightly import BEGINS, ENDS
from evenhand.web.record.unit import recording
from evenhand.web.sources import models
from evenhand.web.sources.queries import corpus_here, file_row


def compact_nightly(ctx: Context) -> int:
    """Merge small files in the hours of the night and return how many went. Idempotent: what is merged stays."""
    home = Home.here()
    if not BEGINS <= ctx.now().hour < ENDS or not home.corpus.is_dir() or not is_running(home):
        return 0
    try:
        return compact_here(ctx)
    except Busy:
        return 0


def remove_retired(_ctx: Context) -> int:
    """Remove files that waited for their last reader, and what a killed import left; return 1 if there was any.

    Due work: every minute.
    """
    home = Home.here()
    corpus = corpus_here(home)
    if not home.corpus.is_dir() or not corpus.has_left():
        return 0
    with suppress(Busy), corpus.writing():
        return 1
    return 0


def compact_here(ctx: Context) -> int:
    """Merge small files now and return how many went; raises Busy during an import."""
    corpus = corpus_here()
    with corpus.writing(), recording(actor=SYSTEM, ctx=ctx, purpose="merge files of the corpus") as r:
        merged = compact(corpus, ctx)
        if not merged.removed:
            return 0
        models.CorpusFile.objects.filter(name__in=[file.name for file in merged.removed]).delete()
        models.CorpusFile.objects.bulk_create(models.CorpusFile(**file_row(file)) for file in merged.added)
        body = {
            "files_removed": [file.name for file in merged.removed],
            "files_added": [file_row(file) for file in merged.added],
        }
        digest = sha256("\n".join(file.sha256 for file in merged.added).encode()).digest()
        r.add(type="corpus.rewritten", key=ORGANISATION, body=body, commitments={"content": digest})
        corpus.leaving(merged.removed)
        r.on_commit(corpus.retire)
    return len(merged.removed)
