"""One task in a process of its own: what it cost there, and nothing of what ran before it."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from typing import Any


def measured(task: Callable[..., int], *given: str) -> tuple[float, int, float]:
    """Run `task(*given)` in a new process; return its CPU seconds, the count it returned, and memory growth in MB."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_measure, args=(answers, task, given))
    process.start()
    answer: tuple[float, int, float] = answers.get()
    process.join()
    return answer


def _measure(answers: Any, task: Callable[..., int], given: tuple[str, ...]) -> None:
    began_at = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    count = task(*given)
    seconds = time.process_time() - began
    answers.put((seconds, count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - began_at) / 1024))
