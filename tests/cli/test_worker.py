"""The worker goes on whatever fails, and a long job keeps nothing else waiting."""

from __future__ import annotations

import sys
import threading

import pytest
from django.conf import settings
from django_tasks_db.models import DBTaskResult
from tests.databases import Desk

from evenhand.cli import worker
from evenhand.cli.worker import Aside
from evenhand.context import Context
from evenhand.web.record import due, outbox
from evenhand.web.record.outbox import ASIDE, AT_ONCE, SCREENING, enqueue, register_job, run_pending


@pytest.fixture
def jobs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []
    monkeypatch.setattr(outbox, "_JOBS", dict(outbox._JOBS))
    monkeypatch.setattr(outbox, "_LANES", dict(outbox._LANES))
    register_job("short", lambda _payload, _ctx: done.append("short"))
    register_job("long", lambda _payload, _ctx: done.append("long"), lane=ASIDE)
    register_job("screen", lambda _payload, _ctx: done.append("screen"), lane=SCREENING)
    return done


def test_imports_and_screening_have_a_lane_each_and_letters_wait_for_neither(desk: Desk) -> None:
    lanes = {name: outbox._LANES[name] for name in ("bring-in-file", "screen-posts", "send-letter-mail")}
    assert lanes == {"bring-in-file": ASIDE, "screen-posts": SCREENING, "send-letter-mail": AT_ONCE}
    assert set(settings.TASKS["default"]["QUEUES"]) == set(outbox.QUEUES)


def test_a_torrent_of_screening_holds_up_neither_a_letter_nor_an_import(jobs: list[str]) -> None:
    for _ in range(30):
        enqueue("screen", {})
    enqueue("long", {})
    enqueue("short", {})
    assert (run_pending(50, queues=(AT_ONCE,)), jobs) == (1, ["short"])
    assert (run_pending(1, queues=(ASIDE,)), jobs) == (1, ["short", "long"])
    assert outbox.waits(SCREENING) and not outbox.waits(ASIDE)


def test_a_lane_goes_on_while_jobs_come_and_ends_when_none_does(
    jobs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            enqueue("screen", {})  # one comes while it lingers

    monkeypatch.setattr(worker.time, "sleep", sleep)
    enqueue("screen", {})
    worker.run_lane(SCREENING, linger=2.0)
    assert jobs == ["screen", "screen"] and not outbox.waits(SCREENING)
    assert len(slept) == 6  # a job, nothing, a job, and three times nothing


def test_a_long_job_waits_for_a_process_of_its_own(jobs: list[str]) -> None:
    enqueue("long", {})
    enqueue("short", {})
    assert (run_pending(queues=(AT_ONCE,)), jobs) == (1, ["short"])
    assert outbox.waits(ASIDE)
    aside = Aside(ASIDE, (sys.executable, "-c", "pass"))
    aside.look()
    assert aside.child is not None and aside.child.wait(30) == 0
    assert (run_pending(queues=(ASIDE,)), jobs) == (1, ["short", "long"])  # what that process does
    aside.look()
    assert aside.child is None  # nothing waits: nobody is there


def test_one_process_at_a_time_and_what_it_left_is_begun_anew(jobs: list[str]) -> None:
    enqueue("long", {})
    aside = Aside(ASIDE, (sys.executable, "-c", "import time; time.sleep(60)"))
    aside.look()
    child = aside.child
    assert child is not None
    DBTaskResult.objects.filter(queue_name=ASIDE).update(status="RUNNING")
    aside.look()
    assert aside.child is child and not outbox.waits(ASIDE)
    aside.end()
    assert child.poll() is not None
    aside.command = (sys.executable, "-c", "pass")
    aside.look()
    assert aside.child is not None and aside.child.wait(30) == 0
    assert (run_pending(), jobs) == (1, ["long"])


def test_no_error_ends_the_worker(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stop, rounds = threading.Event(), []

    def broken(_ctx: Context) -> int:
        rounds.append(1)
        if len(rounds) == 3:
            stop.set()
        raise ZeroDivisionError("what it met")

    def no_queue(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(due, "_DUE", {"a piece": broken})
    monkeypatch.setattr(outbox, "run_pending", no_queue)
    monkeypatch.setattr(worker, "JOB_SECONDS", 0.001)
    monkeypatch.setattr(worker, "TICK_SECONDS", 0.0)
    worker.run(stop)
    said = capsys.readouterr().err
    assert len(rounds) == 3
    assert "queued jobs: OSError" in said and "this due work failed: a piece (ZeroDivisionError)" in said
    assert "what it met" not in said
