"""The scrubber: every file once in thirty days, whatever is wrong is named once and stays on the first screen."""

from __future__ import annotations

import pytest
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.vault.vault_room import new_key, path_of, store, write_over

from evenhand.ledger.checking import Verdict
from evenhand.ledger.errors import Reason
from evenhand.web.publish.checked import checked_line
from evenhand.web.record.verify import audit, verify
from evenhand.web.vault import scrubbing
from evenhand.web.vault.alarms import open_alarms
from evenhand.web.vault.models import VaultObject
from evenhand.web.vault.queries import first_alarm_at, object_lines, overview
from evenhand.web.vault.scrubbing import audit_files, check_all, scrub_due


def test_each_file_is_read_once_in_thirty_days(desk: Desk, clock: MovingClock) -> None:
    for number in range(3):
        store(desk, bytes([number]) * 100)
    assert scrub_due(desk.ctx) == 0, "it was compared as it came in"
    clock.move(days=30)
    assert scrub_due(desk.ctx) == 3 and scrub_due(desk.ctx) == 0
    clock.move(days=29)
    assert scrub_due(desk.ctx) == 0
    clock.move(days=1)
    assert scrub_due(desk.ctx) == 3
    assert verify(desk.ctx).exit_code == 0


def test_one_run_reads_no_more_than_its_share(desk: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "MOST_BYTES", 250)
    for number in range(3):
        store(desk, bytes([number]) * 100)
    clock.move(days=30)
    assert [scrub_due(desk.ctx) for _ in range(3)] == [2, 1, 0]


def test_damage_is_named_once_and_stands_where_the_file_is(desk: Desk, clock: MovingClock) -> None:
    key = new_key(desk)
    bad, good, gone = (store(desk, name * 40, key=key) for name in (b"a", b"b", b"c"))
    write_over(path_of(bad), path_of(good).read_bytes())
    path_of(gone).unlink()
    done = check_all(desk.ctx)
    assert (done.files, dict(done.wrong)) == (3, {bad: "changed", gone: "missing"})
    assert check_all(desk.ctx).wrong == done.wrong and open_alarms().count() == 2
    assert first_alarm_at() == desk.ctx.now() and overview(desk.ctx).alarms == 2
    said = checked_line(desk.ctx.now())
    assert said.care and "A stored file" in said.words
    lines = {line.id: line for line in object_lines()}
    assert "no longer the bytes that were received" in lines[bad].wording and lines[bad].grade == "C1"
    assert lines[good].wording.endswith("; unchanged since") and lines[good].alarm == ""


def test_every_object_has_a_grade_and_none_is_typed(desk: Desk) -> None:
    obj = store(desk)
    assert [(line.provenance, line.grade) for line in object_lines()] == [("P6", "C1")]
    assert not {"grade", "provenance"} & {field.name for field in VaultObject._meta.get_fields()}
    assert VaultObject.objects.get(pk=obj).provenance_class == "user_statement"


def test_the_full_check_of_the_record_reads_files_and_says_which_it_did_not(desk: Desk) -> None:
    good, bad = store(desk, b"good" * 10), store(desk, b"evil" * 10)
    assert [f for f in audit(desk.ctx).findings if "vault" in f.place] == []
    write_over(path_of(bad), b"something else")
    (found,) = [f for f in audit(desk.ctx).findings if f.place == f"vault_object id {bad}"]
    assert (found.verdict, found.reason) == (Verdict.FAILED, Reason.CONTENT_MISMATCH)
    (left,) = [f for f in audit_files(desk.ctx, most=10) if f.place == "vault"]
    assert left.reason is Reason.NOT_CHECKED and "1 of 2 files were not read" in left.words and good
    assert audit(desk.ctx).exit_code == 1
