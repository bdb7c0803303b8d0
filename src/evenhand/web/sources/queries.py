"""The corpus of this installation, and what has been imported."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

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

    def committed(self, names: Collection[str]) -> set[str]:
        """Return which of these files are corpus files of the manifest, or sealed copies of an import."""
        imports = {copy_name(found) for found in _sealed().values_list("id", flat=True)}
        return set(names) & (imports | set(models.CorpusFile.objects.values_list("name", flat=True)))

    def same_acts(self) -> Mapping[str, str]:
        """Return record key -> the record key of the same act; of a chain, the one that was there first."""
        told = dict(models.SameAct.objects.filter(answer="same").values_list("record", "same_as"))
        return {record: _first(told, record) for record in told}


def _first(told: Mapping[str, str], record: str) -> str:
    seen = {record}
    while (following := told.get(record)) is not None and following not in seen:
        seen.add(following)
        record = following
    return record


def copy_name(source_id: str) -> str:
    """Return the name of a source's sealed copy below the corpus folder."""
    return f"sources/{source_id}.sealed"


def stray_copies(home: Home) -> list[Path]:
    """Return the sealed copies that no import names: nobody can open them any more."""
    folder = home.corpus / "sources"
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    held = {copy_name(source_id) for source_id in _sealed().values_list("id", flat=True)}
    return [path for path in found if f"sources/{path.name}" not in held]


def _sealed() -> QuerySet[models.Import]:
    return models.Import.objects.exclude(key_id="")


def corpus_here(home: Home | None = None) -> Corpus:
    """Return the corpus of a home (default: the one of this process)."""
    return Corpus((home or Home.here()).corpus, DeskManifest())


def query(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> pa.Table:
    """Return the rows of a query over this installation's `posts`, `observations` and `events`, as Arrow."""
    return corpus_here().query(sql, params)


def is_held(sha256: str) -> bool:
    """Return whether a file with these bytes is held sealed already."""
    return _sealed().filter(sha256=sha256).exists()


def past_imports(most: int) -> list[models.Import]:
    """Return the last imports, newest first."""
    return list(models.Import.objects.order_by("-imported_at", "id")[:most])
