"""PERSP-P1: Google's own Python client builds itself from our discovery document and works unmodified."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from tests.perspective.worlds import SUGGEST

from evenhand.perspective.discovery import SCHEMAS
from evenhand.perspective.quota import Allowance

BODY = {"comment": {"text": "you idiot"}, "requestedAttributes": {"TOXICITY": {}, "INSULT": {}}, "languages": ["en"]}
FEEDBACK = {
    "comment": {"text": "you idiot"},
    "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0}}},
    "clientToken": "comment-53922",
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("options", [{}, {"static_discovery": False}])
def test_p1_googles_client_from_our_discovery_address(served, options):
    discovery = pytest.importorskip("googleapiclient.discovery", reason="google-api-python-client is not installed")
    errors = pytest.importorskip("googleapiclient.errors")
    world, server = served
    address = f"{server.address}/$discovery/rest?version=v1alpha1"

    with ExitStack() as built:

        def build(key: str):
            service = discovery.build(
                "commentanalyzer", "v1alpha1", developerKey=key, discoveryServiceUrl=address, **options
            )
            return built.enter_context(service).comments()

        spoken_to(world, build, errors.HttpError)


def spoken_to(world, build, refused_with) -> None:
    """Have the client analyse, suggest, be refused and run out of quota."""
    comments = build(world.secret)
    answer = comments.analyze(body=BODY).execute()
    assert answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"] == 0.91
    assert comments.suggestscore(body=FEEDBACK).execute()["clientToken"] == "comment-53922"

    with pytest.raises(refused_with) as refused:
        comments.analyze(body={**BODY, "languages": ["om"]}).execute()
    assert refused.value.status_code == 400
    assert refused.value.error_details[0]["errorType"] == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"

    _, small = world.new_key("small", Allowance(1, 1))
    over_soon = build(small)
    over_soon.analyze(body=BODY).execute()
    with pytest.raises(refused_with) as over:
        over_soon.analyze(body=BODY).execute()
    assert over.value.status_code == 429 and int(over.value.resp["retry-after"]) > 0
    assert over.value.error_details[0]["reason"] == "RATE_LIMIT_EXCEEDED"


def test_p1_the_discovery_document_key_by_key(world):
    document = world.call("GET", "/$discovery/rest", headers={"host": "scores.example"}, secret="").body
    expected = {
        "kind": "discovery#restDescription", "discoveryVersion": "v1", "id": "commentanalyzer:v1alpha1",
        "name": "commentanalyzer", "version": "v1alpha1", "protocol": "rest", "servicePath": "",
        "rootUrl": "http://scores.example/", "baseUrl": "http://scores.example/",
    }  # fmt: skip
    assert expected.items() <= document.items()
    assert {"revision", "title"} <= set(document) and "auth" not in document
    assert document["parameters"]["key"] == {"type": "string", "location": "query"}
    assert {"$.xgafv", "access_token", "alt", "callback", "fields", "key", "oauth_token", "prettyPrint", "quotaUser",
            "uploadType", "upload_protocol"} == set(document["parameters"])  # fmt: skip
    methods = document["resources"]["comments"]["methods"]
    assert methods["analyze"]["path"] == "v1alpha1/comments:analyze"
    assert methods["suggestscore"]["id"] == "commentanalyzer.comments.suggestscore"
    assert methods["suggestscore"]["request"] == {"$ref": "SuggestCommentScoreRequest"}


def test_p1_every_reference_in_the_document_leads_to_a_schema(world):
    document = world.call("GET", "/$discovery/rest").body
    assert set(document["schemas"]) == set(SCHEMAS)

    def references(value):
        if isinstance(value, dict):
            yield from ([value["$ref"]] if "$ref" in value else [])
            for one in value.values():
                yield from references(one)
        elif isinstance(value, list):
            for one in value:
                yield from references(one)

    assert set(references(document)) <= set(document["schemas"])
    assert all(schema["id"] == name and schema["type"] == "object" for name, schema in document["schemas"].items())


@pytest.mark.parametrize(("proxies", "peer", "root"), [
    (frozenset(), "10.0.0.7", "http://inner:8080/"),
    (frozenset({"10.0.0.7"}), "10.0.0.7", "https://scores.example/"),
    (frozenset({"10.0.0.7"}), "10.0.0.8", "http://inner:8080/"),
])  # fmt: skip
def test_p1_proxy_headers_count_from_trusted_proxies_only(make, proxies, peer, root):
    world = make(trusted_proxies=proxies)
    headers = {"host": "inner:8080", "x-forwarded-proto": "https", "x-forwarded-host": "scores.example"}
    assert world.call("GET", "/$discovery/rest", headers=headers, peer=peer).body["rootUrl"] == root


@pytest.mark.parametrize("host", ["evil.example/x", "a b", "x\r\ny", "[::1", 'a"b', "other.example"])
def test_p1_a_host_that_is_not_ours_is_not_repeated(make, host):
    world = make(hosts=("scores.example", ".sub.example"))
    answer = world.call("GET", "/$discovery/rest", headers={"host": host})
    assert answer.status == 400 and host not in answer.raw.decode()
    for fine in ("scores.example", "SCORES.example:8443", "a.sub.example"):
        assert world.call("GET", "/$discovery/rest", headers={"host": fine}).status == 200


def test_p1_the_key_in_the_address_of_the_discovery_document_is_not_needed(world):
    assert world.call("GET", "/$discovery/rest", secret="").raw == world.call("GET", "/$discovery/rest").raw


def test_p1_suggestscore_answers_as_the_original(world):
    answer = world.call("POST", SUGGEST, {**FEEDBACK, "languages": ["en"]})
    assert answer.body == {"clientToken": "comment-53922", "detectedLanguages": ["en"], "requestedLanguages": ["en"]}
