"""The witness over real HTTP on this machine: one POST, one GET, limits, and many at once."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_socket import socket_allow_hosts
from tests.witness.conftest import ORIGIN, SmallLog

from evenhand.ledger.checkpoint import open_checkpoint
from evenhand.witness import NoAnswer, Witness, ask_witness, asking, serve
from evenhand.witness.request import MAX_BODY
from evenhand.witness.rules import origin_digest


@pytest.fixture
def port(witness: Witness, socket_enabled: None) -> Iterator[int]:
    socket_allow_hosts(["127.0.0.1"])
    with serve(witness, "127.0.0.1", 0, "/w/") as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def call(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", ""), answer.read()
    finally:
        connection.close()


def test_it_is_asked_as_a_log_asks(port: int, log: SmallLog, witness: Witness) -> None:
    now = int(witness.ctx.now().timestamp())
    url = f"http://127.0.0.1:{port}/w"
    for size in (7, 20):
        line = ask_witness(url, witness.signer.verifier, log.note(size), 0, lambda old, s=size: log.proof(old, s), now)
        assert line.time == now
    status, kind, note = call(port, "GET", f"/w/{origin_digest(ORIGIN)}/checkpoint")
    assert (status, kind) == (200, "text/plain; charset=utf-8")
    assert open_checkpoint(note, [log.signer.verifier], [witness.signer.verifier]).head.size == 20
    assert call(port, "POST", "/w/add-checkpoint", log.body(7, 20)) == (409, "text/x.tlog.size", b"20\n")
    with pytest.raises(NoAnswer, match="404"):
        ask_witness(f"{url}/other", witness.signer.verifier, log.note(7), 0, lambda old: [], now)


def test_nothing_else_is_there(port: int) -> None:
    for method, path in (
        ("GET", "/"), ("GET", "/w"), ("GET", "/w/add-checkpoint"), ("GET", "/w/checkpoint"),
        ("POST", "/add-checkpoint"),
        ("GET", f"/{origin_digest(ORIGIN)}/checkpoint"), ("GET", f"/w/{'0' * 64}/checkpoint"),
    ):  # fmt: skip
        assert call(port, method, path)[0] == 404, path
    assert call(port, "PUT", "/w/add-checkpoint", b"x")[0] == 501


def test_a_body_too_large_or_without_a_length_is_not_read(port: int, log: SmallLog) -> None:
    assert call(port, "POST", "/w/add-checkpoint", b"", **{"Content-Length": str(MAX_BODY + 1)})[0] == 400
    assert call(port, "POST", "/w/add-checkpoint", b"", **{"Content-Length": "-1"})[0] == 400
    assert call(port, "POST", "/w/add-checkpoint", b"")[0] == 400
    assert call(port, "POST", "/w/add-checkpoint", log.body(0, 7))[0] == 200


def test_many_at_once(port: int, log: SmallLog, witness: Witness) -> None:
    def ask(size: int) -> int:
        return call(port, "POST", "/w/add-checkpoint", log.body(0, size))[0]

    with ThreadPoolExecutor(16) as pool:
        found = sorted(pool.map(ask, range(1, 33)))
    assert found.count(200) == 1 and set(found) == {200, 409}
    last = witness.memory.last(ORIGIN)
    assert last is not None and last.head.size >= 1


def test_nobody_there_is_no_answer(socket_enabled: None, log: SmallLog, witness: Witness) -> None:
    socket_allow_hosts(["127.0.0.1"])
    for url in ("http://127.0.0.1:9", "http://[", "nonsense"):
        with pytest.raises(NoAnswer):
            ask_witness(url, witness.signer.verifier, log.note(7), 0, lambda old: [], 0)


@contextlib.contextmanager
def stranger(said: bytes, drip: bytes = b"") -> Iterator[str]:
    """Give the address of something that says this to whoever comes, then drips, and hangs up."""
    over = threading.Event()

    def answer(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                found, _ = listening.accept()
                with found, contextlib.suppress(OSError):
                    found.recv(65_536)
                    found.sendall(said)
                    while drip and not over.wait(0.05):
                        found.sendall(drip)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer, args=(listening,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        over.set()


OK = b"HTTP/1.1 200 OK\r\n"
NOT_HTTP = {
    "an SSH server": b"SSH-2.0-OpenSSH_9.6\r\n",
    "nothing": b"",
    "cut short": OK + b"Content-Length: 500\r\n\r\nabc",
    "an error cut short": b"HTTP/1.1 500 X\r\nContent-Length: 500\r\n\r\nabc",
    "a broken chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\nabc",
    "too many headers": OK + b"".join(b"X-%d: a\r\n" % number for number in range(200)) + b"\r\n",
    "a header too long": OK + b"X: " + b"a" * 70_000 + b"\r\n\r\n",
    "a status that is none": b"HTTP/1.1 299 X\r\n\r\nabc",
}


@pytest.mark.parametrize("said", NOT_HTTP.values(), ids=NOT_HTTP.keys())
def test_what_is_no_answer_of_http_is_no_answer(
    socket_enabled: None, log: SmallLog, witness: Witness, said: bytes
) -> None:
    socket_allow_hosts(["127.0.0.1"])
    with stranger(said) as url, pytest.raises(NoAnswer):
        ask_witness(url, witness.signer.verifier, log.note(7), 0, lambda old: [], 0)


@pytest.mark.parametrize("said", [b"", OK, OK + b"Content-Length: 60000\r\n\r\n"], ids=["status", "head", "body"])
def test_an_answer_that_drips_in_has_ten_seconds_in_all(
    socket_enabled: None, log: SmallLog, witness: Witness, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket_allow_hosts(["127.0.0.1"])
    monkeypatch.setattr(asking, "SECONDS", 0.3)
    before = threading.active_count()
    with stranger(said, drip=b"x") as url:
        began = time.monotonic()
        with pytest.raises(NoAnswer, match="Timeout"):
            ask_witness(url, witness.signer.verifier, log.note(7), 0, lambda old: [], 0)
        assert time.monotonic() - began < 2
        while time.monotonic() - began < 5 and threading.active_count() > before + 1:
            time.sleep(0.05)
        assert threading.active_count() == before + 1, "no thread stays behind; one is the stranger's"
