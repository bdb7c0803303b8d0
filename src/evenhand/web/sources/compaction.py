"""Compaction, once a night: manifest rows are swapped in one transaction, old files go after the last reader."""

from __future__ import annotations

import logging
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyarrow as pa

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

_log: Final = logging.getLogger(__name__)
_FAILURES: Final = (OSError, MemoryError, pa.ArrowException, AssertionError)


def compact_nightly(ctx: Context) -> int:
    """Merge small files in the hours of the night and return how many went. Idempotent: what is merged stays.

    Where it cannot be done (no room, a damaged file) all stays as it was, one line says so, and the next night tries it
    again: small files are slower to read and nothing worse.
    """
    home = Home.here()
    if not BEGINS <= ctx.now().hour < ENDS or not home.corpus.is_dir() or not is_running(home):
        return 0
    tonight = ctx.now().date().isoformat()
    if _given_up(home) == tonight:
        return 0
    try:
        return compact_here(ctx)
    except Busy:
        return 0
    except _FAILURES as error:
        _note(home).write_text(tonight, encoding="utf-8")
        why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        _log.warning("files of the corpus were not merged (%s); nothing was changed; the next night tries again", why)
        return 0


def _note(home: Home) -> Path:
    return home.corpus / ".not-merged"  # the point keeps it out of backups


def _given_up(home: Home) -> str:
    """Return in which night merging failed last, "" if never."""
    return _note(home).read_text(encoding="utf-8") if _note(home).exists() else ""


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
