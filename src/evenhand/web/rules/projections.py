"""How documents rebuild the tables of rules: each names the rows it wrote and their columns."""

from __future__ import annotations

from typing import Final

from evenhand.web.record.projections import Projection, fold_rows, register

TABLES: Final = ("rules_code_version", "rules_clause", "rules_procedure_version", "rules_proposal")
_TYPES: Final = ("code.adopted", "procedure.adopted", "policy.changed")


def register_all() -> None:
    """Register the four tables; called once when Django starts."""
    for table in TABLES:
        register(Projection(table, _TYPES, fold_rows(table)))
