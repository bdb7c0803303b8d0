"""The worker process of `evenhand serve`: runs queued jobs, and what is due, again and again."""

from __future__ import annotations

import signal
import threading

from evenhand.context import Context

JOB_SECONDS = 1.0
TICK_SECONDS = 60.0


def run(stop: threading.Event) -> None:
    """Run queued jobs every second and due things every minute until `stop` is set."""
    from django.core.management import call_command

    from evenhand.web.record.due import run_due

    until_tick = 0.0
    while not stop.is_set():
        call_command("db_worker", batch=True, verbosity=0, startup_delay=False, max_tasks=50)
        until_tick -= JOB_SECONDS
        if until_tick <= 0:
            run_due(Context.system())
            until_tick = TICK_SECONDS
        stop.wait(JOB_SECONDS)


def main() -> None:
    """Set Django up and run until SIGTERM or SIGINT."""
    import django

    django.setup()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(stop)


if __name__ == "__main__":
    main()
