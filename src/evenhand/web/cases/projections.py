"""How documents rebuild the tables of cases: each says which row got which columns, and this applies them."""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps

from evenhand.web.cases.edges import edge_rows
from evenhand.web.record.projections import Projection, fold_rows, register

_EDGES: Final = "cases_edge"  # written by a migration from the table in code
_APART: Final = {"cases_party": frozenset({"receipt_index"})}
"""What the log itself says and a row only remembers: where the receipt stands in it."""


def register_all() -> None:
    """Register every table of the app."""
    for model in apps.get_app_config("cases").get_models():
        table = model._meta.db_table
        brought = _edges if table == _EDGES else dict
        register(Projection(table, (), fold_rows(table), apart=_APART.get(table, frozenset()), brought=brought))


def _edges() -> dict[Any, dict[str, Any]]:
    names = ("table_version", "source", "target", "transition", "final")
    return {row[:3]: dict(zip(names, row, strict=True)) for row in edge_rows()}
