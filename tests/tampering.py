"""What a database administrator can do to a row past triggers and constraints, and whether verify names it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import connection
from tests.databases import Desk
from tests.kill import NIGHTLY

from evenhand.web.record import verify as verifying
from evenhand.web.record.verify import Report, verify

# Tables that hold no act: sessions, second steps, jobs, rate limits and what Django keeps about itself.
NO_ACTS = {
    "account_emailaddress", "account_emailconfirmation", "auth_group", "auth_group_permissions", "auth_permission",
    "cache", "django_content_type", "django_migrations", "django_session", "django_tasks_database_dbtaskresult",
    "mfa_authenticator", "sqlite_sequence",
}  # fmt: skip
ONE_ROW = {"ledger_head", "schema_manifest"}


# What an administrator can change unnoticed, and why; docs/threat-model.md says so too.
NOT_COVERED = {
    ("people_user", "password"): "a secret of the person, in no document",
    ("people_user", "last_login"): "a convenience, in no document",
    ("vault_object", "checked_at"): "when the scrubber last read it: no act decides it",
    ("ledger_checkpoint", "made_at"): "a checkpoint is signed over a tree, not over a time",
}


class Change(NamedTuple):
    """One value of one row as it was and as the administrator leaves it."""

    table: str
    column: str
    rowid: int
    keys: frozenset[str]
    before: Any
    after: Any


def remove(database: Path, table: str, place: str) -> dict[str, Any]:
    """Delete the row whose rowid is the `min`, the `max` or a number, and return it."""
    with administering(database) as rows:
        rows.row_factory = sqlite3.Row
        (found,) = rows.execute(
            f'SELECT rowid AS rowid_, * FROM "{table}" WHERE rowid = (SELECT {place} FROM "{table}")'
        )
        rows.execute(f'DELETE FROM "{table}" WHERE rowid = ?', [found["rowid_"]])
    return dict(found)


def insert(database: Path, table: str, row: dict[str, Any]) -> int:
    """Insert a row and return its rowid."""
    names = ", ".join(f'"{name}"' if name != "rowid_" else "rowid" for name in row)
    with administering(database) as rows:
        marks = ", ".join("?" * len(row))
        return int(rows.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values())).lastrowid or 0)


def stranger(database: Path, table: str) -> dict[str, Any]:
    """Return a row that looks like the others, but with a key of its own; made up where there is none."""
    with closing(sqlite3.connect(database)) as rows:
        rows.row_factory = sqlite3.Row
        columns = rows.execute(f'PRAGMA table_info("{table}")').fetchall()
        found = rows.execute(f'SELECT * FROM "{table}" ORDER BY rowid DESC').fetchone()
        unique = rows.execute(f'PRAGMA index_list("{table}")').fetchall()
        apart = {
            name
            for _, index, is_unique, *_ in unique
            if is_unique
            for *_, name in rows.execute(f'PRAGMA index_info("{index}")')
        }
    made_up = {"integer": 90, "bigint": 90, "blob": b"x"}
    row = {}
    for _, name, kind, _, _, key in columns:
        value = made_up.get(kind.lower().split()[0], "x") if found is None else found[name]
        row[name] = another(value) if found is not None and (key or name in apart) else value
    return row


def another(value: Any) -> Any:
    return value + 1 if isinstance(value, int) else flipped(value)


def named(report: Report, table: str, codes: tuple[int, ...]) -> bool:
    places = [finding.place for finding in report.findings if finding.verdict != "verified"]
    return report.exit_code in codes and any(table in place for place in places)


def covered_tables(database: Path) -> set[str]:
    """Return every table that is not listed as holding no act: a new one must be covered, or listed with its why."""
    with closing(sqlite3.connect(database)) as rows:
        return {name for (name,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'")} - NO_ACTS


def above_the_desk(database: Path) -> set[str]:
    """Return the tables that are attacked where there are cases: tests/web/cases/test_cases_attack.py."""
    apps = ("cases_", "live_", "notices_", "office_", "publish_", "register_", "rules_", "welfare_")
    return {name for name in covered_tables(database) if name.startswith(apps)}


def drawn(everything: Sequence[Any], by_day: int) -> Sequence[Any]:
    """Return so many of them, drawn by a fixed seed; all of them at night."""
    return everything if NIGHTLY else random.Random(20).sample(everything, min(by_day, len(everything)))


def unnoticed_changes(desk: Desk, changes: Iterable[Change]) -> tuple[list[str], int]:
    """Make each change, verify, take it back; return what verify did not name, and how many the database took."""
    missed, tried = [], 0
    with _checked(desk) as database:
        for change in changes:
            if not write(database, change, change.after):
                continue  # the database itself refuses: the column is NOT NULL, or its values are unique
            tried += 1
            complaint = unnoticed(verify(desk.ctx), change)
            if complaint and (change.table, change.column) not in NOT_COVERED:
                missed.append(f"{change.table}.{change.column} {change.before!r} -> {change.after!r}: {complaint}")
            assert write(database, change, change.before)
    return missed, tried


def unnoticed_removals(desk: Desk, tables: Iterable[str]) -> list[str]:
    """Take the first and the last row of each table away and put it back; return what verify did not name."""
    missed = []
    with _checked(desk) as database:
        for table in sorted(tables):
            for place in ("min(rowid)", "max(rowid)"):
                last_signed = (table, place) == ("ledger_checkpoint", "max(rowid)")
                row = remove(database, table, place)
                noticed = named(verify(desk.ctx), table, (1, 4) if last_signed else (1,))
                if not noticed and (table, place) != ("ledger_checkpoint", "min(rowid)"):
                    missed.append(f"{table}: its {place} row removed")
                insert(database, table, row)
    return missed


def unnoticed_additions(desk: Desk, tables: Iterable[str]) -> list[str]:
    """Add a row that looks like the others to each table, then take it out; return what verify did not name."""
    missed = []
    with _checked(desk) as database:
        for table in sorted(tables):
            key = insert(database, table, stranger(database, table))
            if not named(verify(desk.ctx), table, (1,)):
                missed.append(f"{table}: a row added")
            remove(database, table, str(key))
    return missed


@contextmanager
def _checked(desk: Desk) -> Iterator[Path]:
    """Give the database of an installation that verifies before and after; its reports are not written to disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verifying, "write_durably", lambda *_: None)  # some hundred reports that nobody reads
        before = verify(desk.ctx)
        assert before.exit_code == 0, before.findings
        yield desk.home.database
        assert verify(desk.ctx).exit_code == 0, "every change was taken back"


def all_changes(database: Path) -> Iterator[Change]:
    with closing(sqlite3.connect(database)) as rows:
        tables = rows.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (table,) in tables:
            columns = rows.execute(f'PRAGMA table_info("{table}")').fetchall()
            keys = [(place, name) for place, name, *_, is_key in columns if is_key]
            found = rows.execute(f'SELECT rowid, * FROM "{table}" ORDER BY rowid').fetchall()
            for place, column, *_ in columns:
                for row, after in spread([row[place + 1] for row in found], place + 1):
                    before = found[row][place + 1]
                    named = {words(found[row][key + 1]) for key, _ in keys}
                    if place in dict(keys):
                        named |= {words(after), str(after).encode().hex()}
                    yield Change(table, column, found[row][0], frozenset(named), before, after)


def spread(values: list[Any], step: int) -> Iterator[tuple[int, Any]]:
    """Yield (row, new value) for a column: each kind of change, on rows apart, and each kind where nothing stood."""
    for kind in range(_KINDS if values else 0):
        row = (-kind * step) % len(values)
        after = changed(values[row], kind)
        if after != values[row] or type(after) is not type(values[row]):
            yield row, after
    if None in values and any(value is not None for value in values):
        yield from ((values.index(None), after) for after in ("x", 7, "2026-13-45 99:00:00"))


_KINDS = 6


def changed(value: Any, kind: int) -> Any:
    """Return another value: one bit or figure, text, nothing, a number, one byte less, the same in another spelling."""
    match kind:
        case 0:
            return flipped(value)
        case 1:
            return "tampered"
        case 2:
            return None
        case 3:
            return 7
        case 4:
            return value[:-1] if isinstance(value, str | bytes) and value else 2**60
        case _:
            return respelled(value)


def respelled(value: Any) -> Any:
    """Return what Django reads as the same time, figure or word."""
    if isinstance(value, str) and len(value) == len("2026-03-02 09:00:00") and value[10] == " ":
        return value.replace(" ", "T")
    if isinstance(value, int):
        return float(value) + 0.5
    return value.encode() if isinstance(value, str) else value


def flipped(value: Any) -> Any:
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:] if value else b"x"
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str) and value:
        return value[:-1] + ("0" if value[-1] != "0" else "1")
    return "2026-03-01 10:00:00"


def words(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def write(database: Path, change: Change, value: Any) -> bool:
    """Set the value past triggers and constraints; return whether the database took it."""
    with suppress(sqlite3.IntegrityError), administering(database) as rows:
        rows.execute(f'UPDATE "{change.table}" SET "{change.column}" = ? WHERE rowid = ?', [value, change.rowid])
        return True
    return False


@contextmanager
def administering(database: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection past triggers and checks, as an administrator can make it, and put the triggers back."""
    connection.close()
    with closing(sqlite3.connect(database, isolation_level=None)) as rows:
        rows.execute("PRAGMA ignore_check_constraints = ON")
        rows.execute("PRAGMA synchronous = OFF")
        triggers = rows.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        rows.execute("BEGIN")
        for name, _ in triggers:
            rows.execute(f'DROP TRIGGER "{name}"')
        yield rows
        for _, statement in triggers:
            rows.execute(statement)
        rows.execute("COMMIT")


def unnoticed(report: Report, change: Change) -> str:
    """Return what is missing in the report, or nothing."""
    places = [finding.place for finding in report.findings if finding.verdict == "failed"]
    if report.exit_code != 1:
        return f"exit {report.exit_code}"
    if not any(change.table in place for place in places):
        return f"another table: {places}"
    row_named = change.table in ONE_ROW or any(
        change.table in place and any(key in place for key in change.keys) for place in places
    )
    if not row_named:
        return f"another row: {places}"
    return ""
