"""Counters for Prometheus. Methods, statuses, times and lengths; never a key, a text or an address."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
EDGES: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.6)


class Metrics:
    """What one process has answered since it started. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._errors: Counter[str] = Counter()
        self._below: Counter[tuple[str, float]] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._count: Counter[str] = Counter()

    def seen(self, route: str, status: int, seconds: float, error_type: str | None = None) -> None:
        """Count one answer of a route."""
        with self._lock:
            self._requests[route, status] += 1
            self._seconds[route] += seconds
            self._count[route] += 1
            for edge in EDGES:
                if seconds <= edge:
                    self._below[route, edge] += 1
            if error_type:
                self._errors[error_type] += 1

    def text(self, *, waiting: int) -> bytes:
        """Return the page that Prometheus reads. `waiting` is how many texts wait to be scored now."""
        with self._lock:
            return "".join(f"{line}\n" for line in self._lines(waiting)).encode()

    def _lines(self, waiting: int) -> Iterator[str]:
        yield "# HELP evenhand_perspective_requests_total Answers, by route and status."
        yield "# TYPE evenhand_perspective_requests_total counter"
        for (route, status), count in sorted(self._requests.items()):
            yield f'evenhand_perspective_requests_total{{route="{route}",status="{status}"}} {count}'
        yield "# HELP evenhand_perspective_errors_total Refusals, by errorType."
        yield "# TYPE evenhand_perspective_errors_total counter"
        for error_type, count in sorted(self._errors.items()):
            yield f'evenhand_perspective_errors_total{{type="{error_type}"}} {count}'
        yield "# HELP evenhand_perspective_seconds Time to an answer, network aside."
        yield "# TYPE evenhand_perspective_seconds histogram"
        for route, count in sorted(self._count.items()):
            yield from self._histogram(route, count)
        yield "# HELP evenhand_perspective_waiting Texts that wait to be scored."
        yield "# TYPE evenhand_perspective_waiting gauge"
        yield f"evenhand_perspective_waiting {waiting}"

    def _histogram(self, route: str, count: int) -> Iterator[str]:
        name = "evenhand_perspective_seconds"
        for edge in EDGES:
            yield f'{name}_bucket{{route="{route}",le="{edge}"}} {self._below[route, edge]}'
        yield f'{name}_bucket{{route="{route}",le="+Inf"}} {count}'
        yield f'{name}_sum{{route="{route}"}} {self._seconds[route]:.6f}'
        yield f'{name}_count{{route="{route}"}} {count}'
