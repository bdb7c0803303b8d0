"""kill -9 as a test: forks a child that works and acknowledges, and kills it at a named point or a random moment.

    lines = killed_after(0.03, work)             # SIGKILL after 30 ms
    lines = killed_at("before commit", work)     # SIGKILL at a fail point of the record
    lines = finished(work)                       # runs to its end, in a child all the same

`work(acknowledge)` runs in the child with database connections of its own; each `acknowledge(text)` is one line
that somebody outside may rely on. What comes back are the lines that were out before the child died. The child is a
fork, so Django need not be loaded again: a hundred kills take seconds. Nothing in the product knows of fail points.
"""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

Acknowledge = Callable[[str], None]
Work = Callable[[Acknowledge], None]

_LONGEST_LIFE = 300  # seconds; a child that hangs fails its test instead of the night
NIGHTLY = bool(os.environ.get("EVENHAND_NIGHTLY"))


def points(short: int, nightly: int) -> int:
    """Return how many kills this run is to make."""
    return nightly if NIGHTLY else short


def killed_after(seconds: float, work: Work) -> list[str]:
    """Run `work` in a child, kill it after that time (or let it end sooner), and return its acknowledged lines."""
    with _child(work) as (pid, pipe):
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        return _lines(pipe)


def until_dead(work: Work) -> list[str]:
    """Run `work` in a child until it ends or kills itself, and return its acknowledged lines."""
    with _child(work) as (_, pipe):
        return _lines(pipe)


def killed_at(point: str, work: Work) -> list[str]:
    """Run `work` in a child that dies at the named point (see FAIL_POINTS), and return its acknowledged lines."""

    def doomed(acknowledge: Acknowledge) -> None:
        FAIL_POINTS[point]()
        work(acknowledge)

    with _child(doomed) as (_, pipe):
        return _lines(pipe)


def killed_at_call(owner: Any, name: str, work: Work, *, before: bool, nth: int = 1) -> list[str]:
    """Run `work` in a child that dies at the nth call of `owner.name`, before it or right after it."""

    def doomed(acknowledge: Acknowledge) -> None:
        _patch(owner, name, nth, before=before)
        work(acknowledge)

    with _child(doomed) as (_, pipe):
        return _lines(pipe)


def finished(work: Work) -> list[str]:
    """Run `work` in a child to its end and return its lines; fails if it raised."""
    return together([work])[0]


def together(works: Sequence[Work]) -> list[list[str]]:
    """Run each work in a child of its own, all at the same time, and return their lines; fails if one raised.

    All children are forked before the first one works: a fork while our key service answers another child could
    copy a lock that nobody will ever release.
    """
    waiting, gate = os.pipe()
    with ExitStack() as children:
        pipes = [children.enter_context(_child(_gated(work, waiting, gate)))[1] for work in works]
        os.close(waiting)
        os.close(gate)
        return [_to_the_end(_lines(pipe)) for pipe in pipes]


def _gated(work: Work, waiting: int, gate: int) -> Work:
    def patient(acknowledge: Acknowledge) -> None:
        os.close(gate)
        os.read(waiting, 1)  # ends when the parent closes the gate
        work(acknowledge)

    return patient


def _to_the_end(lines: list[str]) -> list[str]:
    assert lines and lines[-1] == "end", "\n".join(lines) or "the child died"
    return lines[:-1]


def random_delays(count: int, longest: float, seed: str = "kill") -> list[float]:
    """Return `count` repeatable delays up to `longest` seconds, more of them short."""
    draw = random.Random(seed)
    return [longest * draw.random() ** 1.5 for _ in range(count)]


@contextmanager
def _child(work: Work) -> Iterator[tuple[int, int]]:
    from django.db import connections

    connections.close_all()  # a SQLite connection must not cross a fork
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # newer Pythons warn of forks beside threads; ours only waits on a socket
        pid = os.fork()
    if pid == 0:
        os.close(reading)
        _live_and_die(work, writing)
    os.close(writing)
    try:
        yield pid, reading
    finally:
        os.close(reading)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        time.sleep(0.002)  # let our key service finish with the dead before the next fork


def _live_and_die(work: Work, writing: int) -> None:
    def acknowledge(text: str) -> None:
        os.write(writing, f"{text}\n".encode())

    signal.alarm(_LONGEST_LIFE)
    try:
        work(acknowledge)
        acknowledge("end")
    except BaseException:  # noqa: BLE001 the child must never return into the test runner
        acknowledge(traceback.format_exc())
    finally:
        os._exit(0)


def _lines(pipe: int) -> list[str]:
    gathered = b""
    while piece := os.read(pipe, 65536):
        gathered += piece
    # A last line without an end was cut by the kill: nobody could rely on it.
    return gathered.decode().split("\n")[:-1]


def die(*_: Any, **__: Any) -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def _after(owner: Any, name: str, nth: int = 3) -> Callable[[], None]:
    """Return a patch of `owner.name` that dies right after its nth call."""
    return lambda: _patch(owner(), name, nth, before=False)


def _before(owner: Any, name: str, nth: int = 3) -> Callable[[], None]:
    return lambda: _patch(owner(), name, nth, before=True)


def _patch(owner: Any, name: str, nth: int, *, before: bool) -> None:
    real, calls = getattr(owner, name), 0

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if before and calls == nth:
            die()
        result = real(*args, **kwargs)
        if calls == nth:
            die()
        return result

    setattr(owner, name, wrapped)


def _store() -> Any:
    from evenhand.web.record.store import DjangoStore

    return DjangoStore


def _writing() -> Any:
    from evenhand.web.record import writing

    return writing


def _connection() -> Any:
    from django.db import connections

    return type(connections["default"])


def _key_client() -> Any:
    from evenhand.web.record import keys

    return keys


def _signing() -> Any:
    from evenhand.ledger import signing

    return signing


FAIL_POINTS: dict[str, Callable[[], None]] = {
    "key opened": _after(_key_client, "unwrap"),
    "after lock": _after(_store, "lock_head"),
    "after entry": _after(_store, "add_entries"),
    "after tile": _after(_store, "put_tiles"),
    "after head": _after(_store, "set_head"),
    "after append": _after(_writing, "append"),
    "after record": _after(_writing, "_opening_row"),
    "before commit": _before(_connection, "_commit"),
    "after commit": _after(_connection, "_commit"),
    "high-water written": _after(_signing, "write_durably", 1),
    "checkpoint signed": _after(_signing, "sign_checkpoint", 1),
    "checkpoint row": _after(_store, "add_checkpoint", 1),
}
"""Where the record can be cut: name -> a patch that a child applies to itself."""
