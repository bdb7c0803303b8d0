"""A stage for many cases at once: every act happens in the order of time over all of them, as the log wants it.

A scene is a generator that acts, then yields how long it waits; the stage runs whichever comes next.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from evenhand.context import Context

Scene = Iterator[timedelta]


class Clock:
    """The time of the story; it only goes forward."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the moment of the story."""
        return self.now


def run(scenes: Iterable[tuple[datetime, Scene]], clock: Clock, *, until: datetime, each: Callable[[], None]) -> int:
    """Run all scenes in the order of time and return how many acts there were; what lies after `until` stays unplayed.

    `each` is called after every act: what the worker does every minute.
    """
    waiting = [(begins, place, scene) for place, (begins, scene) in enumerate(scenes)]
    heapq.heapify(waiting)
    played = 0
    while waiting:
        at, place, scene = heapq.heappop(waiting)
        if at > until:
            continue
        clock.now = max(clock.now, at)
        pause = next(scene, None)
        each()
        played += 1
        if pause is not None:
            heapq.heappush(waiting, (at + pause, place, scene))
    return played


def story_context(clock: Clock) -> Context:
    """Return the context of the story: its own time, the system's randomness."""
    return Context(now=clock, random=Context.system().random)
