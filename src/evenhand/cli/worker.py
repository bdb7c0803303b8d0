"""The worker process of `evenhand serve`: runs queued jobs, and what is due, again and again.

Long jobs run in processes of their own, which are there only while there are any: a file of gigabytes keeps no clock
waiting, and if it should take that process down, nothing else goes with it. Imports and screening have one each.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from evenhand.context import Context

JOB_SECONDS: Final = 1.0
TICK_SECONDS: Final = 60.0
STOP_SECONDS: Final = 5.0
LINGER_SECONDS: Final = 300.0
"""So long the process of a lane stays when nothing waits: a detector once loaded is used again."""


@dataclass(slots=True)
class Aside:
    """The process of one lane of long jobs, started when one waits."""

    lane: str
    command: Sequence[str] = ()
    child: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.command = self.command or (sys.executable, "-m", "evenhand.cli.worker", self.lane)

    def look(self) -> None:
        """Start the process if a long job waits and none is running."""
        from evenhand.web.record.outbox import begin_anew, waits

        if self.child is not None and self.child.poll() is None:
            return
        begin_anew(self.lane)
        self.child = subprocess.Popen(self.command) if waits(self.lane) else None  # noqa: S603 our own interpreter

    def end(self) -> None:
        """Stop the process; what it was at is begun anew at the next start."""
        if self.child is None or self.child.poll() is not None:
            return
        self.child.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.child.wait(STOP_SECONDS)
        if self.child.poll() is None:
            self.child.kill()


def run(stop: threading.Event) -> None:
    """Run queued jobs every second and due things every minute until `stop` is set. No error ends it."""
    from evenhand.web.record.due import run_due
    from evenhand.web.record.outbox import AT_ONCE, LONG, run_pending

    lanes, until_tick = [Aside(lane) for lane in LONG], 0.0
    while not stop.is_set():
        safely("queued jobs", lambda: run_pending(50, queues=(AT_ONCE,)))
        for lane in lanes:
            safely(f"long jobs ({lane.lane})", lane.look)
        until_tick -= JOB_SECONDS
        if until_tick <= 0:
            safely("due work", lambda: run_due(Context.system()))
            until_tick = TICK_SECONDS
        stop.wait(JOB_SECONDS)
    for lane in lanes:
        lane.end()


def run_lane(lane: str, linger: float = LINGER_SECONDS) -> None:
    """Run the jobs of a lane until none has come for a while."""
    from evenhand.web.record.outbox import run_pending

    idle = 0.0
    while idle <= linger:
        idle = 0.0 if run_pending(queues=(lane,)) else idle + JOB_SECONDS
        time.sleep(JOB_SECONDS if idle <= linger else 0)


def safely(what: str, do: Callable[[], object]) -> None:
    """Do something; say what is wrong instead of ending, and begin with a fresh connection next time."""
    from django.db import connections

    from evenhand.web.record.due import words_of

    try:
        do()
    except Exception as error:  # noqa: BLE001 the edge of the process: the next round tries again
        print(f"evenhand worker: {what}: {words_of(error)}", file=sys.stderr, flush=True)
        connections.close_all()


def main() -> None:
    """Set Django up and run until SIGTERM or SIGINT; with the name of a lane, run its long jobs and end."""
    import django

    django.setup()
    if sys.argv[1:]:
        from evenhand.web.record.outbox import SCREENING

        run_lane(sys.argv[1], LINGER_SECONDS if sys.argv[1] == SCREENING else 0.0)
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(stop)


if __name__ == "__main__":
    main()
