"""T-TAMPER, systematically: a database administrator changes each column of each table; verify names table and row.

Triggers are dropped and put back for each change, so that only what the rows say can tell.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import connection
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet
from tests.web.desk.desk_room import make_officer, word_list

from evenhand.codes import builtin
from evenhand.context import Context
from evenhand.posts import recognise
from evenhand.web.desk.actions import put_aside, take_back
from evenhand.web.desk.aim import Account
from evenhand.web.desk.finding import screen_new_posts
from evenhand.web.desk.models import Lead
from evenhand.web.desk.protection import declare
from evenhand.web.desk.words import Reason
from evenhand.web.people.actions import create_person, end_mandate, end_role, record_mandate
from evenhand.web.people.models import Grant
from evenhand.web.people.roles import Office
from evenhand.web.people.standing import PersonId
from evenhand.web.record import verify as verifying
from evenhand.web.record.checkpoints import make_checkpoint
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.verify import Report, verify
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.queries import corpus_here

pytestmark = pytest.mark.slow

# What an administrator can change unnoticed, and why; docs/threat-model.md says so too.
NOT_COVERED = {
    ("people_user", "password"): "a secret of the person, in no document",
    ("people_user", "last_login"): "a convenience, in no document",
    ("ledger_checkpoint", "made_at"): "a checkpoint is signed over a tree, not over a time",
}
# Tables that hold no act: sessions, second steps, jobs, rate limits and what Django keeps about itself.
NO_ACTS = {
    "account_emailaddress", "account_emailconfirmation", "auth_group", "auth_group_permissions", "auth_permission",
    "cache", "django_content_type", "django_migrations", "django_session", "django_tasks_database_dbtaskresult",
    "mfa_authenticator", "sqlite_sequence",
}  # fmt: skip
EMPTY = {"ledger_cosignature", "counting_row"}
ONE_ROW = {"ledger_head", "schema_manifest"}


class Change(NamedTuple):
    """One value of one row as it was and as the administrator leaves it."""

    table: str
    column: str
    rowid: int
    keys: frozenset[str]
    before: Any
    after: Any


@pytest.fixture
def only_own_projections() -> None:
    """Here the folds of all apps take part."""


@pytest.fixture
def lived_in(desk: Desk, tmp_path: Path) -> Desk:
    """An installation in which everything happened once: people, an import, leads, a disposal, readings."""
    clock = [desk.ctx.now() - timedelta(hours=2)]
    ctx = Context(now=lambda: clock[0], random=desk.ctx.random)
    officer, other = make_officer("an-officer", ctx), make_officer("a-colleague", ctx)
    end_role(grant=Grant.objects.get(person=other).id, actor=SYSTEM, ctx=ctx)
    chair = PersonId(create_person(username="the-chair", password="four calm words here", ctx=ctx).pk)
    begun, last = date(2025, 1, 1), date(2026, 2, 1)
    mandate = record_mandate(person=chair, office=Office.LEADER, begins=begun, ends=None, actor=SYSTEM, ctx=ctx)
    end_mandate(mandate=mandate, ends=last, actor=SYSTEM, ctx=ctx)
    record_mandate(person=chair, office=Office.LEADER, begins=last, ends=None, actor=SYSTEM, ctx=ctx)
    declare(label="Councillor, ward 3", accounts=[Account("x", "7001", "ana")], actor=SYSTEM, ctx=ctx)
    reply: dict[str, Any] = {"in_reply_to_user_id_str": "7001", "in_reply_to_screen_name": "ana"}
    words = ("you idiot, resign", "what a fine speech", "damn, I will find you", "an idiot speaks")
    posts = jsonl(tmp_path / "posts.jsonl", [v1_tweet(str(9000 + n), text, **reply) for n, text in enumerate(words)])
    import_file(recognised=recognise(posts), ctx=ctx, basis="a test")
    clock[0] += timedelta(minutes=1)
    screen_new_posts(corpus_here(), ctx, screen=word_list, code=builtin("quillhaven"))
    first, second, *_ = Lead.objects.order_by("id")
    put_aside(lead=first.id, reason=next(iter(Reason)), actor=officer, ctx=ctx)
    put_aside(lead=second.id, reason=next(iter(Reason)), actor=officer, ctx=ctx)
    take_back(lead=second.id, actor=officer, ctx=ctx)
    open_texts([first.snapshot, second.snapshot, first.author], actor=officer, purpose="triage", ctx=ctx)
    clock[0] += timedelta(minutes=16)
    assert close_read_windows(ctx) >= 1
    make_checkpoint(ctx)
    return desk


def test_every_column_of_every_table_is_covered(lived_in: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "write_durably", lambda *_: None)  # some hundred reports that nobody reads
    assert verify(lived_in.ctx).exit_code == 0
    missed, tried = [], 0
    database = lived_in.home.database
    changes = list(all_changes(database))
    assert {change.table for change in changes} == covered_tables(database) - EMPTY
    for change in changes:
        if not write(database, change, change.after):
            continue  # the database itself refuses: the column is NOT NULL, or its values are unique
        tried += 1
        complaint = unnoticed(verify(lived_in.ctx), change)
        if complaint and (change.table, change.column) not in NOT_COVERED:
            missed.append(f"{change.table}.{change.column} {change.before!r} -> {change.after!r}: {complaint}")
        assert write(database, change, change.before)
    assert not missed, "\n".join(missed)
    assert tried > 300
    assert verify(lived_in.ctx).exit_code == 0, "every change was taken back"


def test_every_row_removed_or_added_is_noticed(lived_in: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "write_durably", lambda *_: None)
    database = lived_in.home.database
    missed = []
    for table in sorted(covered_tables(database) - EMPTY):
        for place in ("min(rowid)", "max(rowid)"):
            expected = (1, 4) if (table, place) == ("ledger_checkpoint", "max(rowid)") else (1,)
            row = remove(database, table, place)
            if not named(verify(lived_in.ctx), table, expected) and (table, place) != (
                "ledger_checkpoint",
                "min(rowid)",
            ):
                missed.append(f"{table}: its {place} row removed")
            insert(database, table, row)
        assert verify(lived_in.ctx).exit_code == 0, table
    for table in sorted(covered_tables(database)):
        key = insert(database, table, stranger(database, table))
        if not named(verify(lived_in.ctx), table, (1,)):
            missed.append(f"{table}: a row added")
        remove(database, table, str(key))
    assert not missed, "\n".join(missed)
    assert verify(lived_in.ctx).exit_code == 0, "every change was taken back"


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


def all_changes(database: Path) -> Iterator[Change]:
    with closing(sqlite3.connect(database)) as rows:
        for table in sorted(covered_tables(database)):
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
