"""The worker process of `evenhand serve`: runs queued jobs, and what is due, again and again.

Long jobs run in a process of their own, which is there only while there are any: a file of gigabytes keeps no clock
waiting, and if it should take that process down, nothing else goes with it.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from evenhand.context import Context

JOB_SECONDS: Final = 1.0
TICK_SECONDS: Final = 60.0
STOP_SECONDS: Final = 5.0
_ASIDE: Final = "aside"


@dataclass(slots=True)
class Aside:
    """The process of long jobs, started when one waits."""

    command: Sequence[str] = (sys.executable, "-m", "evenhand.cli.worker", _ASIDE)
    child: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        """Start the process if a long job waits and none is running."""
        from evenhand.web.record.outbox import begin_anew, waits_aside

        if self.child is not None and self.child.poll() is None:
            return
        begin_anew()
        self.child = subprocess.Popen(self.command) if waits_aside() else None  # noqa: S603 our own interpreter

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
    from evenhand.web.record.outbox import AT_ONCE, run_pending

    aside, until_tick = Aside(), 0.0
    while not stop.is_set():
        safely("queued jobs", lambda: run_pending(50, queues=(AT_ONCE,)))
        safely("long jobs", aside.look)
        until_tick -= JOB_SECONDS
        if until_tick <= 0:
            safely("due work", lambda: run_due(Context.system()))
            until_tick = TICK_SECONDS
        stop.wait(JOB_SECONDS)
    aside.end()


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
    """Set Django up and run until SIGTERM or SIGINT; with the word `aside`, run the long jobs there are and end."""
    import django

    django.setup()
    if sys.argv[1:] == [_ASIDE]:
        from evenhand.web.record.outbox import run_pending

        run_pending(queues=(_ASIDE,))
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(stop)


if __name__ == "__main__":
    main()
