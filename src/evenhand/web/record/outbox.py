"""The outbox: jobs enqueued by name inside the transaction of the act that causes them, run by the worker.

An upper app registers `register_job("name", function)` in its `ready()`; the function takes the payload and a
Context. One django-tasks task carries all of them, so a name in the table outlives a module that moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django_tasks import task

from evenhand.context import Context
from evenhand.errors import UsageError

Job = Callable[[dict[str, Any], Context], None]
_JOBS: Final[dict[str, Job]] = {}


def register_job(name: str, function: Job) -> None:
    """Register what a job of this name does; call it in the app's `ready()`."""
    _JOBS[name] = function


def enqueue(name: str, payload: Mapping[str, Any]) -> None:
    """Put a job into the queue, in the caller's transaction; UsageError for a name nobody registered."""
    if name not in _JOBS:
        raise UsageError(f"there is no job called '{name}'", mend="Register it with register_job.")
    perform.enqueue(name, dict(payload))


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


def run_pending(limit: int | None = None) -> int:
    """Run the jobs that are ready, at most `limit`, and return how many ran; a failed job is marked, not raised."""
    from django_tasks_db.management.commands.db_worker import Worker

    worker = Worker(
        queue_names=["default"],
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
