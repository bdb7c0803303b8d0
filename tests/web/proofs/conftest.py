"""Fixtures of the proofs: an installation whose pages live at the moment of one clock that can be moved."""

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
    return Context(now=clock, random=Context.repeatable("proofs", clock.now).random)


@pytest.fixture
def room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    from tests.web.proofs.proofs_room import on_one_clock

    return on_one_clock(desk, monkeypatch)


@pytest.fixture
def any_room(any_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    from tests.web.proofs.proofs_room import on_one_clock

    return on_one_clock(any_desk, monkeypatch)
