"""The corpus of this installation, and what has been imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from evenhand.corpus import Corpus, CorpusFile, FileKind
from evenhand.web.home import Home
from evenhand.web.sources import models


class DeskManifest:
    """The manifest whose rows live in the desk database: their commit is the commit of an import."""

    def files(self) -> Sequence[CorpusFile]:
        """Return the files that are committed now."""
        return [
            CorpusFile(row.name, FileKind(row.kind), row.rows, row.size, row.sha256, row.oldest_import)
            for row in models.CorpusFile.objects.order_by("oldest_import", "name")
        ]


def corpus_here(home: Home | None = None) -> Corpus:
    """Return the corpus of a home (default: the one of this process)."""
    return Corpus((home or Home.here()).corpus, DeskManifest())


def query(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> pa.Table:
    """Return the rows of a query over this installation's `posts`, `observations` and `events`, as Arrow."""
    return corpus_here().query(sql, params)


def is_held(sha256: str) -> bool:
    """Return whether a file with these bytes is held sealed already."""
    return models.Import.objects.filter(sha256=sha256).exclude(key_id="").exists()
