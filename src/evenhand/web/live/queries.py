"""Which sources are on, where each stands, and what may be stored of what comes in."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from evenhand.context import Context
from evenhand.corpus import Corpus
from evenhand.corpus.aim import Accounts
from evenhand.errors import UsageError
from evenhand.live import State
from evenhand.web.desk.models import Protected
from evenhand.web.desk.protection import declared_accounts
from evenhand.web.home import Home
from evenhand.web.live.models import LiveSource

REMEMBERED: Final = timedelta(hours=1)


def enabled() -> list[LiveSource]:
    """Return the sources that are on, by name."""
    return list(LiveSource.objects.filter(disabled_at=None).order_by("name"))


def state_path(home: Home, name: str) -> Path:
    """Return where the cursor and the counts of a source lie."""
    return home.root / "live" / f"{name}.json"


def state_of(home: Home, name: str) -> State:
    """Return where a source stands; a fresh one before its first look. UsageError if the file is none of ours."""
    path = state_path(home, name)
    try:
        return State.of(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return State()
    except UsageError as error:
        raise UsageError(error.what, where=str(path), mend=error.mend) from error


_HELD: Final = "SELECT DISTINCT record_key FROM observations WHERE record_key IN (SELECT unnest(?))"


def held_keys(corpus: Corpus, keys: Collection[str]) -> set[str]:
    """Return which of these record keys the corpus holds. One query."""
    found = corpus.query(_HELD, [list(keys)])
    return {str(key) for key in found["record_key"].to_pylist()}


@dataclass(slots=True)
class _Remembered:
    """The declared accounts as this process opened them last, for which rows, and when."""

    rows: str = ""
    at: datetime | None = None
    accounts: Accounts | None = None


_remembered = _Remembered()


def accounts_here(ctx: Context) -> Accounts:
    """Return the declared accounts, opened anew after an hour or once a declaration was added.

    Each opening is a reading on the record for every protected person; a look every minute must not make that many.
    """
    now, rows = ctx.now(), json.dumps(sorted(Protected.objects.values_list("id", "accounts")))
    kept = _remembered
    fresh = kept.at is not None and timedelta(0) <= now - kept.at < REMEMBERED
    if kept.accounts is None or kept.rows != rows or not fresh:
        kept.accounts, kept.rows, kept.at = declared_accounts(ctx), rows, now
    return kept.accounts
