"""One thread that scores what many connections bring, in small batches, behind a queue that is never long.

A text gives the same verdict alone and among others (the model is static), so batches change nothing but speed.
"""

from __future__ import annotations

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


class Scorer:
    """Scores for many threads at once. The thread starts with the first text, so a forked server may make it early.

    `most_waiting` jobs may wait; the next one is refused at once, and one that is not done within `deadline`
    seconds (None: no deadline) is refused and never scored.
    """

    def __init__(self, *, most_waiting: int = MOST_WAITING, deadline: float | None = DEADLINE) -> None:
        self._deadline = deadline
        self._queue: Queue[_Job | None] = Queue(most_waiting)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> int:
        """Return how many jobs wait now."""
        return self._queue.qsize()

    def score(self, detector: Detector, items: Sequence[Item]) -> list[Verdict]:
        """Return one verdict per item; raises Refusal (503) when the queue is full or the deadline passed."""
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
        """End the thread after what it is at; jobs that still wait pass their deadline."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _start(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="scorer", daemon=True)
                    self._thread.start()

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            jobs, last = self._more(job)
            _score_all([one for one in jobs if one.done.set_running_or_notify_cancel()])
            if last:
                return

    def _more(self, first: _Job) -> tuple[list[_Job], bool]:
        """Return the jobs that are there now, up to a batch of texts, and whether the end was among them."""
        jobs, texts = [first], len(first.items)
        while texts < BATCH:
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
