"""One task in a process of its own: what it cost there, and nothing of what ran before it."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def measured(task: Callable[..., int], *given: str) -> tuple[float, int, float]:
    """Run `task(*given)` in a new process; return its CPU seconds, the count it returned, and memory growth in MB."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_measure, args=(answers, task, given))
    process.start()
    while process.is_alive() and answers.empty():
        time.sleep(0.02)
    answer: tuple[float, int, float] = answers.get(timeout=5)  # Empty: the process ended without one
    process.join()
    return answer


def _measure(answers: Any, task: Callable[..., int], given: tuple[str, ...]) -> None:
    began_at = _peak_kb()
    began = time.process_time()
    count = task(*given)
    seconds = time.process_time() - began
    answers.put((seconds, count, (_peak_kb() - began_at) / 1024))


def _peak_kb() -> int:
    """Return the most memory this process has held; getrusage would begin with what its parent held when it forked."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
