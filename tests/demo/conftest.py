"""One small demonstration for all tests of this folder."""

from datetime import UTC, datetime

import pytest

from evenhand.context import Context
from evenhand.demo import generate

NOW = datetime(2026, 6, 1, 6, 30, tzinfo=UTC)
POSTS = 4_000


def make(directory, posts=POSTS, seed="tests"):
    return generate(directory, ctx=Context.repeatable("tests", NOW), posts=posts, seed=seed)


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    return make(tmp_path_factory.mktemp("demo"))
