"""Fixtures of the desk's pages. Imports wait until Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.clock import MovingClock
from tests.databases import Desk

if TYPE_CHECKING:
    from tests.web.cases.story_room import Story


@pytest.fixture
def story(room: Desk, clock: MovingClock) -> Story:
    """A case of the whole company that was just received; its sender has CODE (see follower)."""
    from tests.web.cases.story_room import CODE, begin

    from evenhand.web.cases.access import code_digest

    return begin(room, clock, code_digest=code_digest(CODE))
