"""How documents rebuild the app's tables: each says which row got which columns."""

from __future__ import annotations

from django.apps import apps

from evenhand.web.record.projections import Projection, fold_rows, register


def register_all() -> None:
    """Register every table of the app."""
    for model in apps.get_app_config("live").get_models():
        register(Projection(model._meta.db_table, (), fold_rows(model._meta.db_table)))
