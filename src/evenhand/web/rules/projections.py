"""How documents rebuild the tables of rules: each names the rows it wrote and their columns."""

from __future__ import annotations

from typing import Any, Final

from django.db import models

from evenhand.web.record.projections import Projection, fold_rows, plain, register

TABLES: Final = ("rules_code_version", "rules_clause", "rules_procedure_version", "rules_proposal")
_TYPES: Final = ("code.adopted", "procedure.adopted", "policy.changed")


def register_all() -> None:
    """Register the four tables; called once when Django starts."""
    for table in TABLES:
        register(Projection(table, _TYPES, fold_rows(table)))


def said(row: models.Model) -> list[Any]:
    """Return a whole row as a document says it: table, key, columns."""
    columns = {field.column: plain(getattr(row, field.attname)) for field in row._meta.concrete_fields}
    return [row._meta.db_table, row.pk, columns]
