"""Fixtures of the desk's tests. Imports wait until Django is set up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.databases import Desk

if TYPE_CHECKING:
    from tests.web.desk.desk_room import Room

    from evenhand.web.people.cast import Member


@pytest.fixture
def room(desk: Desk) -> Room:
    """A desk with two protected people and two officers; nothing is imported."""
    from tests.web.desk.desk_room import furnished

    return furnished(desk, ago=timedelta(hours=12))


@pytest.fixture
def cast(room: Room, monkeypatch: pytest.MonkeyPatch) -> dict[str, Member]:
    """Everybody who signs in, at a desk whose pages are told on its own day."""
    from tests.cast import standing_cast
    from tests.web.desk.desk_room import one_clock

    one_clock(room, monkeypatch)
    return standing_cast(Desk(room.desk.home, room.ctx))
