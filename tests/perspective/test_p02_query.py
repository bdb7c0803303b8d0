"""PERSP-P2: addresses in every spelling; query parameters are accepted silently and only `key` acts."""

from __future__ import annotations

import pytest

QUERY = ("$.xgafv", "access_token", "alt", "callback", "fields", "oauth_token", "prettyPrint", "quotaUser",
         "uploadType", "upload_protocol", "something_else")  # fmt: skip
BODY = {"comment": {"text": "you idiot"}, "requestedAttributes": {"TOXICITY": {}}, "languages": ["en"]}


@pytest.mark.parametrize(
    "path",
    ["/v1alpha1/comments:analyze", "/v1alpha1/comments%3Aanalyze", "/v1alpha1/comments%3aanalyze",
     "/v1alpha1/comments:analyze/"],
)  # fmt: skip
def test_p2_each_spelling_of_the_address_is_answered_alike(world, path):
    plain = world.call("POST", "/v1alpha1/comments:analyze", BODY)
    assert plain.status == 200
    assert world.call("POST", path, BODY).raw == plain.raw


@pytest.mark.parametrize("name", QUERY)
def test_p2_each_query_name_is_accepted_and_changes_nothing(world, name):
    plain = world.call("POST", "/v1alpha1/comments:analyze", BODY)
    asked = world.call("POST", "/v1alpha1/comments:analyze", BODY, query={name: "x"})
    assert (asked.status, asked.raw) == (200, plain.raw)


def test_p2_a_callback_gives_plain_json(world):
    answer = world.call("POST", "/v1alpha1/comments:analyze", BODY, query={"callback": "x", "alt": "jsonp"})
    assert answer.raw.startswith(b'{"attributeScores"')


def test_p2_a_base_path_stands_before_every_address(make):
    world = make(base_path="/scores")
    assert world.call("POST", "/scores/v1alpha1/comments:analyze", BODY).status == 200
    assert world.call("POST", "/v1alpha1/comments:analyze", BODY).status == 404
    assert world.call("GET", "/scores/$discovery/rest").body["rootUrl"] == "http://localhost/scores/"


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/v1alpha1/comments:analyze", 405), ("POST", "/$discovery/rest", 405), ("GET", "/", 404),
    ("GET", "/v1alpha1/", 404), ("PUT", "/v1alpha1/comments:suggestscore", 405),
])  # fmt: skip
def test_p2_other_methods_and_addresses_are_refused_in_the_envelope(world, method, path, status):
    answer = world.call(method, path)
    assert (answer.status, answer.body["error"]["code"]) == (status, status)


@pytest.mark.parametrize("headers", [{"x-goog-api-key": "KEY"}, {"authorization": "Bearer KEY"}])
def test_p2_the_key_may_come_in_a_header(world, headers):
    headers = {name: value.replace("KEY", world.secret) for name, value in headers.items()}
    assert world.call("POST", "/v1alpha1/comments:analyze", BODY, secret="", headers=headers).status == 200


def test_p2_another_version_of_the_discovery_document_is_not_there(world):
    assert world.call("GET", "/$discovery/rest", query={"version": "v1alpha1"}).status == 200
    assert world.call("GET", "/$discovery/rest", query={"version": "v2"}).status == 404
