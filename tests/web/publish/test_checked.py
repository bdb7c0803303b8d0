"""Every page says the same of the last check: when, with what result, and calmly where there was none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from tests.cast import signed_in, text_of, visitor
from tests.databases import Desk
from tests.web.cases.cases_room import company

from evenhand.web.publish.checked import checked_line

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def keep(desk: Desk, verdict: str, ago: timedelta) -> None:
    said = {"kind": "audit", "at": (NOW - ago).isoformat(), "verdict": verdict, "size": 1, "documents": 1}
    (desk.home.root / "last-check.json").write_text(json.dumps(said | {"findings": []}))


@pytest.mark.parametrize(
    ("verdict", "hours", "words", "care"),
    [
        ("verified", 6, "checked last night: nothing was changed", False),
        ("verified", 20, "Record checked: nothing was changed", False),
        ("verified", 50, "has not run since", True),
        ("failed", 6, "does not hold", True),
        ("unverifiable", 6, "could not read everything", True),
        ("nonsense", 6, "could not read everything", True),
    ],
)
def test_a_result_in_words(desk: Desk, verdict: str, hours: int, words: str, care: bool) -> None:
    keep(desk, verdict, timedelta(hours=hours))
    line = checked_line(NOW)
    assert words in line.words
    assert (line.at, line.care) == (NOW - timedelta(hours=hours), care)


def test_no_check_is_no_alarm_and_no_promise(desk: Desk) -> None:
    line = checked_line(NOW)
    assert "not been checked as a whole yet" in line.words
    assert (line.at, line.care) == (None, False)
    (desk.home.root / "last-check.json").write_text("half a fi")
    assert checked_line(NOW) == line


@pytest.mark.slow
def test_it_stands_where_people_look(room: Desk) -> None:
    people = company(room.ctx)
    for path in ("/desk", "/desk/unit"):
        assert "not been checked as a whole yet" in text_of(signed_in(people["officer_1"]).get(path))
    keep(room, "verified", timedelta(hours=6))
    for path in ("/desk", "/desk/unit"):
        assert "Record checked last night" in text_of(signed_in(people["officer_1"]).get(path))
    assert "Record checked last night" in text_of(visitor().get("/ledger"))
    keep(room, "failed", timedelta(hours=6))
    assert "does not hold" in text_of(visitor().get("/ledger"))
