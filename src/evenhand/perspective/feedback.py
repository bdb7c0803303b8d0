"""Feedback by suggestscore: stored only if the operator switched it on, unreviewed, and forgotten after 90 days.

Nothing here changes a score or trains a model. A person reviews it first; see PERSPECTIVE §8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from evenhand.perspective.reading import Suggested
from evenhand.perspective.store import Store

SWITCH: Final = "feedback"
RULESET: Final = "ruleset"
KEPT: Final = timedelta(days=90)
MOST_KEPT: Final = 200_000  # rows; a flood fills no disk
NO_CODE: Final = "none@0"


@dataclass(frozen=True, slots=True)
class Sent:
    """One suggestscore call: who sent it, about which text, under which code and model version."""

    key_id: str
    text: str
    scores: Sequence[Suggested]
    community: str | None
    code: str
    model: str


def is_on(store: Store) -> bool:
    """Return whether the operator switched storing on."""
    return store.setting(SWITCH) == "on"


def switch(store: Store, *, on: bool) -> None:
    """Switch storing on or off; what is stored stays until it is forgotten."""
    store.set(SWITCH, "on" if on else "off")


def keep(store: Store, sent: Sent, now: datetime) -> bool:
    """Store one call, a row per score, and forget what is too old; return False if storing is off or full.

    A lone surrogate, which no SQLite text can hold, is kept as U+FFFD.
    """
    if not is_on(store):
        return False
    with store.writing() as connection:
        connection.execute(_FORGET, (_oldest(now),))
        (rows,) = connection.execute("SELECT count(*) FROM feedback").fetchone()
        if rows + len(sent.scores) > MOST_KEPT:
            return False
        connection.executemany(
            "INSERT INTO feedback (received, key_id, text, attribute, value, begins, ends, community, code, model)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [_row(sent, one, now) for one in sent.scores],
        )
    return True


def _row(sent: Sent, one: Suggested, now: datetime) -> tuple[Any, ...]:
    begin, end = one.span or (None, None)
    community = _plain(sent.community) if sent.community is not None else None
    return (now.isoformat(), sent.key_id, _plain(sent.text), _plain(one.attribute), one.value, begin, end,
            community, sent.code, sent.model)  # fmt: skip


def _plain(text: str) -> str:
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)


_FORGET: Final = "DELETE FROM feedback WHERE status = 'unreviewed' AND received < ?"


def _oldest(now: datetime) -> str:
    return (now - KEPT).isoformat()


def forget(store: Store, now: datetime) -> int:
    """Delete unreviewed feedback older than KEPT; return how many rows went."""
    with store.writing() as connection:
        return connection.execute(_FORGET, (_oldest(now),)).rowcount


def rows(store: Store) -> list[dict[str, Any]]:
    """Return what is stored, oldest first. It holds people's words: for a reviewer's eyes."""
    return [dict(row) for row in store.rows("SELECT * FROM feedback ORDER BY id")]


def code_of(store: Store, community: str | None) -> str | None:
    """Return the `slug@version` that the operator named for a community, else for everybody, else None."""
    if community is not None:
        found = store.rows("SELECT code FROM communities WHERE community = ?", (_plain(community),))
        if found:
            return str(found[0][0])
    return store.setting(RULESET)


def map_community(store: Store, community: str | None, code: str) -> None:
    """Say which `slug@version` a community follows; None is for everybody else."""
    if community is None:
        store.set(RULESET, code)
        return
    with store.writing() as connection:
        connection.execute("INSERT OR REPLACE INTO communities VALUES (?, ?)", (_plain(community), code))
