"""T-TRIG: both engines refuse to rewrite, in every way; a dropped or changed trigger is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import DatabaseError, connection, models, transaction
from tests.databases import Desk

from evenhand.errors import DoesNotHold, UsageError
from evenhand.web.record.durability import check_file_system
from evenhand.web.record.guards import (
    apply_triggers,
    check_triggers,
    grant_application_role,
    schema_changes,
    trigger_findings,
)
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.models import Record
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.start import check_start
from evenhand.web.record.unit import recording

# table -> (a column to change, its key column)
APPEND_ONLY = {
    "ledger_entry": ("data", "seq"),
    "ledger_checkpoint": ("note", "size"),
    "record": ("sealed", "id"),
}
NEVER_CHANGES = {"opening": "sealed", "sealed_text": "ciphertext"}


@pytest.fixture
def used(any_desk: Desk) -> Desk:
    with recording(actor=SYSTEM, ctx=any_desk.ctx, purpose="test") as r:
        seal_text(r, key=ORGANISATION, field="lead.snapshot", text="You muppet")
        r.add(type="lead.disposed", key=ORGANISATION, body={})
    return any_desk


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError):
        run(statement)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_append_only(used: Desk, table: str) -> None:
    column, key = APPEND_ONLY[table]
    copied = f"SELECT * FROM {table}"
    refused(f"UPDATE {table} SET {column} = {column}")
    refused(f"DELETE FROM {table}")
    refused(f"INSERT INTO {table} {copied} WHERE true ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}")
    if connection.vendor == "sqlite":
        refused(f"INSERT OR REPLACE INTO {table} {copied}")
        refused(f"REPLACE INTO {table} {copied}")
        refused(f"UPDATE OR REPLACE {table} SET {column} = {column}")
    else:
        refused(f"TRUNCATE {table}")
        refused(f"SET LOCAL session_replication_role = replica; DELETE FROM {table}")


@pytest.mark.parametrize("table", NEVER_CHANGES)
def test_erasable_but_never_changed(used: Desk, table: str) -> None:
    column = NEVER_CHANGES[table]
    refused(f"UPDATE {table} SET {column} = {column}")
    if connection.vendor == "sqlite":
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    run(f"DELETE FROM {table}")


def test_a_replaced_seq_is_refused(desk: Desk) -> None:
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        r.add(type="lead.disposed", key=ORGANISATION, body={})
    refused(f"INSERT OR REPLACE INTO record SELECT '{desk.ctx.new_id()}', seq, key_id, sealed FROM record")


def test_head_and_tiles_only_grow(used: Desk) -> None:
    refused("UPDATE ledger_head SET size = size - 1")
    refused("UPDATE ledger_head SET size = size")
    refused("DELETE FROM ledger_head")
    refused("UPDATE ledger_tile SET hashes = substr(hashes, 1, 32)")
    refused("DELETE FROM ledger_tile")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER record_no_update",
        "DROP TABLE record",
        "CREATE TABLE x (y)",
        "ALTER TABLE record ADD COLUMN x",
        "CREATE TEMP TRIGGER t BEFORE INSERT ON record BEGIN SELECT 1; END",
        "DROP INDEX record_key_id_1",
        "PRAGMA writable_schema = ON",
        "PRAGMA recursive_triggers = OFF",
        "PRAGMA synchronous = OFF",
        "ATTACH ':memory:' AS other",
    ],
)
def test_the_application_cannot_change_the_schema_on_sqlite(desk: Desk, statement: str) -> None:
    with pytest.raises(DatabaseError, match=r"not authorized|prohibited|no such"):
        connection.cursor().execute(statement)
    check_triggers()


def test_a_dropped_trigger_stops_the_start(used: Desk) -> None:
    check_start()
    with schema_changes(connection):
        if connection.vendor == "sqlite":
            run("DROP TRIGGER record_no_delete")
        else:
            run("DROP TRIGGER record_append_only ON record")
    with pytest.raises(DoesNotHold, match="triggers_changed: record_"):
        check_start()
    with schema_changes(connection):
        apply_triggers(connection)
    check_start()


def test_a_changed_trigger_or_index_is_noticed(used: Desk) -> None:
    with schema_changes(connection):
        if connection.vendor == "sqlite":
            run("DROP TRIGGER record_no_delete")
            run("CREATE TRIGGER record_no_delete BEFORE DELETE ON record BEGIN SELECT 1; END")
        else:
            run(
                "CREATE OR REPLACE FUNCTION evenhand_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RETURN NULL; END $$"
            )
    assert trigger_findings(connection)
    with schema_changes(connection):
        apply_triggers(connection)
        run("CREATE INDEX sly ON record (sealed)")
    assert trigger_findings(connection)


@pytest.mark.postgresql
@pytest.mark.slow
@pytest.mark.parametrize("any_desk", ["postgresql"], indirect=True)
def test_a_switched_off_trigger_is_noticed(any_desk: Desk) -> None:
    run("ALTER TABLE record DISABLE TRIGGER record_append_only")
    assert ("record_append_only", "the trigger is switched off") in trigger_findings(connection)


def test_a_rebuilt_table_loses_its_triggers_and_migrate_brings_them_back(any_desk: Desk) -> None:
    from django.core.management import call_command

    with schema_changes(connection), connection.schema_editor() as editor:
        constraint = models.CheckConstraint(condition=models.Q(seq__gte=0), name="seq_from_zero")
        editor.add_constraint(Record, constraint)
    assert bool(trigger_findings(connection)) == (connection.vendor == "sqlite")
    call_command("migrate", verbosity=0)
    assert trigger_findings(connection) == []


@pytest.mark.postgresql
@pytest.mark.slow
@pytest.mark.parametrize("any_desk", ["postgresql"], indirect=True)
def test_the_application_role_records_and_cannot_rewrite(any_desk: Desk) -> None:
    run("DROP ROLE IF EXISTS desk_app")
    run("CREATE ROLE desk_app")
    grant_application_role(connection, "desk_app")
    connection.cursor().execute("SET ROLE desk_app")
    with recording(actor=SYSTEM, ctx=any_desk.ctx, purpose="as the application") as r:
        seal_text(r, key=ORGANISATION, field="note", text="You muppet")
        r.add(type="wave.filed", key=ORGANISATION, body={})
    assert r.acknowledged
    for statement in (
        "UPDATE record SET sealed = sealed",
        "DELETE FROM ledger_entry",
        "TRUNCATE read_row",
        "TRUNCATE opening",
        "DROP TRIGGER record_append_only ON record",
        "ALTER TABLE record DISABLE TRIGGER USER",
        "SET session_replication_role = replica",
        "UPDATE schema_manifest SET digest = 'x'",
    ):
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
            run(statement)
    connection.cursor().execute("RESET ROLE")
    run("DROP OWNED BY desk_app; DROP ROLE desk_app")


@pytest.mark.parametrize(
    ("mounts", "refused_kind"),
    [
        ("/dev/sda / ext4 rw 0 0\nserver:/x /srv nfs4 rw 0 0\n", "nfs4"),
        ("server:/x / nfs rw 0 0\n/dev/sda /srv ext4 rw 0 0\n", None),
        ("", None),
    ],
)
def test_sqlite_on_a_network_file_system_is_refused(mounts: str, refused_kind: str | None) -> None:
    path = Path("/srv/evenhand/desk.sqlite3")
    if refused_kind is None:
        check_file_system(path, mounts)
        return
    with pytest.raises(UsageError, match=refused_kind):
        check_file_system(path, mounts)
