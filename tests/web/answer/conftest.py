"""Fixtures of the door for answers: a clock that stands until it is moved, and pages that live at its moment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.databases import Desk

from evenhand.context import Context

if TYPE_CHECKING:
    from tests.web.cases.story_room import MovingClock


@pytest.fixture
def clock() -> MovingClock:
    from tests.web.cases.story_room import MovingClock  # needs Django, which pytest sets up after this file

    return MovingClock(datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC))


@pytest.fixture
def ctx(clock: MovingClock) -> Context:
    return Context(now=clock, random=Context.repeatable("answer", clock.now).random)


@pytest.fixture
def room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    from evenhand.web.people import second_step

    monkeypatch.setattr(Context, "system", lambda: desk.ctx)
    monkeypatch.setattr(second_step, "passed", lambda _request: True)  # its own tests sign in with codes
    return desk
