"""Fixtures of the desk's tests. Imports wait until Django is set up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.databases import Desk

if TYPE_CHECKING:
    from tests.web.desk.desk_room import Room


@pytest.fixture
def room(desk: Desk) -> Room:
    """A desk with two protected people and two officers; nothing is imported."""
    from tests.web.desk.desk_room import furnished

    return furnished(desk, ago=timedelta(hours=12))
