"""The outbox: jobs enqueued by name inside the transaction of the act that causes them, run by the worker.

A job that may take long is registered as `aside`: the worker runs those in a process of their own, one after another,
and goes on with everything else meanwhile. Screening has a further one: a torrent of posts holds up no import.

An upper app registers `register_job("name", function)` in its `ready()`; the function takes the payload and a
Context. One django-tasks task carries all of them, so a name in the table outlives a module that moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django_tasks import task

from evenhand.context import Context
from evenhand.errors import UsageError

Job = Callable[[dict[str, Any], Context], None]
_JOBS: Final[dict[str, Job]] = {}
_LANES: Final[dict[str, str]] = {}
AT_ONCE: Final = "default"
ASIDE: Final = "aside"
SCREENING: Final = "screening"
LONG: Final = (ASIDE, SCREENING)
QUEUES: Final = (AT_ONCE, *LONG)


def register_job(name: str, function: Job, *, lane: str = AT_ONCE) -> None:
    """Register what a job of this name does; call it in the app's `ready()`.

    `lane`: `ASIDE` where it may take minutes; each lane of LONG is a process of its own. If that ends before the job
    does, the job is begun anew, so it must be idempotent.
    """
    _JOBS[name] = function
    _LANES[name] = lane


def enqueue(name: str, payload: Mapping[str, Any]) -> None:
    """Put a job into the queue, in the caller's transaction; UsageError for a name nobody registered."""
    if name not in _JOBS:
        raise UsageError(f"there is no job called '{name}'", mend="Register it with register_job.")
    perform.using(queue_name=_LANES.get(name, AT_ONCE)).enqueue(name, dict(payload))


@task()
def perform(name: str, payload: dict[str, Any]) -> None:
    """Run one job; the worker calls this."""
    if name not in _JOBS:
        raise UsageError(f"there is no job called '{name}'")
    _JOBS[name](payload, Context.system())


@dataclass(frozen=True, slots=True)
class Queued:
    """One job as the queue holds it: what it was given, when, and what became of it."""

    payload: dict[str, Any]
    at: datetime
    over: bool
    failed: bool


def queued(name: str) -> list[Queued]:
    """Return the jobs of one name that the queue still holds, oldest first. One query."""
    from django_tasks_db.models import DBTaskResult

    ours = DBTaskResult.objects.filter(task_path=perform.module_path, args_kwargs__args__0=name)
    return [
        Queued(row.args_kwargs["args"][1], row.enqueued_at, row.finished_at is not None, row.status == "FAILED")
        for row in ours.order_by("enqueued_at")
    ]


def waits(lane: str) -> bool:
    """Return whether a job of a lane is ready to run."""
    from django_tasks_db.models import DBTaskResult

    return DBTaskResult.objects.ready().filter(queue_name=lane).exists()


def begin_anew(lane: str) -> int:
    """Make jobs of a lane ready again whose process ended before they did; return how many. Only while none runs."""
    from django_tasks_db.models import DBTaskResult

    return DBTaskResult.objects.running().filter(queue_name=lane).update(status="READY", started_at=None)


def run_pending(limit: int | None = None, *, queues: Sequence[str] = QUEUES) -> int:
    """Run the jobs that are ready, at most `limit`, and return how many ran; a failed job is marked, not raised."""
    from django_tasks_db.management.commands.db_worker import Worker

    worker = Worker(
        queue_names=list(queues),
        excluded_queue_names=[],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=limit,
        worker_id="evenhand-once",
    )
    worker.run()
    return int(worker._run_tasks)
