"""The record is checked as a whole once a night, and at any hour where a night was missed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from tests.databases import Desk

from evenhand.context import Context
from evenhand.web.record.due import run_due
from evenhand.web.record.nightly import check_nightly, checked_at
from evenhand.web.record.verify import last_check


def at(desk: Desk, day: int, hour: int) -> Context:
    moment = datetime(2026, 3, day, hour, 30, tzinfo=UTC)
    return Context(now=lambda: moment, random=desk.ctx.random)


@pytest.mark.slow
def test_once_a_night_and_not_by_day(desk: Desk) -> None:
    assert check_nightly(at(desk, 2, 9)) == 0, "a new record waits for its first night"
    assert last_check(desk.home) is None
    assert [check_nightly(at(desk, 3, hour)) for hour in (0, 1, 2, 4, 5, 23)] == [0, 1, 0, 0, 0, 0]
    kept = last_check(desk.home)
    assert kept is not None and (kept["kind"], kept["verdict"]) == ("audit", "verified")
    assert checked_at(kept) == datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
    assert run_due(at(desk, 4, 3))["record checked as a whole"] == 1, "it is due work"


@pytest.mark.slow
def test_a_missed_night_is_made_up_by_day(desk: Desk) -> None:
    assert check_nightly(at(desk, 3, 1)) == 1
    assert check_nightly(at(desk, 4, 9)) == 0, "one night may be late"
    assert check_nightly(at(desk, 4, 14)) == 1
    assert check_nightly(at(desk, 4, 15)) == 0


def test_what_was_kept_and_cannot_be_read_is_no_time() -> None:
    assert checked_at(None) is None
    assert checked_at({}) is None
    assert checked_at({"at": "yesterday"}) is None
    assert checked_at(json.loads('{"at": "2026-03-02T09:00:00Z"}')) == datetime(2026, 3, 2, 9, tzinfo=UTC)
