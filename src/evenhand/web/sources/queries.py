"""The corpus of this installation, and what has been imported."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from evenhand.corpus import Corpus, CorpusFile, FileKind
from evenhand.errors import UsageError
from evenhand.web.home import Home
from evenhand.web.record.queries import leaf_about
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
        imports = {copy_name(row.held_as) for row in _sealed()}
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
    held = {copy_name(row.held_as) for row in _sealed()}
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


@dataclass(frozen=True, slots=True)
class BlankedCopy:
    """A sealed file that took the place of one that came in: `leaf` says so, and refers to those before it."""

    source_sha256: str
    copy_sha256: str
    blanked: int
    leaf: int
    refs: tuple[int, ...]


def blanked_copy(row: models.Import) -> BlankedCopy | None:
    """Return what took the place of an import's sealed copy; None where it is held as it came, or not at all."""
    if not row.copy_id or not row.key_id:
        return None
    came = leaf_about(row.id, "corpus.imported")
    *before, leaf = [came, *leaves_of_copy(row.id)]  # what was erased before it came was never sealed as it came
    refs = tuple(dict.fromkeys((*before[:1], *before[-1:])))
    return BlankedCopy(row.sha256, row.copy_sha256, row.blanked, leaf, refs)


def blanked_copies() -> list[BlankedCopy]:
    """Return every sealed file that took the place of one that came in, oldest import first."""
    rows = _sealed().exclude(copy_id="").order_by("imported_at", "id")
    return [copy for row in rows if (copy := blanked_copy(row)) is not None]


def leaves_of_copy(source_id: str) -> list[int]:
    """Return the leaves that say what took the place of an import's sealed copy, in order."""
    found: list[int] = []
    with suppress(UsageError):
        while True:
            found.append(leaf_about(source_id, "corpus.rewritten", since=found[-1] + 1 if found else 0))
    return found


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
