"""The small HTTP server: connections kept, framing that cannot be read twice, no patience with drips."""

from __future__ import annotations

import http.client
import json
import socket

import pytest
from tests.perspective.worlds import serving, until

from evenhand.perspective import server as server_module
from evenhand.perspective.server import query_of

BODY = json.dumps({"comment": {"text": "you idiot"}, "requestedAttributes": {"TOXICITY": {}}})


def exchange(server, raw: bytes) -> bytes:
    """Send bytes, close our half, and return everything that came back."""
    with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


def post(world, *headers: str, body: str = BODY) -> bytes:
    top = [f"POST /v1alpha1/comments:analyze?key={world.secret} HTTP/1.1", "Host: x", *headers]
    return "\r\n".join([*top, "", body]).encode()


def test_a_connection_is_kept_for_the_next_request(served):
    world, server = served
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    connection.connect()
    first = connection.sock
    for _ in range(3):
        connection.request("POST", f"/v1alpha1/comments%3Aanalyze/?key={world.secret}", BODY)
        response = connection.getresponse()
        assert response.status == 200 and json.loads(response.read())
        assert connection.sock is first
    connection.close()


@pytest.mark.parametrize(("headers", "status"), [
    (("Transfer-Encoding: chunked",), b"411"), (("Content-Length: 5", "Content-Length: 6"), b"400"),
    (("Content-Length: +5",), b"400"), (("Content-Length: 5, 5",), b"400"), (("Content-Length: -1",), b"400"),
    (("Content-Length: 99999999999999999999",), b"400"), ((), b"400"),
])  # fmt: skip
def test_a_body_whose_end_is_unclear_is_refused(served, headers, status):
    world, server = served
    assert exchange(server, post(world, *headers)).split()[1] == status


@pytest.mark.parametrize("raw", [b"\x00\xff\xfe\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                                 b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
                                 b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n"])  # fmt: skip
def test_what_is_not_http_gets_an_envelope_and_a_closed_connection(served, raw):
    _, server = served
    answer = exchange(server, raw)
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["status"] == "INVALID_ARGUMENT"
    assert b"Connection: close" in answer


def test_a_body_that_ends_early_is_dropped_and_others_are_served(served):
    world, server = served
    assert exchange(server, post(world, "Content-Length: 500", body="{")) == b""
    assert b" 200 " in exchange(server, post(world, f"Content-Length: {len(BODY)}"))


def test_every_answer_says_its_length_and_is_not_for_caches(served):
    world, server = served
    head = exchange(server, post(world, f"Content-Length: {len(BODY)}")).partition(b"\r\n\r\n")[0]
    for line in (b"Content-Type: application/json", b"Cache-Control: no-store", b"X-Content-Type-Options: nosniff",
                 b"Content-Length: ", b"Evenhand-Model: "):  # fmt: skip
        assert line in head


def test_unheard_of_methods_are_405(served):
    _, server = served
    for method in ("GET", "DELETE", "BREW", "HEAD", "OPTIONS"):
        answer = exchange(server, f"{method} /v1alpha1/comments:analyze HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert answer.split()[1] == b"405" and b"Allow: POST" in answer
        assert (method == "HEAD") == answer.endswith(b"\r\n\r\n")


@pytest.mark.slow
def test_a_request_that_drips_is_cut_off(world, loopback, monkeypatch):
    monkeypatch.setattr(server_module, "PATIENCE", 0.05)
    with serving(world.service) as server, socket.create_connection(("127.0.0.1", server.server_address[1])) as slow:
        slow.settimeout(5)
        slow.sendall(b"POST /v1alpha1")
        assert slow.recv(100) == b""
        until(lambda: not server._awaited)


def test_the_first_value_of_a_parameter_counts_and_nothing_raises():
    assert query_of("key=a&key=b&x") == {"key": "a", "x": ""}
    assert query_of("&".join(f"a{n}=1" for n in range(5000))) == {}
    assert query_of("key=%FF&%=%zz") == {"key": "\ufffd", "%": "%zz"}


def test_the_address_of_ipv6_is_written_with_brackets(world, loopback):
    from pytest_socket import socket_allow_hosts

    socket_allow_hosts(["127.0.0.1", "::1"])
    try:
        server = server_module.Server("::1", 0, world.service.handle)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    assert server.address.startswith("http://[::1]:")
    server.server_close()
