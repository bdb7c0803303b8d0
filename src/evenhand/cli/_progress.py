"""How far a file has been read, shown while it is read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from evenhand.cli.output import console
from evenhand.posts import Source


@contextmanager
def reading(source: Source) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr while the block runs; what it gives is called with the number of posts so far."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[read]:,} posts, {task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(source.name, total=1.0, read=0, rate=0.0)

        def told(read: int) -> None:
            elapsed = progress.tasks[0].elapsed or 0.001
            progress.update(task, completed=source.fraction(), read=read, rate=read / elapsed)

        yield told
