"""Fixtures of browser journeys: one installation with the standing cast per module, served; one browser per run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.conftest import NOW
from tests.databases import Template
from tests.journeys.browser import CHROMIUM, Site, chromium, opened

from evenhand.context import Context


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's chromium; skips where it is not installed."""
    if not CHROMIUM.exists():
        pytest.skip(f"no {CHROMIUM}: `make browser` installs Debian's chromium")
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def site(sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[Site]:
    """The site as gunicorn would serve it, with keys, the standing cast and nothing else in it."""
    ctx = Context.repeatable("journeys", NOW)
    with (
        pytest.MonkeyPatch.context() as patch,
        sqlite_template.installed(tmp_path_factory.mktemp("site") / "home", patch, ctx) as desk,
        opened(browser, desk) as ready,
    ):
        yield ready
