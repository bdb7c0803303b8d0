"""PERSP-P8: 20,480 bytes of text pass, one more does not; a body over a megabyte is never read into the service."""

from __future__ import annotations

import http.client
import json

import pytest

from evenhand.perspective.messages import MOST_BODY


@pytest.mark.parametrize("letter", ["x", "é", "😀", "\ud800"])
def test_p8_the_limit_counts_utf8_bytes(world, letter):
    size = len(letter.encode("utf-8", "surrogatepass"))
    fits = letter * ((20_480 - 20) // size) + "a" * ((20_480 - 20) % size) + "you muppet, you clown"[:20]
    assert len(fits.encode("utf-8", "surrogatepass")) == 20_480
    assert world.analyze(fits, spanAnnotations=True).status == 200
    assert world.analyze(fits + "x").error_type == "COMMENT_TOO_LONG"


def test_p8_a_request_over_a_megabyte_is_413(world):
    answer = world.call("POST", "/v1alpha1/comments:analyze", b"", oversized=True)
    assert (answer.status, answer.body["error"]["status"]) == (413, "INVALID_ARGUMENT")


@pytest.mark.parametrize("size", [2 << 20, 7 << 20])
def test_p8_two_megabytes_over_http_are_413_and_the_client_sees_it(served, size):
    world, server = served
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
    connection.request("POST", f"/v1alpha1/comments:analyze?key={world.secret}", body=b"x" * size)
    response = connection.getresponse()
    assert response.status == 413 and json.loads(response.read())["error"]["code"] == 413
    connection.close()


def test_p8_a_megabyte_itself_is_read(served):
    world, server = served
    document = {"comment": {"text": "you idiot"}, "requestedAttributes": {"TOXICITY": {}}, "padding": ""}
    document["padding"] = "x" * (MOST_BODY - len(json.dumps(document)))
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
    body = json.dumps(document)
    assert len(body) == MOST_BODY
    connection.request("POST", f"/v1alpha1/comments:analyze?key={world.secret}", body=body)
    assert connection.getresponse().status == 200
    connection.close()
