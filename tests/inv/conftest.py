"""A court for the tests of the invariants: people, a pool, and a contested case in every stage, built once per engine.

Each test gets a copy of its own, on SQLite and on PostgreSQL, and attacks it with raw SQL.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.databases import Desk

from evenhand.context import Context

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.slow])])
def court(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A copy of the court on each engine; time stands where the building stopped."""
    from tests.inv.inv_court import build
    from tests.web.cases.cases_template import copy_of, prepared

    template = request.getfixturevalue(f"{request.param}_template")
    source = prepared(template, "court", build, Context.repeatable("court", NOW))
    with copy_of(source, tmp_path / "home", Context(now=lambda: NOW, random=secrets.token_bytes)) as ready:
        yield ready
