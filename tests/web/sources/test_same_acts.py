"""An officer says of two records of overlapping exports: one act, or two. Recorded, reversible, never a merge."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from tests.cast import sign_in, standing_cast, visitor
from tests.databases import Desk
from tests.fixtures.make_exports import as_json, comment

from evenhand.errors import UsageError
from evenhand.posts import recognise
from evenhand.web.people.cast import Member
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.verify import verify
from evenhand.web.sources import models
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.queries import query
from evenhand.web.sources.retention import erase_posts
from evenhand.web.sources.same_acts import Answer, suggested, take_back, tell

pytestmark = pytest.mark.slow


@pytest.fixture
def cast(desk: Desk) -> dict[str, Member]:
    return standing_cast(desk)


@pytest.fixture
def twice(desk: Desk, tmp_path: Path) -> Desk:
    """Two exports that overlap in one comment."""
    for items in ([comment("late")], [comment("late"), comment("new", 1_600_000_009)]):
        path = tmp_path / "comments.json"
        path.write_bytes(as_json({"comments_v2": items}))
        import_file(recognised=recognise(path), ctx=desk.ctx)
    return desk


def posts() -> int:
    return query("SELECT * FROM posts").num_rows


def test_an_officer_answers_on_the_page_and_takes_it_back(cast: dict[str, Member], twice: Desk) -> None:
    officer: Client = sign_in(visitor(), cast["officer"])
    page = officer.get("/imports/alike").content.decode()
    assert "Pairs that wait for an answer: 1." in page and "late" in page
    (pair,) = suggested()
    no = officer.post("/imports/alike", {"record": pair.record, "answer": "same", "reason": ""})
    assert no.status_code == 422 and "Say in a few words how you know." in no.content.decode()
    assert posts() == 3
    said = {"record": pair.record, "answer": "same", "reason": "the second zip is a newer one"}
    assert officer.post("/imports/alike", said).status_code == 302
    assert (posts(), query("SELECT * FROM observations").num_rows, suggested()) == (2, 3, [])
    row = models.SameAct.objects.get()
    assert (row.answer, row.told_by) == ("same", cast["officer"].person)
    assert (row.record, row.same_as) == (pair.record, pair.same_as)
    assert b"newer one" not in twice.home.database.read_bytes()
    assert "No pair waits for an answer." in officer.get("/imports/alike").content.decode()
    assert officer.post("/imports/alike", {"back": row.id}).status_code == 302
    assert (posts(), len(suggested())) == (3, 1)
    assert verify(twice.ctx).exit_code != 1


def test_two_acts_stay_two_and_are_not_asked_again(twice: Desk) -> None:
    (pair,) = suggested()
    tell(record=pair.record, answer=Answer.DIFFERENT, reason="said twice", actor=SYSTEM, ctx=twice.ctx)
    assert (posts(), suggested()) == (3, [])
    with pytest.raises(UsageError, match="answered this already"):
        tell(record=pair.record, answer=Answer.SAME, reason="x", actor=SYSTEM, ctx=twice.ctx)
    take_back(told_id=models.SameAct.objects.get().id, actor=SYSTEM, ctx=twice.ctx)
    with pytest.raises(UsageError, match="taken back already"):
        take_back(told_id=models.SameAct.objects.get().id, actor=SYSTEM, ctx=twice.ctx)
    tell(record=pair.record, answer=Answer.SAME, reason="x", actor=SYSTEM, ctx=twice.ctx)
    assert (posts(), models.SameAct.objects.count()) == (2, 1)


def test_an_erasure_takes_the_names_of_the_records_out_of_the_answer(twice: Desk) -> None:
    (pair,) = suggested()
    tell(record=pair.record, answer=Answer.SAME, reason="x", actor=SYSTEM, ctx=twice.ctx)
    erase_posts([pair.record, pair.same_as], twice.ctx)
    row = models.SameAct.objects.get()
    assert (row.record, row.same_as, row.answer) == ("", "", "open")
    assert posts() == 1
    assert verify(twice.ctx).exit_code != 1
