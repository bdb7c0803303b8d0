"""Fixtures of the letters' tests. Imports wait until Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.databases import Desk

if TYPE_CHECKING:
    from tests.web.notices.notices_room import Room


@pytest.fixture
def room(desk: Desk) -> Room:
    """A case as letters see it, on SQLite."""
    from tests.web.notices.notices_room import furnished

    return furnished(desk)


@pytest.fixture
def any_room(any_desk: Desk) -> Room:
    """The same on SQLite and PostgreSQL."""
    from tests.web.notices.notices_room import furnished

    return furnished(any_desk)
