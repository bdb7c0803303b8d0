"""A trigger or an index that was changed behind the program is noticed by `doctor` and stops `serve` at its start."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection
from tests.databases import Desk

from evenhand.cli import main
from evenhand.cli._django import ready
from evenhand.errors import DoesNotHold
from evenhand.web.record.start import migrate_if_needed
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow

CHANGES = {
    "dropped trigger": ("DROP TRIGGER record_no_update", "record_no_update: the trigger is missing"),
    "changed trigger": (
        "DROP TRIGGER record_no_update; CREATE TRIGGER record_no_update BEFORE UPDATE ON record BEGIN SELECT 1; END",
        "record_no_update: the trigger was changed",
    ),
    "trigger on another table": (
        "DROP TRIGGER record_no_delete; CREATE TRIGGER record_no_delete BEFORE DELETE ON read_row"
        " BEGIN SELECT RAISE(ABORT, 'record is append-only'); END",
        "record_no_delete: the trigger was changed",
    ),
    "added trigger": (
        "CREATE TRIGGER sly AFTER INSERT ON record BEGIN DELETE FROM opening WHERE seq = NEW.seq; END",
        "sly: the trigger is not one of ours",
    ),
    "dropped index": ("DROP INDEX people_user_one_name", "schema_manifest: an index"),
    "added index": ("CREATE INDEX sly ON record (sealed)", "schema_manifest: an index"),
    "forged digest": ("UPDATE schema_manifest SET digest = 'x'", "schema_manifest: an index"),
    "removed digest": ("DELETE FROM schema_manifest", "schema_manifest: an index"),
}


def as_owner(database: Path, script: str) -> None:
    """Run statements as somebody who can write the file."""
    connection.close()
    with closing(sqlite3.connect(database)) as rows:
        rows.executescript(script)


def doctor(desk: Desk, capsys: pytest.CaptureFixture[str]) -> tuple[object, dict[str, str]]:
    with pytest.raises(SystemExit) as leaving:
        main(["doctor", "--dir", str(desk.home.root), "--json"])
    found = json.loads(capsys.readouterr().out)
    unsafe = {finding["thing"]: finding["words"] for finding in found if finding["state"] == "unsafe"}
    return leaving.value.code, unsafe


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_is_named_at_the_start(desk: Desk, capsys: pytest.CaptureFixture[str], change: str) -> None:
    script, words = CHANGES[change]
    _, unsafe = doctor(desk, capsys)
    assert "triggers and indexes" not in unsafe
    as_owner(desk.home.database, script)
    code, unsafe = doctor(desk, capsys)
    assert code == 1
    assert words in unsafe["triggers and indexes"]
    assert words in unsafe["ready to start"]
    with pytest.raises(DoesNotHold, match=words):
        ready(desk.home)
    report = verify(desk.ctx)
    assert report.exit_code == 1
    assert any(words in f"{finding.place}: {finding.words}" for finding in report.findings)


def test_a_migration_does_not_put_right_what_somebody_changed(desk: Desk) -> None:
    """Somebody drops a trigger and makes the database look older than the program."""
    newest = "(SELECT max(id) FROM django_migrations WHERE app = 'record')"
    script = f"DROP TRIGGER record_no_update; DELETE FROM django_migrations WHERE id = {newest}"
    as_owner(desk.home.database, script)
    with pytest.raises(DoesNotHold, match="triggers_changed"):
        migrate_if_needed()


def test_serve_ends_with_one_line(desk: Desk) -> None:
    as_owner(desk.home.database, "DROP TRIGGER record_no_update")
    command = [sys.executable, "-m", "evenhand.cli", "serve", "--dir", str(desk.home.root), "--port", "1"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 1
    assert "triggers_changed: record_no_update: the trigger is missing" in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr
