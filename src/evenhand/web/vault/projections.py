"""How documents rebuild the tables of the vault: each says the rows it wrote, whole."""

from __future__ import annotations

from typing import Final

from django.apps import apps

from evenhand.web.record.projections import Projection, fold_rows, register

_APART: Final = {"vault_object": frozenset({"checked_at"})}
"""When the scrubber last read an object: no act decides it."""


def register_all() -> None:
    """Register every table of the app."""
    for model in apps.get_app_config("vault").get_models():
        table = model._meta.db_table
        register(Projection(table, (), fold_rows(table), apart=_APART.get(table, frozenset())))
