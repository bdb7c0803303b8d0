"""The cast meets every address: who may not gets 403 or 404, and learns nothing. The table is tests/views.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from tests.cast import NOBODY, sign_in, standing_cast, visitor
from tests.conftest import NOW
from tests.databases import Template
from tests.views import EVERYBODY, ROWS, Row

from evenhand.context import Context
from evenhand.web.people.cast import CAST, Member

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cast(sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Member]]:
    """One installation for the whole table: looking changes nothing."""
    ctx = Context.repeatable("views", NOW)
    with (
        pytest.MonkeyPatch.context() as patch,
        sqlite_template.installed(tmp_path_factory.mktemp("views") / "home", patch, ctx) as desk,
    ):
        yield standing_cast(desk)


@pytest.fixture(scope="module")
def clients(cast: dict[str, Member]) -> dict[str, Client]:
    """Everybody signed in once, with their real second step."""
    return {NOBODY: visitor()} | {name: sign_in(visitor(), member) for name, member in cast.items()}


def names_of(patterns: Any) -> Iterator[str]:
    """Yield the name of every address there is."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names_of(pattern.url_patterns)
        else:
            yield pattern.name


def test_every_address_has_a_row_and_every_row_everybody():
    assert sorted(names_of(get_resolver().url_patterns)) == sorted(row.name for row in ROWS)
    assert {NOBODY} | {part.username for part in CAST} == set(EVERYBODY)
    for row in ROWS:
        assert set(row.statuses) == set(EVERYBODY), row.name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_everybody_gets_what_the_table_says(clients, row: Row):
    path = reverse(row.name, kwargs=row.arguments)
    got = {member: getattr(clients[member], row.method)(path).status_code for member in EVERYBODY}
    assert got == row.statuses


def test_a_refusal_says_the_same_to_everybody(clients):
    """Not even the size of the page tells a refused member more than the next one."""
    for row in ROWS:
        path = reverse(row.name, kwargs=row.arguments)
        refused = {m for m, status in row.statuses.items() if status == 403}
        pages = {bare(getattr(clients[m], row.method)(path).content.decode()) for m in refused}
        assert len(pages) <= 1, row.name


def bare(page: str) -> str:
    """Return what a page says in its main part."""
    return page[page.index("<main") : page.index("</main")]
