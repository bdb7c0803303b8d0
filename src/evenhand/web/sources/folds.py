"""Rebuilding the manifest and the imports from documents."""

from __future__ import annotations

from typing import Any, Final

from evenhand.web.record.documents import Document
from evenhand.web.record.projections import Projection, fold_rows, register

_AS_IT_CAME: Final[dict[str, Any]] = {"copy_id": "", "copy_sha256": "", "blanked": 0}
_TYPES: Final = ("corpus.imported", "corpus.rewritten", "retention.purged")


def _fold_imports(state: dict[Any, dict[str, Any]], document: Document) -> None:
    if document.type == "corpus.imported":
        row = document.body["import"]
        state[row["id"]] = _AS_IT_CAME | row
    if "blanked_source" in document.body:
        changed = document.body["blanked_source"]
        state[changed["id"]] = state[changed["id"]] | changed
    for import_id in document.body.get("forgotten_sources", ()):
        state[import_id] = state[import_id] | {"key_id": "", "wrapped_key": "", "name_id": ""}


def _fold_files(state: dict[Any, dict[str, Any]], document: Document) -> None:
    for name in document.body.get("files_removed", ()):
        state.pop(name)
    for row in document.body.get("files_added", ()):
        state[row["name"]] = dict(row)


def register_all() -> None:
    """Register the projections of this app."""
    register(Projection(table="sources_import", types=_TYPES, fold=_fold_imports))
    register(Projection(table="sources_corpus_file", types=_TYPES, fold=_fold_files))
    register(Projection("sources_same_act", ("corpus.rewritten",), fold_rows("sources_same_act")))
    register(Projection("sources_suppressed", ("corpus.rewritten",), fold_rows("sources_suppressed")))
