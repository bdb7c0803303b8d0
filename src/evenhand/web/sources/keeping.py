"""What is kept, since when, when the next of it goes, what a legal hold keeps longer. Reads alone, opens nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from evenhand.context import Context
from evenhand.corpus.forget import AUTHOR_DAYS, FORGOTTEN, TEXT_DAYS
from evenhand.web.home import Home
from evenhand.web.record.deleting import held
from evenhand.web.sources.models import Import, Suppressed
from evenhand.web.sources.queries import query
from evenhand.web.sources.waiting import KEPT, REPORT_KEPT, every

COPIES, TEXTS, BARE, UPLOADS, BARRED = "copies", "texts", "bare", "uploads", "barred"


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of thing: how many there are, since when the oldest, when the next goes by itself, how many are held.

    `goes` is None for what goes by no clock.
    """

    what: str
    count: int
    oldest: datetime | None = None
    goes: datetime | None = None
    held: int = 0


_MORE: Final[list[Callable[[Context], Iterable[Kept]]]] = []


def register_kept(kept: Callable[[Context], Iterable[Kept]]) -> None:
    """Register who keeps something else that came in; call it in `ready()`."""
    _MORE.append(kept)


def kept_now(ctx: Context) -> list[Kept]:
    """Return everything that is kept of what came in, in a fixed order. Three queries and one pass over the corpus.

    Raises where nobody can tell what is held.
    """
    lines = [_copies(), *_rows(), _uploads(), Kept(BARRED, Suppressed.objects.count())]
    return [*lines, *(line for more in _MORE for line in more(ctx))]


def _copies() -> Kept:
    found = dict(Import.objects.exclude(key_id="").values_list("id", "imported_at"))
    kept = held(list(found))
    free = [at for each, at in found.items() if each not in kept]
    oldest = min(found.values(), default=None)
    return Kept(COPIES, len(found), oldest, _after(min(free, default=None), TEXT_DAYS), len(kept))


_COUNTED: Final = """
SELECT list_contains(flags, $flag) AS bare, count(*) AS n, min(imported_at) AS oldest
FROM observations GROUP BY 1
"""


def _rows() -> list[Kept]:
    if not Home.here().corpus.is_dir():
        return [Kept(TEXTS, 0), Kept(BARE, 0)]
    found = {bool(row["bare"]): row for row in query(_COUNTED, {"flag": FORGOTTEN}).to_pylist()}
    return [_row(found.get(False), TEXTS, TEXT_DAYS), _row(found.get(True), BARE, AUTHOR_DAYS)]


def _row(found: dict[str, Any] | None, what: str, days: int) -> Kept:
    if found is None:
        return Kept(what, 0)
    return Kept(what, found["n"], found["oldest"], _after(found["oldest"], days))


def _uploads() -> Kept:
    waiting = every()
    goes = [each.begun + (REPORT_KEPT if each.read("state").get("step") == "done" else KEPT) for each in waiting]
    return Kept(UPLOADS, len(waiting), min((each.begun for each in waiting), default=None), min(goes, default=None))


def _after(at: datetime | None, days: int) -> datetime | None:
    return at + timedelta(days=days) if at else None
