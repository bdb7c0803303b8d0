"""A source that fails is asked ever later; one that answers goes on from its new cursor."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.live import Known, State
from evenhand.live.pacing import EVERY, FIRST, LONGEST, MOST_NAMES

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def wait(state: State) -> timedelta:
    return datetime.fromisoformat(state.due_at) - NOW


def test_failures_wait_ever_longer_and_never_lose_the_cursor() -> None:
    never_sooner = Context(lambda: NOW, bytes)
    state, waits = replace(State(), cursor="17"), []
    for _ in range(12):
        state = state.failed("no answer", ctx=never_sooner)
        waits.append(wait(state))
    assert waits[:3] == [FIRST, 2 * FIRST, 4 * FIRST]
    assert waits[-1] == LONGEST
    assert (state.cursor, state.failures, state.trouble) == ("17", 12, "no answer")
    assert wait(State().failed("", ctx=Context(lambda: NOW, lambda n: b"\xff" * n))) == FIRST * 3 / 4


def test_an_answer_ends_the_waiting() -> None:
    failed = State().failed("no answer", ctx=Context.repeatable("s", NOW))
    assert not failed.is_due(NOW)
    state = failed.answered(cursor="18", kept=2, not_aimed=5, unreadable=1, unread=(), more=False, now=NOW)
    assert (state.failures, state.trouble, wait(state)) == (0, "", EVERY)
    again = state.answered(cursor="19", kept=1, not_aimed=1, unreadable=0, unread=(), more=True, now=NOW)
    assert (again.kept, again.not_aimed, again.unreadable, again.is_due(NOW)) == (3, 6, 1, True)


def test_a_state_is_kept_as_text() -> None:
    state = replace(State(), cursor='{"a": [1]}', unread=("x.zip",), kept=7, names={"9": Known("activitypub:a", "b")})
    assert State.of(state.text()) == state
    many = {str(n): Known(str(n)) for n in range(MOST_NAMES + 1)}
    after = state.answered(cursor="", kept=0, not_aimed=0, unreadable=0, unread=(), more=False, now=NOW, names=many)
    assert (len(after.names), "0" in after.names) == (MOST_NAMES, False)
    with pytest.raises(UsageError, match="no state"):
        State.of('{"cursors": 1}')
