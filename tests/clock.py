"""The time of a test: a clock that stands until it is moved, and pages that live at its moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.databases import Desk, Template
from tests.draws import Draws

from evenhand.context import Context


class MovingClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def on_one_clock(desk: Desk, patch: pytest.MonkeyPatch) -> Desk:
    """Let the pages of an installation live at its moment, its letters be sent, and its second step count as passed."""
    from tests.web.notices.notices_room import LETTERS_TOML  # needs Django, as the second step does

    from evenhand.web.people import second_step

    patch.setattr(Context, "system", lambda: desk.ctx)
    patch.setattr(second_step, "passed", lambda _request: True)  # its own tests sign in with codes
    (desk.home.root / "letters.toml").write_text(LETTERS_TOML)
    return desk


@contextmanager
def room_of(clock: MovingClock, template: Template, root: Path) -> Iterator[Desk]:
    """Give what the fixture `room` gives, for a fixture that all tests of a module share."""
    ctx = Context(now=clock, random=Draws("tests"))
    with pytest.MonkeyPatch.context() as patch, template.installed(root, patch, ctx) as desk:
        yield on_one_clock(desk, patch)
