"""The jobs of the desk, by name: `screen-posts`, enqueued by every import through the outbox."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from evenhand.codes import CodeOfConduct, builtin, load
from evenhand.context import Context
from evenhand.screening import Screener, Verdict
from evenhand.web.desk.finding import Run, screen_new_posts
from evenhand.web.desk.refits import in_use
from evenhand.web.home import Home
from evenhand.web.sources.queries import corpus_here

SCREEN_POSTS: Final = "screen-posts"
_GENERAL_CODE: Final = "general"


def screen_posts(_payload: dict[str, Any], ctx: Context) -> None:
    """Do the job `screen-posts`: screen what came in since the last time."""
    screen_here(ctx)


def screen_here(ctx: Context, home: Home | None = None) -> Run | None:
    """Screen this installation's new posts with the detector in use here; return the run, None if one is under way."""
    home = home or Home.here()
    with _alone(home.corpus) as alone:
        if not alone:
            return None
        return screen_new_posts(corpus_here(home), ctx, screen=partial(_screen, home), code=code_of_conduct(home))


def code_of_conduct(home: Home) -> CodeOfConduct:
    """Return the organisation's code: `code.toml` in its home, else the general one that is built in."""
    own = home.root / "code.toml"
    return load(own) if own.exists() else builtin(_GENERAL_CODE)


@cache
def _screener() -> Screener:
    return Screener()


def _screen(home: Home, texts: Sequence[str], parents: Sequence[str | None]) -> list[Verdict]:
    return in_use(_screener(), home).screen(texts, parents)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Hold the right to screen, one process at a time; gives False at once where another has it.

    The system takes it back if this process dies. The other run sees every import committed before its end
    or leaves it to the next job.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "screening.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
