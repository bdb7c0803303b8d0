"""Fixtures of the desk's pages. Imports wait until Django is set up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest
from tests.clock import MovingClock
from tests.databases import Desk

from evenhand.evidence import apart
from evenhand.evidence.apart.tasks import TASKS

if TYPE_CHECKING:
    from tests.web.cases.story_room import Story


@pytest.fixture(autouse=True)
def looked_into_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked into in this process: starting another takes a while (tests/evidence/test_evi_apart.py does)."""

    def look(stream: BinaryIO, task: str, parameters: Mapping[str, Any] | None = None) -> apart.Found:
        stream.seek(0)
        said, data = TASKS[task](stream, parameters or {})
        return apart.Found(said, data)

    monkeypatch.setattr(apart, "look", look)


@pytest.fixture
def story(room: Desk, clock: MovingClock) -> Story:
    """A case of the whole company that was just received; its sender has CODE (see follower)."""
    from tests.web.cases.story_room import CODE, begin

    from evenhand.web.cases.access import code_digest

    return begin(room, clock, code_digest=code_digest(CODE))
