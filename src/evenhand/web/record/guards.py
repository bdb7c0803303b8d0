"""Triggers and the SQLite authorizer: the database refuses what the code must never do.

Each app registers a folder with `sqlite.sql` and `postgresql.sql`. Both are applied again after every migration
(a table rebuild on SQLite drops triggers silently), and start-up compares what is there with the files and with
the digest of all triggers and indexes that the last migration left. Defence in depth: EVIDENCE §1.5.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from evenhand.errors import DoesNotHold
from evenhand.web.record.models import LedgerEntry, SchemaManifest

_FOLDERS: Final[dict[str, Path]] = {}
_migrating = threading.local()

_APPEND_ONLY: Final = "_append_only"
_NAMED = re.compile(r"^CREATE TRIGGER (\w+)", re.MULTILINE)
# Statements that change the schema or reach another file. REINDEX and ANALYZE change no answer, but no page needs them.
_DENIED: Final = frozenset(
    {
        sqlite3.SQLITE_CREATE_INDEX, sqlite3.SQLITE_CREATE_TABLE, sqlite3.SQLITE_CREATE_TEMP_INDEX,
        sqlite3.SQLITE_CREATE_TEMP_TABLE, sqlite3.SQLITE_CREATE_TEMP_TRIGGER,
        sqlite3.SQLITE_CREATE_TEMP_VIEW, sqlite3.SQLITE_CREATE_TRIGGER, sqlite3.SQLITE_CREATE_VIEW,
        sqlite3.SQLITE_DROP_INDEX, sqlite3.SQLITE_DROP_TABLE, sqlite3.SQLITE_DROP_TEMP_INDEX,
        sqlite3.SQLITE_DROP_TEMP_TABLE, sqlite3.SQLITE_DROP_TEMP_TRIGGER, sqlite3.SQLITE_DROP_TEMP_VIEW,
        sqlite3.SQLITE_DROP_TRIGGER, sqlite3.SQLITE_DROP_VIEW, sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_REINDEX, sqlite3.SQLITE_CREATE_VTABLE, sqlite3.SQLITE_DROP_VTABLE,
        sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH,
    }
)  # fmt: skip
# Pragmas that, given a value, would weaken the guards or the durability of this connection.
_FIXED_PRAGMAS: Final = frozenset(
    {
        "writable_schema", "recursive_triggers", "foreign_keys", "ignore_check_constraints", "synchronous",
        "journal_mode", "secure_delete", "schema_version", "defer_foreign_keys", "trusted_schema",
        "legacy_alter_table", "locking_mode", "auto_vacuum",
    }
)  # fmt: skip


def register_triggers(app_label: str, folder: Path) -> None:
    """Register an app's folder of `sqlite.sql` and `postgresql.sql`; call it in the app's `ready()`."""
    _FOLDERS[app_label] = folder


def connect(record: AppConfig) -> None:
    """Register the record's own triggers and hook the guards to connections and migrations."""
    register_triggers("record", Path(record.path) / "triggers")
    connection_created.connect(_on_connection, dispatch_uid="record.authorizer")
    pre_migrate.connect(_before_migrate, sender=record, dispatch_uid="record.pre_migrate")
    post_migrate.connect(_after_migrate, sender=record, dispatch_uid="record.post_migrate")


@contextmanager
def schema_changes(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Allow DDL on this connection for the duration: what `migrate` does. Re-apply the triggers afterwards."""
    _lift(connection)
    try:
        yield
    finally:
        _set_authorizer(connection)


def apply_triggers(connection: BaseDatabaseWrapper) -> None:
    """Replace all triggers by those of the registered files and write down the digest of the schema."""
    present = {name: table for name, table, _ in _live_triggers(connection)}
    with connection.cursor() as cursor:
        for name, table in present.items():
            on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER "{name}"{on}')
        for folder in _FOLDERS.values():
            for statement in _statements(connection.vendor, folder):
                cursor.execute(statement)
        cursor.execute("DELETE FROM schema_manifest")
        cursor.execute("INSERT INTO schema_manifest (id, digest) VALUES (1, %s)", [schema_digest(connection)])


def grant_application_role(connection: BaseDatabaseWrapper, role: str) -> None:
    """Let a PostgreSQL role, which must not own the tables, do what the program does and no more.

    It reads and inserts everywhere, but may not UPDATE, DELETE or TRUNCATE what is append-only, nor change a
    trigger. Run by `migrate` (as the owner) for the role that EVENHAND_DATABASE_ROLE names.
    """
    quoted = connection.ops.quote_name(role)
    append_only = ", ".join(_append_only_tables())
    with connection.cursor() as cursor:
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {quoted}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {append_only} FROM {quoted}, PUBLIC",
            f"GRANT DELETE ON record TO {quoted}",  # of an erasure that is on record alone: its row trigger says which
            f"REVOKE ALL ON schema_manifest, django_migrations FROM {quoted}",
            f"GRANT SELECT ON schema_manifest, django_migrations TO {quoted}",
        ):
            cursor.execute(statement)


def trigger_findings(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Return (table or trigger, words) for each trigger or index that is not as the last migration left it."""
    live = {name: text for name, _, text in _live_triggers(connection)}
    expected = _expected(connection.vendor)
    found = [(name, "the trigger is missing") for name in expected if name not in live]
    found += [(name, "the trigger is not one of ours") for name in live if name not in expected]
    found += [
        (name, "the trigger was changed")
        for name, text in expected.items()
        if text is not None and name in live and _plain(live[name]) != _plain(text)
    ]
    found += [
        (name, "the trigger is switched off")
        for name, text in live.items()
        if connection.vendor == "postgresql" and not text.startswith("A ")
    ]
    if not found and not _as_migrated(connection):
        found.append(("schema_manifest", "an index, a trigger or its function was changed since the last migration"))
    return found


def check_triggers(connection: BaseDatabaseWrapper | None = None) -> None:
    """Raise DoesNotHold (`triggers_changed`) if a trigger or index is missing, changed or switched off."""
    findings = trigger_findings(connection or connections["default"])
    if findings:
        listed = "; ".join(f"{name}: {words}" for name, words in findings[:5])
        raise DoesNotHold(
            f"triggers_changed: {listed}",
            where="desk database",
            mend="Find out who changed it and run `evenhand ledger verify`; then put all triggers back with"
            " `python -m django migrate --settings evenhand.web.settings`.",
        )


def check_before_migrating(connection: BaseDatabaseWrapper) -> None:
    """Raise DoesNotHold (`triggers_changed`) unless triggers and indexes are as the last migration left them.

    Migrating puts every trigger back, so a change must be noticed before. A database without any leaf passes.
    """
    if SchemaManifest._meta.db_table not in connection.introspection.table_names():
        return
    if not LedgerEntry.objects.using(connection.alias).exists():
        return
    if not _as_migrated(connection):
        raise DoesNotHold(
            "triggers_changed: a trigger or an index was changed since the last migration",
            where="desk database",
            mend="Find out who changed it (a migration that was cut short does it too), run `evenhand ledger verify`,"
            " then `python -m django migrate --settings evenhand.web.settings`.",
        )


def schema_digest(connection: BaseDatabaseWrapper) -> str:
    """Return the SHA-256 (hex) over all triggers, trigger functions and indexes of the database."""
    indexes = [(name, table, _choice_as_list(text)) for name, table, text in _live_indexes(connection)]
    return _digest([*_live_triggers(connection), *indexes])


def _as_migrated(connection: BaseDatabaseWrapper) -> bool:
    # Earlier migrations wrote down PostgreSQL's own wording, which a dump and its restoring change.
    as_worded = _digest([*_live_triggers(connection), *_live_indexes(connection)])
    return _written_digest(connection) in (schema_digest(connection), as_worded)


def _digest(parts: list[tuple[str, str, str]]) -> str:
    return hashlib.sha256(json.dumps(sorted(parts)).encode()).hexdigest()


def _choice_as_list(definition: str) -> str:
    """Return an index definition in which `= ANY (ARRAY[…])` is the bare list of its words, whatever casts stand in it.

    PostgreSQL words the casts anew when a dump is restored: ARRAY['a'::character varying]::text[] becomes
    ARRAY[('a'::character varying)::text].
    """
    return _CHOICE.sub(lambda found: f"= ANY [{', '.join(_WORD.findall(found[2]))}]", definition)


def _written_digest(connection: BaseDatabaseWrapper) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM schema_manifest WHERE id = 1")
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def _statements(vendor: str, folder: Path) -> list[str]:
    path = folder / f"{vendor}.sql"
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    # psycopg sends a file of many statements as it is; SQLite takes one at a time.
    return _split(text) if vendor == "sqlite" else [text]


def _split(text: str) -> list[str]:
    statements, gathered = [], ""
    for line in text.splitlines(keepends=True):
        if line.startswith("--") or (not gathered and not line.strip()):
            continue
        gathered += line
        if sqlite3.complete_statement(gathered):
            statements.append(gathered.strip())
            gathered = ""
    return statements


def _expected(vendor: str) -> dict[str, str | None]:
    """Return trigger name -> its text (None on PostgreSQL, which stores its own rendering of it)."""
    expected: dict[str, str | None] = {}
    for folder in _FOLDERS.values():
        for statement in _statements(vendor, folder):
            for name in _NAMED.findall(statement):
                expected[name] = statement if vendor == "sqlite" else None
    return expected


def _append_only_tables() -> list[str]:
    """Return the tables of all apps that have a trigger `<table>_append_only` on PostgreSQL."""
    return [name.removesuffix(_APPEND_ONLY) for name in _expected("postgresql") if name.endswith(_APPEND_ONLY)]


def _plain(statement: str) -> str:
    return " ".join(statement.rstrip("; \n").split())


_CHOICE: Final = re.compile(r"= ANY \((\()?ARRAY\[((?:[^\]']|'[^']*')*)\](?(1)\)::[a-z ]+\[\])\)")
_WORD: Final = re.compile(r"'[^']*'")
_PG_TRIGGERS = """
SELECT t.tgname, c.relname, t.tgenabled::text || ' ' || pg_get_triggerdef(t.oid) || ' ' || p.prosrc
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND n.nspname = current_schema() ORDER BY 1
"""


def _live_triggers(connection: BaseDatabaseWrapper) -> list[tuple[str, str, str]]:
    if connection.vendor == "postgresql":
        return _rows(connection, _PG_TRIGGERS)
    return _rows(connection, "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY 1")


def _live_indexes(connection: BaseDatabaseWrapper) -> list[tuple[str, str, str]]:
    if connection.vendor == "postgresql":
        return _rows(
            connection,
            "SELECT indexname, tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1",
        )
    return _rows(
        connection,
        "SELECT name, tbl_name, coalesce(sql, '') FROM sqlite_master WHERE type = 'index' ORDER BY 1",
    )


def _rows(connection: BaseDatabaseWrapper, query: str) -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [(str(a), str(b), str(c)) for a, b, c in cursor.fetchall()]


def _on_connection(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if connection.alias not in getattr(_migrating, "aliases", ()):
        _set_authorizer(connection)


def _before_migrate(using: str, **_: Any) -> None:
    _migrating.aliases = {*getattr(_migrating, "aliases", ()), using}
    _lift(connections[using])


def _after_migrate(using: str, **_: Any) -> None:
    apply_triggers(connections[using])
    role = os.environ.get("EVENHAND_DATABASE_ROLE")
    if role and connections[using].vendor == "postgresql":
        grant_application_role(connections[using], role)
    _migrating.aliases = getattr(_migrating, "aliases", set()) - {using}
    _set_authorizer(connections[using])


def _lift(connection: BaseDatabaseWrapper) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.set_authorizer(None)


def _set_authorizer(connection: BaseDatabaseWrapper) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action in _DENIED:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and second is not None and (first or "").lower() in _FIXED_PRAGMAS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
