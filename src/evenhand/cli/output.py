"""What commands print: JSON alone on stdout, progress and tables for people on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console

console = Console(stderr=True, highlight=False)


def emit_json(document: Any) -> None:
    """Write one JSON document to stdout, followed by a line feed."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


@contextmanager
def step(words: str) -> Iterator[None]:
    """Show `words` while the block runs, then the seconds it took (on stderr)."""
    began = time.perf_counter()
    with console.status(words) if sys.stderr.isatty() else _quiet():
        yield
    console.print(f"  {words:<46} {time.perf_counter() - began:6.1f} s")


@contextmanager
def _quiet() -> Iterator[None]:
    yield
