"""PERSP-P7: every row of the table of errors: message, errorType, one attribute, and which comes first."""

from __future__ import annotations

import json
from itertools import combinations

import pytest
from tests.perspective.worlds import ANALYZE, gates, make_world

GERMAN = "das ist nicht der Hafen und die Schiffe sind auch nicht da"
# In the order of the table; each is a change to a request that would be answered.
FAULTS = [
    ("requestedAttributes", {}, "Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES"),
    ("comment", {"text": " \n "}, "Comment must be non-empty.", "COMMENT_EMPTY"),
    ("comment", {"text": "x" * 20_481}, "Comment text too long.", "COMMENT_TOO_LONG"),
    ("comment", {"text": "hello", "type": "HTML"}, "Currently, only 'PLAIN_TEXT' comments are supported",
     "INVALID_REQUEST"),
    ("context", {"entries": [{"text": "x"}], "articleAndParentComment": {"article": {"text": "y"}}},
     "Context can have either entries or article_and_parent_comment, but both fields were populated.",
     "INVALID_REQUEST"),
    ("requestedAttributes", {"TOXICITY": {}, "OBSCENE": {}, "SPAM": {}}, "Unknown requested attribute: OBSCENE",
     "INVALID_REQUEST"),
    ("requestedAttributes", {"TOXICITY": {"scoreType": "RAW"}},
     "Requested score type RAW is not supported by attribute TOXICITY", "INVALID_REQUEST"),
    ("languages", ["es", "fr-CA"], "Attribute TOXICITY does not support request languages: es, fr-CA",
     "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"),
]  # fmt: skip


def sound() -> dict:
    return {"comment": {"text": "hello there"}, "requestedAttributes": {"TOXICITY": {}}, "languages": ["en"]}


@pytest.mark.parametrize(("field", "value", "message", "error_type"), FAULTS, ids=lambda v: str(v)[:24])
def test_p7_each_row_of_the_table(world, field, value, message, error_type):
    answer = world.call("POST", ANALYZE, sound() | {field: value})
    error = answer.body["error"]
    assert (answer.status, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert error["message"] == message
    (detail,) = error["details"]
    assert detail["@type"] == "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
    assert detail["errorType"] == error_type


TWO_FAULTS = [(one, other) for one, other in combinations(FAULTS, 2) if one[0] != other[0]]


@pytest.mark.parametrize(("first", "second"), TWO_FAULTS, ids=lambda fault: fault[3])
def test_p7_of_two_faults_the_first_in_the_table_is_said(world, first, second):
    answer = world.call("POST", ANALYZE, sound() | {first[0]: first[1], second[0]: second[1]})
    assert (answer.message, answer.error_type) == first[2:]


@pytest.mark.parametrize("comment", [{}, {"text": ""}, {"text": None}, {"text": " \t\u2003"}, None])
def test_p7_no_text_is_an_empty_comment(world, comment):
    assert world.call("POST", ANALYZE, sound() | {"comment": comment}).error_type == "COMMENT_EMPTY"


def test_p7_unknown_text_type(world):
    answer = world.call("POST", ANALYZE, sound() | {"comment": {"text": "x", "type": "MARKDOWN"}})
    assert (answer.message, answer.error_type) == ("Unknown text type", "INVALID_REQUEST")
    fine = {"text": "hello there", "type": "TEXT_TYPE_UNSPECIFIED"}
    assert world.call("POST", ANALYZE, sound() | {"comment": fine}).status == 200


@pytest.mark.parametrize("kind", ["STD_DEV_SCORE", "PERCENTILE", "RAW", "ANYTHING"])
def test_p7_other_score_types_are_refused(world, kind):
    answer = world.analyze(attributes={"INSULT": {"score_type": kind}})
    assert answer.message == f"Requested score type {kind} is not supported by attribute INSULT"
    for fine in ("PROBABILITY", "SCORE_TYPE_UNSPECIFIED", None):
        assert world.analyze(attributes={"INSULT": {"scoreType": fine}}).status == 200


def test_p7_stated_and_detected_languages_are_told_apart(world):
    stated = world.analyze("hello there", languages=["om"]).body["error"]["details"][0]
    assert stated["languageNotSupportedByAttributeError"] == {"requestedLanguages": ["om"], "attribute": "TOXICITY"}
    found = world.analyze(GERMAN, languages=None)
    assert found.message == "Attribute TOXICITY does not support request languages: de"
    detail = found.body["error"]["details"][0]
    assert detail["languageNotSupportedByAttributeError"] == {"detectedLanguages": ["de"], "attribute": "TOXICITY"}


def test_p7_one_error_names_one_attribute_the_first_in_request_order(tmp_path):
    world = make_world(tmp_path / "p.sqlite3", gates=gates("abuse", "insult"))
    try:
        answer = world.analyze(attributes=("INSULT", "THREAT", "PROFANITY", "TOXICITY"))
        assert answer.message == "Unknown requested attribute: THREAT"
        answer = world.analyze(attributes=("INSULT", "TOXICITY"), languages=["fr"])
        assert answer.message == "Attribute INSULT does not support request languages: fr"
        assert len(answer.body["error"]["details"]) == 1
    finally:
        world.service.close()


def test_p7_a_language_that_cannot_be_told(world):
    answer = world.analyze("Добрый день, это гавань", languages=None)
    assert (answer.message, answer.error_type) == ("Unable to detect language", "LANGUAGE_DETECTION_FAILED")


@pytest.mark.parametrize(("secret", "status", "kind"), [
    ("", 403, "PERMISSION_DENIED"), ("ehp_wrong", 400, "INVALID_ARGUMENT"), ("\ud800", 400, "INVALID_ARGUMENT"),
])  # fmt: skip
def test_p7_no_key_and_a_wrong_key(world, secret, status, kind):
    answer = world.call("POST", ANALYZE, sound(), secret=secret)
    assert (answer.status, answer.body["error"]["status"], answer.error_type) == (status, kind, None)


def test_p7_a_revoked_key(world):
    from evenhand.perspective.keys import revoke

    revoke(world.service.store, world.ctx, world.key_id)
    answer = world.call("POST", ANALYZE, sound())
    assert (answer.status, answer.body["error"]["status"]) == (403, "PERMISSION_DENIED")


def test_p7_no_error_holds_the_text(world):
    planted = "Zanzibarquartz"
    for field, value, *_ in FAULTS:
        document = sound() | {field: value}
        if field != "comment":
            document["comment"] = {"text": f"hello {planted}"}
        assert planted not in json.dumps(world.call("POST", ANALYZE, document).body)
    assert planted not in world.call("POST", ANALYZE, f'{{"comment": {planted}'.encode()).raw.decode()
    assert planted not in world.analyze(f"{planted} гавань и корабли сегодня тут", languages=None).raw.decode()


def test_p7_an_endless_name_is_cut_short(world):
    answer = world.analyze(attributes=("X" * 100_000,))
    assert answer.status == 400 and len(answer.raw) < 1000


def test_p7_an_error_of_ours_says_nothing_of_its_cause(world, caplog):
    def broken(_items):
        raise ValueError("the planted words")

    world.fake.verdicts = broken
    answer = world.analyze("the planted words")
    assert (answer.status, answer.body["error"]["status"]) == (500, "INTERNAL")
    assert "planted" not in answer.raw.decode() + caplog.text
    assert "RuntimeError" in caplog.text
