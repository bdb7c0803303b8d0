"""The worker goes on whatever fails, and a long job keeps nothing else waiting."""

from __future__ import annotations

import sys
import threading

import pytest
from django_tasks_db.models import DBTaskResult
from tests.databases import Desk

from evenhand.cli import worker
from evenhand.cli.worker import Aside
from evenhand.context import Context
from evenhand.web.record import due, outbox
from evenhand.web.record.outbox import ASIDE, AT_ONCE, enqueue, register_job, run_pending


@pytest.fixture
def jobs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []
    monkeypatch.setattr(outbox, "_JOBS", dict(outbox._JOBS))
    monkeypatch.setattr(outbox, "_LONG", set(outbox._LONG))
    register_job("short", lambda _payload, _ctx: done.append("short"))
    register_job("long", lambda _payload, _ctx: done.append("long"), aside=True)
    return done


def test_imports_are_long_jobs(desk: Desk) -> None:
    assert "bring-in-file" in outbox._LONG


def test_a_long_job_waits_for_a_process_of_its_own(jobs: list[str]) -> None:
    enqueue("long", {})
    enqueue("short", {})
    assert (run_pending(queues=(AT_ONCE,)), jobs) == (1, ["short"])
    assert outbox.waits_aside()
    aside = Aside((sys.executable, "-c", "pass"))
    aside.look()
    assert aside.child is not None and aside.child.wait(30) == 0
    assert (run_pending(queues=(ASIDE,)), jobs) == (1, ["short", "long"])  # what that process does
    aside.look()
    assert aside.child is None  # nothing waits: nobody is there


def test_one_process_at_a_time_and_what_it_left_is_begun_anew(jobs: list[str]) -> None:
    enqueue("long", {})
    aside = Aside((sys.executable, "-c", "import time; time.sleep(60)"))
    aside.look()
    child = aside.child
    assert child is not None
    DBTaskResult.objects.filter(queue_name=ASIDE).update(status="RUNNING")
    aside.look()
    assert aside.child is child and not outbox.waits_aside()
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
