"""INV-07, INV-12, INV-25, INV-27: what is never changed and what is never deleted, against raw SQL on both engines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from tests.databases import Desk

from evenhand.errors import DoesNotHold
from evenhand.web.cases import edges
from evenhand.web.home import Home
from evenhand.web.record.guards import check_triggers

ENGINES = ("sqlite", "postgresql")


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_edges_are_those_of_the_code(any_desk: Desk) -> None:
    check_triggers()
    assert edges.stored_rows(connection) == edges.edge_rows()
    edges.after_migrate("default")
    assert edges.stored_rows(connection) == edges.edge_rows()


def test_nobody_adds_or_changes_an_edge(any_desk: Desk) -> None:
    columns = "table_version, source, target, transition, final"
    refused(f"INSERT INTO cases_edge ({columns}) VALUES (1, 'closed', 'hearing', 'T19', false)")
    refused("UPDATE cases_edge SET target = 'closed'")
    refused("DELETE FROM cases_edge")
    if connection.vendor == "sqlite":
        refused("INSERT OR REPLACE INTO cases_edge SELECT * FROM cases_edge")
    else:
        refused("TRUNCATE cases_edge")


def test_changed_edges_stop_the_next_migration(any_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edges, "TABLE", edges.TABLE[1:])
    with pytest.raises(DoesNotHold, match="edges of table version"):
        edges.after_migrate("default")


def test_no_table_is_without_a_guard_and_the_two_engines_have_the_same(desk_db: Home) -> None:
    for label in ("cases", "rules"):
        folder = Path(apps.get_app_config(label).path) / "triggers"
        texts = {engine: "".join(p.read_text() for p in sorted(folder.rglob(f"{engine}.sql"))) for engine in ENGINES}
        for model in apps.get_app_config(label).get_models():
            table = model._meta.db_table
            assert f"CREATE TRIGGER {table}_no_delete" in texts["sqlite"], table
            assert re.search(rf"BEFORE (UPDATE OR )?DELETE OR TRUNCATE ON {table}\n", texts["postgresql"]), table
        names = {engine: _names(text) for engine, text in texts.items()}
        assert names["sqlite"] == names["postgresql"]
        for name in re.findall(r"CREATE TRIGGER (\w+)", texts["postgresql"]):
            assert f"ENABLE ALWAYS TRIGGER {name};" in texts["postgresql"]


def _names(text: str) -> set[str]:
    """Return the rules by name; what one engine says in two triggers or under another suffix counts once."""
    found = set(re.findall(r"CREATE TRIGGER (\w+)", text))
    return {re.sub(r"_(no_update|no_replace|no_delete|append_only|i|u)$", "", name) for name in found}
