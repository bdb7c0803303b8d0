"""PERSP-P12: suggestscore stores nothing until the operator says so; what it stores changes no score."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial

import pytest
from tests.kill import killed_after
from tests.perspective.worlds import SUGGEST, make_world

from evenhand.perspective import feedback


def everything(world) -> str:
    """Return every value in the store, as one text."""
    with closing(sqlite3.connect(world.service.store.path)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(str(row) for table in tables for row in connection.execute(f'SELECT * FROM "{table}"'))


def test_p12_off_nothing_is_stored_and_the_header_says_so(world):
    answer = world.suggest("a planted sentence", value=1)
    assert answer.status == 200
    assert answer.headers["Evenhand-Feedback"] == "not-stored"
    assert feedback.rows(world.service.store) == []
    assert "planted" not in everything(world) and "movies" not in everything(world)


def test_p12_on_it_is_stored_with_its_code_version(world):
    store = world.service.store
    feedback.switch(store, on=True)
    feedback.map_community(store, "/forum/movies", "general@3")
    off = {"attributeScores": {"MADE_UP": {
        "spanScores": [{"begin": 0, "end": 3, "score": {"value": 0.25}}], "summaryScore": {"value": 1}}}}  # fmt: skip
    answer = world.suggest("you idiot", **off)
    assert answer.headers["Evenhand-Feedback"] == "stored"
    assert answer.headers["Evenhand-Ruleset"] == "general@3"
    whole, part = feedback.rows(store)
    assert (whole["attribute"], whole["value"], whole["begins"], whole["text"]) == ("MADE_UP", 1.0, None, "you idiot")
    assert (part["value"], part["begins"], part["ends"]) == (0.25, 0, 3)
    assert (whole["community"], whole["code"], whole["model"]) == ("/forum/movies", "general@3", "fake@1.0.0")
    assert (whole["key_id"], whole["status"]) == (world.key_id, "unreviewed")
    assert whole["received"] == world.clock.now.isoformat()


def test_p12_the_answer_is_the_same_on_and_off(world):
    off = world.suggest()
    feedback.switch(world.service.store, on=True)
    assert world.suggest().raw == off.raw


@pytest.mark.slow
def test_p12_a_thousand_hostile_suggestions_change_no_score(world):
    texts = ("you idiot", "thank you for coming", "hello there")
    before = [world.analyze(text, ("TOXICITY", "INSULT")).raw for text in texts]
    feedback.switch(world.service.store, on=True)
    for number in range(1_000):
        assert world.suggest(texts[number % 3], value=number % 2).status == 200
    assert [world.analyze(text, ("TOXICITY", "INSULT")).raw for text in texts] == before
    assert len(feedback.rows(world.service.store)) == 1_000


def test_p12_forgotten_after_ninety_days_unless_reviewed(world):
    store = world.service.store
    feedback.switch(store, on=True)
    world.suggest("first")
    world.suggest("second")
    with store.writing() as connection:
        connection.execute("UPDATE feedback SET status = 'reviewed' WHERE text = 'second'")
    world.clock.forward(days=89)
    assert feedback.forget(store, world.clock.now) == 0
    world.clock.forward(days=2)
    world.suggest("third")
    assert [row["text"] for row in feedback.rows(store)] == ["second", "third"]


@pytest.mark.parametrize(("scores", "error_type"), [
    ({}, "NO_REQUESTED_ATTRIBUTES"), (None, "NO_REQUESTED_ATTRIBUTES"),
    ({"TOXICITY": {"summaryScore": {"value": 1.01}}}, "INVALID_REQUEST"),
    ({"TOXICITY": {"summaryScore": {"value": "1"}}}, "INVALID_REQUEST"),
    ({"TOXICITY": {"summaryScore": {"value": 1, "type": "RAW"}}}, "INVALID_REQUEST"),
    ({"TOXICITY": {}}, "INVALID_REQUEST"), ({"TOXICITY": 1}, "INVALID_REQUEST"),
    ({"TOXICITY": {"spanScores": [{"begin": 0, "score": {"value": 1}}]}}, "INVALID_REQUEST"),
    ({"TOXICITY": {"spanScores": [{"begin": 3, "end": 2, "score": {"value": 1}}]}}, "INVALID_REQUEST"),
    ({"TOXICITY": {"spanScores": [{"begin": 0, "end": 99, "score": {"value": 1}}]}}, "INVALID_REQUEST"),
    ({"TOXICITY": {"spanScores": [{"begin": 0, "end": 10**30, "score": {"value": 1}}]}}, "INVALID_REQUEST"),
    ({"TOXICITY": {"spanScores": [{"begin": True, "end": 2, "score": {"value": 1}}]}}, "INVALID_REQUEST"),
])  # fmt: skip
def test_p12_what_cannot_be_a_suggestion_is_refused(world, scores, error_type):
    feedback.switch(world.service.store, on=True)
    assert world.suggest(attributeScores=scores).error_type == error_type
    assert feedback.rows(world.service.store) == []


def test_p12_hostile_letters_are_stored_without_harm(world):
    feedback.switch(world.service.store, on=True)
    hostile = "'; DROP TABLE feedback; -- \ud800 \x00 \u202e"
    answer = world.suggest(hostile, communityId=hostile, attributeScores={hostile: {"summaryScore": {"value": 1}}})
    assert answer.headers["Evenhand-Feedback"] == "stored"
    (row,) = feedback.rows(world.service.store)
    assert row["text"] == hostile.replace("\ud800", "\ufffd")


def test_p12_a_flood_fills_no_disk(world, monkeypatch):
    monkeypatch.setattr(feedback, "MOST_KEPT", 3)
    feedback.switch(world.service.store, on=True)
    said = [world.suggest().headers["Evenhand-Feedback"] for _ in range(5)]
    assert said == ["stored"] * 3 + ["not-stored"] * 2


@pytest.mark.slow
def test_p12_what_was_acknowledged_survives_a_kill(tmp_path):
    path = tmp_path / "perspective.sqlite3"

    def work(acknowledge, turn):
        world = make_world(path, seed=f"turn {turn}")
        feedback.switch(world.service.store, on=True)
        acknowledge(world.secret)
        for number in range(100_000):
            if world.suggest(f"sentence {number}").headers["Evenhand-Feedback"] == "stored":
                acknowledge(f"sentence {number}")

    for turn in range(3):
        acknowledged = killed_after(0.4, partial(work, turn=turn))
        with closing(sqlite3.connect(path)) as connection:
            stored = {row[0] for row in connection.execute("SELECT text FROM feedback")}
            assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert set(acknowledged[1:]) <= stored and acknowledged


def test_p12_a_missing_type_is_a_probability_and_a_missing_value_is_nought(world):
    feedback.switch(world.service.store, on=True)
    document = {"comment": {"text": "hello there"}, "attribute_scores": {"TOXICITY": {"summary_score": {}}}}
    assert world.call("POST", SUGGEST, document).status == 200
    assert feedback.rows(world.service.store)[0]["value"] == 0.0
