"""INV-07: no case is deleted; only the retention job will ever anonymise one."""

from __future__ import annotations

from django.apps import apps
from django.db import connection
from tests.databases import Desk
from tests.inv.inv_court import refused


def test_no_row_of_a_case_is_deleted(court: Desk) -> None:
    for model in apps.get_app_config("cases").get_models():
        table = model._meta.db_table
        if model._default_manager.exists():
            refused("never deleted|append-only", f"DELETE FROM {table}")
        if connection.vendor == "postgresql":
            refused("never deleted|append-only", f"TRUNCATE {table} CASCADE")


def test_nothing_is_replaced_by_another_row(court: Desk) -> None:
    if connection.vendor != "sqlite":
        return
    for model in apps.get_app_config("cases").get_models():
        table = model._meta.db_table
        if model._default_manager.exists():
            refused("INV-|never deleted|append-only|code", f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
