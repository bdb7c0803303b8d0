"""Due work: what `evenhand tick` and the worker do every minute. Each piece is idempotent and returns a count.

One piece's error stops no other. What is wrong stands in a small file beside the database until the piece has gone
well again, so that `evenhand doctor` can say it.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from evenhand.context import Context
from evenhand.errors import EvenhandError
from evenhand.files import whole_file
from evenhand.web.home import Home

Due = Callable[[Context], int]
_DUE: Final[dict[str, Due]] = {}
_log: Final = logging.getLogger("evenhand.due")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with one piece: in words, since when (ISO 8601), how often in a row."""

    words: str
    since: str
    times: int


class DueFailed(EvenhandError):
    """Some pieces of due work failed; all others are done."""

    exit_code = 1

    def __init__(self, troubles: Mapping[str, Trouble], done: Mapping[str, int]) -> None:
        said = "; ".join(f"{name} ({trouble.words})" for name, trouble in troubles.items())
        super().__init__(f"this due work failed: {said}", mend="The next run tries it again; evenhand doctor shows it.")
        self.done = dict(done)


def register_due(name: str, function: Due) -> None:
    """Register a piece of due work under plain words; call it in the app's `ready()`. Order of registration is kept."""
    _DUE[name] = function


def run_due(ctx: Context) -> dict[str, int]:
    """Do everything that is due now and return name -> how many.

    Every piece runs, whatever another does; then raises DueFailed if any failed.
    """
    done, failed = {}, {}
    for name, function in _DUE.items():
        try:
            done[name] = function(ctx)
        except Exception as error:  # noqa: BLE001 the edge of the process: one piece must not end all the others
            failed[name] = words_of(error)
            _log.error("due work: %s: %s\n%s", name, failed[name], "".join(traceback.format_tb(error.__traceback__)))
    troubles = _note(failed, ctx)
    if troubles:
        raise DueFailed(troubles, done)
    return done


def words_of(error: Exception) -> str:
    """Return what may be said of an error: our own words; of any other only its kind, as it may repeat what it met."""
    return str(error) if isinstance(error, EvenhandError) else type(error).__name__


def troubles_here(home: Home) -> dict[str, Trouble]:
    """Return the pieces of due work that failed when they ran last."""
    try:
        said = json.loads(_path(home).read_text(encoding="utf-8"))
        return {name: Trouble(**trouble) for name, trouble in said.items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return {}


def _note(failed: Mapping[str, str], ctx: Context) -> dict[str, Trouble]:
    home = Home.here()
    before, now = troubles_here(home), ctx.now().isoformat(timespec="seconds")
    first = {name: before.get(name, Trouble("", now, 0)) for name in failed}
    troubles = {name: Trouble(words, first[name].since, first[name].times + 1) for name, words in failed.items()}
    if troubles:
        with whole_file(_path(home)) as file:
            file.write(json.dumps({name: asdict(trouble) for name, trouble in troubles.items()}, indent=1).encode())
    elif before:
        _path(home).unlink(missing_ok=True)
    return troubles


def _path(home: Home) -> Path:
    return home.root / "due-trouble.json"
