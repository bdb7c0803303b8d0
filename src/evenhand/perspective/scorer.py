"""A few threads that score what many connections bring, in small batches, behind a queue that is never long.

A text gives the same verdict alone and among others (the model is static), so batches change nothing but speed.
Each thread scores on one core: two posts on two cores are done sooner than two posts one after the other, each on
both, because the cores need not wait for one another at every step of the model.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, field
from queue import Empty, Full, Queue
from typing import Final, Protocol

from evenhand.perspective.refusals import overloaded
from evenhand.screening import Verdict

BATCH: Final = 32
MOST_WAITING: Final = 64
MOST_WORKERS: Final = 4  # threads that score: a core each, and what one batch needs in memory
DEADLINE: Final = 0.6  # seconds: the shortest time-out we know of among clients is 0.8


@dataclass(frozen=True, slots=True)
class Item:
    """One text to score, the text it replies to, and its language where that is certain (None: look yourself)."""

    text: str
    parent: str | None = None
    language: str | None = None


class Detector(Protocol):
    """What scores; `models.Detecting` makes one of `evenhand.screening.Screener`."""

    def verdicts(self, items: Sequence[Item]) -> list[Verdict]:
        """Return one verdict per item, in order."""


@dataclass(frozen=True, slots=True)
class _Job:
    detector: Detector
    items: Sequence[Item]
    done: Future[list[Verdict]] = field(default_factory=Future)


def cores() -> int:
    """Return how many cores this process may use, at least 1."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Scorer:
    """Scores for many threads at once. Its own start with the first text, so a forked server may make it early.

    `workers` threads score (None: one a core, at most MOST_WORKERS). `most_waiting` jobs may wait; the next one is
    refused at once, and one that is not done within `deadline` seconds (None: no deadline) is refused and never
    scored.
    """

    def __init__(
        self, *, most_waiting: int = MOST_WAITING, deadline: float | None = DEADLINE, workers: int | None = None
    ) -> None:
        self._deadline = deadline
        self._queue: Queue[_Job | None] = Queue(most_waiting)
        self._starting = threading.Lock()
        self._workers = workers or min(cores(), MOST_WORKERS)
        self._threads: list[threading.Thread] = []

    @property
    def waiting(self) -> int:
        """Return how many jobs wait now."""
        return self._queue.qsize()

    def score(self, detector: Detector, items: Sequence[Item]) -> list[Verdict]:
        """Return one verdict per item, in order; raises Refusal (503) when the queue is full or the deadline passed."""
        self._start()
        job = _Job(detector, items)
        try:
            self._queue.put_nowait(job)
        except Full:
            raise overloaded() from None
        try:
            return job.done.result(self._deadline)
        except Late:
            job.done.cancel()
            raise overloaded() from None

    def close(self) -> None:
        """End the threads after what they are at; jobs that still wait pass their deadline."""
        with self._starting:
            threads, self._threads = self._threads, []
        for _ in threads:
            self._queue.put(None)
        for thread in threads:
            thread.join()

    def _start(self) -> None:
        if not self._threads:
            with self._starting:
                if not self._threads:
                    self._threads = [
                        threading.Thread(target=self._work, name=f"scorer-{number}", daemon=True)
                        for number in range(self._workers)
                    ]
                    for thread in self._threads:
                        thread.start()

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            jobs, last = self._more(job)
            _score_all([one for one in jobs if one.done.set_running_or_notify_cancel()])
            if last:
                return

    def _more(self, first: _Job) -> tuple[list[_Job], bool]:
        """Return this thread's share of the jobs that are there now, up to a batch of texts; whether the end came."""
        jobs, texts = [first], len(first.items)
        share = math.ceil((self.waiting + 1) / self._workers)
        while len(jobs) < share and texts < BATCH:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                return jobs, True
            jobs.append(job)
            texts += len(job.items)
        return jobs, False


def _score_all(jobs: Sequence[_Job]) -> None:
    """Score jobs together where they share a detector; if a batch fails, each alone, so that only one fails."""
    for detector in {id(job.detector): job.detector for job in jobs}.values():
        together = [job for job in jobs if job.detector is detector]
        if len(together) > 1 and _scored(detector, together):
            continue
        for job in together:
            if not _scored(detector, [job]):
                job.done.set_exception(RuntimeError("the detector failed"))


def _scored(detector: Detector, jobs: Sequence[_Job]) -> bool:
    items = [item for job in jobs for item in job.items]
    try:
        verdicts = detector.verdicts(items)
    except Exception:  # noqa: BLE001 whatever a text does to a detector, the thread that serves all others lives
        return False
    at = 0
    for job in jobs:
        job.done.set_result(verdicts[at : at + len(job.items)])
        at += len(job.items)
    return True
