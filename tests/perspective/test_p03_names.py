"""PERSP-P3: camelCase and snake_case of every field are read alike; two forms that disagree are refused."""

from __future__ import annotations

import re

import pytest

ANALYZE, SUGGEST = "/v1alpha1/comments:analyze", "/v1alpha1/comments:suggestscore"
CAMEL = {
    "comment": {"text": "you idiot, and more", "type": "PLAIN_TEXT"},
    "context": {"articleAndParentComment": {"article": {"text": "an article"}, "parentComment": {"text": "a reply"}}},
    "requestedAttributes": {"TOXICITY": {"scoreType": "PROBABILITY", "scoreThreshold": 0.1}, "INSULT": {}},
    "spanAnnotations": True,
    "languages": ["en"],
    "doNotStore": True,
    "clientToken": "token",
    "sessionId": "session",
    "communityId": "community",
}
FEEDBACK = {
    "comment": {"text": "you idiot"},
    "attributeScores": {"TOXICITY": {
        "summaryScore": {"value": 0.5}, "spanScores": [{"begin": 0, "end": 3, "score": {"value": 1}}]}},
    "clientToken": "token",
    "communityId": "community",
    "sessionId": "session",
}  # fmt: skip


def snake(value):
    """Return the same with every field's name in snake_case; names of attributes stay."""
    if isinstance(value, dict):
        return {n if n.isupper() else re.sub(r"(?<!^)(?=[A-Z])", "_", n).lower(): snake(v) for n, v in value.items()}
    return [snake(one) for one in value] if isinstance(value, list) else value


def mixed(value):
    """Return the same with every second name at the top in snake_case."""
    other = snake(value)
    pairs = zip(value.items(), other.items(), strict=True)
    return dict(pair[number % 2] for number, pair in enumerate(pairs))


@pytest.mark.parametrize(("path", "document"), [(ANALYZE, CAMEL), (SUGGEST, FEEDBACK)])
def test_p3_camel_snake_and_mixed_give_equal_bodies(world, path, document):
    plain = world.call("POST", path, document)
    assert plain.status == 200
    assert snake(document) != document
    assert world.call("POST", path, snake(document)).raw == plain.raw
    assert world.call("POST", path, mixed(document)).raw == plain.raw


@pytest.mark.parametrize(
    "more",
    [{"span_annotations": False}, {"client_token": "another"}, {"requested_attributes": {"INSULT": {}}},
     {"do_not_store": False}],
)  # fmt: skip
def test_p3_two_forms_with_different_values_are_refused(world, more):
    answer = world.call("POST", ANALYZE, CAMEL | more)
    assert (answer.status, answer.error_type) == (400, "INVALID_REQUEST")


def test_p3_one_and_true_are_different_values(world):
    answer = world.analyze(attributes={"TOXICITY": {"scoreThreshold": 1, "score_threshold": True}})
    assert answer.error_type == "INVALID_REQUEST"


def test_p3_two_forms_with_the_same_value_are_one(world):
    assert world.call("POST", ANALYZE, CAMEL | {"client_token": "token"}).status == 200


def test_p3_an_unknown_field_is_ignored(world):
    plain = world.call("POST", ANALYZE, CAMEL)
    assert world.call("POST", ANALYZE, CAMEL | {"newField": {"a": [1]}, "Comment": 3}).raw == plain.raw


def test_p3_answers_are_camel_case(world):
    answer = world.call("POST", ANALYZE, snake(CAMEL))
    assert set(answer.body) == {"attributeScores", "languages", "detectedLanguages", "clientToken"}
    assert set(answer.body["attributeScores"]["TOXICITY"]) == {"spanScores", "summaryScore"}


@pytest.mark.parametrize(("fields"), [
    {"spanAnnotations": "yes"}, {"doNotStore": 1}, {"clientToken": 7}, {"languages": "en"}, {"languages": [None]},
    {"languages": [""]}, {"context": []}, {"context": {"entries": [3]}}, {"comment": "text"},
    {"comment": {"text": 5}}, {"requestedAttributes": ["TOXICITY"]}, {"requestedAttributes": {"TOXICITY": 5}},
    {"clientToken": "x" * 1025}, {"sessionId": "x" * 1025}, {"communityId": "x" * 1025},
    {"languages": ["en"] * 33},
])  # fmt: skip
def test_p3_a_value_of_another_kind_is_refused(world, fields):
    answer = world.call("POST", ANALYZE, CAMEL | fields)
    assert (answer.status, answer.error_type) == (400, "INVALID_REQUEST")


def test_p3_null_counts_as_absent(world):
    nothing = dict.fromkeys(("context", "spanAnnotations", "doNotStore", "clientToken", "sessionId", "communityId"))
    answer = world.analyze(**nothing)
    assert answer.status == 200 and "clientToken" not in answer.body
