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
from evenhand.errors import UsageError
from evenhand.live import Declared, State
from evenhand.web.desk.models import Protected
from evenhand.web.desk.protection import declared_accounts
from evenhand.web.home import Home
from evenhand.web.live.forwarding import forwarding_here
from evenhand.web.live.models import ForwardingAddress, LiveSource

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
    """What may be stored as this process opened it last: for which rows, and when."""

    rows: str = ""
    at: datetime | None = None
    declared: Declared | None = None


_remembered = _Remembered()


def declared_here(mailbox: str, ctx: Context) -> Declared:
    """Return the declared accounts and addresses, opened anew after an hour or once a declaration was added.

    Each opening is a reading on the record for every protected person; a look every minute must not make that many.
    `mailbox`: under which forwarding addresses are made ("" for none).
    """
    protected = sorted(Protected.objects.values_list("id", "accounts"))
    addresses = sorted(ForwardingAddress.objects.filter(ended_at=None).values_list("id", flat=True))
    now, rows, kept = ctx.now(), json.dumps([mailbox, protected, addresses]), _remembered
    fresh = kept.at is not None and timedelta(0) <= now - kept.at < REMEMBERED
    if kept.declared is None or kept.rows != rows or not fresh:
        kept.declared = Declared(declared_accounts(ctx), frozenset(), forwarding_here(mailbox, ctx))
        kept.rows, kept.at = rows, now
    return kept.declared
