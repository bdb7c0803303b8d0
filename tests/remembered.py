"""Steps of a story that every test walks again: played once in a run, then laid over the installation of the next test.

A step is known by where it begins (every row, file name and setting, the time, the place in the repeatable bytes), by
what it is given and by what the test changed in our code. Where all that is the same, so is what it leaves behind;
anything else is played as always.
"""

from __future__ import annotations

import functools
import hashlib
import os
import pickle
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import get_language
from tests.databases import Desk, once
from tests.draws import Draws

_kept: Path | None = None
_patches: pytest.MonkeyPatch | None = None
# What every room puts in place, the same everywhere.
_OF_ROOMS = {("Context", "system"), ("second_step", "passed"), ("apart", "look")}


def keep_in(folder: Path) -> None:
    """Say where what steps leave behind is kept: a folder that all workers of a run share."""
    global _kept  # noqa: PLW0603 one folder for the whole run
    _kept = folder


@contextmanager
def watched(patches: pytest.MonkeyPatch) -> Iterator[None]:
    """Look, for the duration, at what a test changes in our code: a step played under it is another step."""
    global _patches  # noqa: PLW0603 one test at a time
    _patches = patches
    yield
    _patches = None


def remembered(step: Callable[..., Any]) -> Callable[..., Any]:
    """Play a step once; afterwards only lay down what it left behind: databases, files, the time, what it returned.

    Its first argument is the installation, or a story that has it as `desk`; it returns plain data. Whatever else the
    step changes in this process is not remembered.
    """

    @functools.wraps(step)
    def replayed(first: Any, *given: Any, **named: Any) -> Any:
        desk: Desk = first if isinstance(first, Desk) else first.desk
        changes = _changes()
        if (
            changes is None
            or _kept is None
            or not isinstance(desk.ctx.random, Draws)
            or not desk.home.database.exists()
        ):
            return step(first, *given, **named)
        told = [repr(each) for each in given if not hasattr(each, "move")]
        key = [step.__qualname__, *told, repr(sorted(named.items())), *changes, *_state(desk)]
        folder = _kept / hashlib.sha256("\n".join(key).encode()).hexdigest()
        played: list[Any] = []

        def play(unfinished: Path) -> None:
            played.append(step(first, *given, **named))
            _keep(desk, unfinished, played[0])

        once(folder, play)
        return played[0] if played else _lay_over(desk, folder)

    return replayed


def _state(desk: Desk) -> list[str]:
    whole = hashlib.sha256()
    with closing(sqlite3.connect(desk.home.database)) as rows:
        tables = rows.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (table,) in tables:
            whole.update(repr((table, rows.execute(f'SELECT * FROM "{table}"').fetchall())).encode())
    around = [f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("EVENHAND_")]
    around = [get_language() or "", *(each for each in around if not each.startswith("EVENHAND_DATA="))]
    around += [path.read_text() for path in sorted(desk.home.root.glob("*.toml"))]
    files = sorted(str(path.relative_to(desk.home.root)) for path in _files(desk.home.root))
    return [whole.hexdigest(), repr(around), repr(files), desk.ctx.now().isoformat(), repr(_draws(desk).count)]


def _changes() -> list[str] | None:
    """Return the plain values the test put into our code; None if it put in what cannot be told by its value."""
    if _patches is None:
        return None
    told = []
    for target, name, _ in _patches._setattr:
        place, value = getattr(target, "__name__", ""), getattr(target, name)
        if (place.rpartition(".")[2], name) in _OF_ROOMS:
            continue
        if not isinstance(value, bool | int | float | str | bytes | None):
            return None
        told.append(f"{place}.{name} = {value!r}")
    return told if all(target is os.environ for target, _, _ in _patches._setitem) else None


def _draws(desk: Desk) -> Draws:
    assert isinstance(desk.ctx.random, Draws)
    return desk.ctx.random


def _files(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        if path.is_file() and not path.name.endswith(("-wal", "-shm", "-journal")):
            yield path


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def _copy(path: Path, place: Path) -> None:
    if not _is_database(path):
        shutil.copyfile(path, place)
        return
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(place)) as target:
        source.backup(target)


def _keep(desk: Desk, folder: Path, answer: Any) -> None:
    root = desk.home.root
    for path in _files(root):
        kept = folder / "home" / path.relative_to(root)
        kept.parent.mkdir(parents=True, exist_ok=True)
        _copy(path, kept)
    state = {"now": desk.ctx.now(), "draws": _draws(desk).count, "answer": answer}
    (folder / "state").write_bytes(pickle.dumps(state))


def _lay_over(desk: Desk, folder: Path) -> Any:
    root, kept = desk.home.root, folder / "home"
    for path in list(_files(root)):
        if not (kept / path.relative_to(root)).exists():
            path.unlink()
    for path in _files(kept):
        place = root / path.relative_to(kept)
        place.parent.mkdir(parents=True, exist_ok=True)
        _copy(path, place)
    state = pickle.loads((folder / "state").read_bytes())
    now: datetime = state["now"]
    desk.ctx.now.now = now  # type: ignore[attr-defined] # a MovingClock
    _draws(desk).count = state["draws"]
    return state["answer"]
