"""PERSP-P22: a client's own log is played back: tables, the errors that would differ, and no connection at all."""

from __future__ import annotations

import json

import pytest
from tests.perspective.worlds import Fake, gates

from evenhand.perspective.compare.replay import replay
from evenhand.perspective.compare.report import compare, score
from evenhand.perspective.compare.rows import read_log
from evenhand.perspective.models import Model
from evenhand.perspective.scorer import Scorer

MODEL = Model(gates("abuse", "insult"), Fake(), "0" * 64)
ERRORS = [
    ("NO_REQUESTED_ATTRIBUTES", {"requestedAttributes": {}}),
    ("COMMENT_EMPTY", {"comment": {"text": ""}}),
    ("COMMENT_TOO_LONG", {"comment": {"text": "x" * 30_000}}),
    ("INVALID_REQUEST", {"comment": {"text": "x", "type": "HTML"}}),
    ("LANGUAGE_DETECTION_FAILED", {"comment": {"text": "12345"}, "languages": None}),
    ("LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE", {"languages": ["om"]}),
]


def request(text: str, **more) -> dict:
    return {"comment": {"text": text}, "languages": ["en"], "requestedAttributes": {"TOXICITY": {}}} | more


def answered(value: float, name: str = "TOXICITY") -> dict:
    return {"attributeScores": {name: {"summaryScore": {"value": value, "type": "PROBABILITY"}}}}


def refused(error_type: str) -> dict:
    return {"error": {"code": 400, "message": "x", "details": [{"errorType": error_type}]}}


@pytest.fixture
def log(tmp_path):
    lines = [{"request": request(f"sentence {n}"), "response": answered(n / 200)} for n in range(200)]
    lines += [{"request": request("hello", **fault), "response": refused(kind)} for kind, fault in ERRORS]
    lines.append({"request": request("merci beaucoup", languages=["fr"]), "response": answered(0.2)})
    lines.append({"request": request("hello", requestedAttributes={"FLIRTATION": {}}),
                  "response": answered(0.1, "FLIRTATION")})  # fmt: skip
    lines.append({"request": json.dumps(request("as text")), "response": json.dumps(answered(0.5))})
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + "not json\n[]\n{}\n", "utf-8")
    return path


def played(path):
    scorer = Scorer(deadline=None)
    try:
        return replay(read_log(path), model=MODEL, scorer=scorer, deployment="en")
    finally:
        scorer.close()


def test_p22_two_hundred_answers_and_each_error(log):
    found = played(log)
    assert found.outcomes["answered", "answered"] == 201
    for kind, _ in ERRORS:
        assert found.outcomes[kind, kind] == 1, kind
    differences = {(one["old"], one["ours"]): one for one in found.differences()}
    assert set(differences) == {
        ("answered", "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"),
        ("answered", "Unknown requested attribute: FLIRTATION"),
    }
    assert differences["answered", "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"]["first"] == ["line 207"]
    assert [line.where for line in found.refused] == ["line 210", "line 211", "line 212"]


def test_p22_the_same_tables_as_for_a_file(log):
    found = played(log)
    (one,) = compare(score(found.rows, MODEL), cuts=(0.7,))
    assert one.agreement.rows == 202 and one.agreement.spearman is not None
    assert one.suggestions


def test_p22_no_connection_is_opened(log, monkeypatch):
    import socket

    def never(*_args, **_more):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", never)
    monkeypatch.setattr(socket, "create_connection", never)
    assert played(log).rows


@pytest.mark.parametrize("response", [
    {"attributeScores": 3}, {"attributeScores": {"TOXICITY": 1}},
    {"attributeScores": {"TOXICITY": {"summaryScore": {}}}},
    {"attributeScores": {"TOXICITY": {"summaryScore": {"value": 7}}}}, {"error": "x"}, {"error": {"details": 3}}, {},
])  # fmt: skip
def test_p22_old_answers_of_any_shape_are_read(tmp_path, response):
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps({"request": request("hello"), "response": response}) + "\n")
    found = played(path)
    assert sum(found.outcomes.values()) == 1 and found.rows == []
