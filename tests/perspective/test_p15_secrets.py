"""PERSP-P15: a planted key and a planted text are in no log, metric, error or table after analyse calls."""

from __future__ import annotations

import http.client
import json
import logging
import sqlite3
import time
from contextlib import closing

from tests.perspective.worlds import ANALYZE, serving

PLANTED = "Quartzzanzibar"


def document(**more) -> dict:
    return {"comment": {"text": f"you idiot {PLANTED}"}, "requestedAttributes": {"TOXICITY": {}}, "languages": ["en"],
            "clientToken": "tok", "sessionId": "ses", "communityId": "com", **more}  # fmt: skip


def test_p15_nothing_is_left_of_text_or_key(world, loopback, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    errors: list[str] = []
    with serving(world.service, said=lambda *parts: said.append(repr(parts))) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
        long = {"text": PLANTED + " " + "x" * 30_000}
        faults = [{}, {"languages": ["de"]}, {"requestedAttributes": {"SPAM": {}}}, {"comment": long}]
        for body in [*(document(**fault) for fault in faults), document(spanAnnotations=3)]:
            path = f"{ANALYZE}?key={world.secret}&access_token={PLANTED}&oauth_token={PLANTED}"
            connection.request("POST", path, json.dumps(body), {"X-Goog-Api-Key": world.secret})
            response = connection.getresponse()
            text = response.read().decode()
            if response.status != 200:
                errors.append(text)
        connection.request("GET", f"/$discovery/rest?version=v1alpha1&key={world.secret}")
        errors.append(connection.getresponse().read().decode())
        connection.request("GET", "/metrics")
        errors.append(connection.getresponse().read().decode())
        connection.close()
        until = time.monotonic() + 10
        while len(said) < 7 and time.monotonic() < until:  # each is said after its answer has gone out
            time.sleep(0.01)
    assert len(errors) == 6 and len(said) == 7
    out = capfd.readouterr()
    heaps = {"errors": "".join(errors), "log": caplog.text + "".join(said), "printed": out.out + out.err,
             "store": store_text(world)}  # fmt: skip
    for name, heap in heaps.items():
        assert PLANTED not in heap and world.secret not in heap, name


def store_text(world) -> str:
    """Return every file of the store as text, and every value in it."""
    path = world.service.store.path
    raw = "".join(file.read_bytes().decode("latin-1") for file in path.parent.glob(path.name + "*"))
    with closing(sqlite3.connect(path)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [str(row) for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
    return raw + "\n".join(rows)


def test_p15_an_error_of_ours_logs_where_but_not_what(world, caplog):
    caplog.set_level(logging.DEBUG)
    world.fake.verdicts = lambda items: [][len(items[0].text)]
    assert world.analyze(f"you idiot {PLANTED}").status == 500
    world.service.models.pinned = lambda *_: 1 / 0
    assert world.analyze(PLANTED).status == 500
    assert PLANTED not in caplog.text and "ZeroDivisionError" in caplog.text
    assert all(record.exc_info is None for record in caplog.records)


def test_p15_a_broken_request_line_is_not_repeated(served, capfd):
    world, server = served
    import socket

    for line in (f"GET /x?key={world.secret} HTTP/9.9", f"{PLANTED} {world.secret}", "GET / HTTP/1.1\r\nBroken"):
        with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5) as raw:
            raw.sendall(line.encode() + b"\r\n\r\n")
            raw.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := raw.recv(65536):
                answer += piece
        assert PLANTED.encode() not in answer and world.secret.encode() not in answer
    assert capfd.readouterr().err == ""


def test_p15_metrics_are_for_this_machine_or_for_a_key(world):
    world.analyze("you idiot")
    page = world.service.handle(world_request(peer="127.0.0.1"))
    assert page.status == 200
    assert b'requests_total{route="analyze",status="200"} 1' in page.body
    assert world.service.handle(world_request(peer="192.0.2.1")).status == 403
    forwarded = world_request(peer="127.0.0.1", headers={"x-forwarded-for": "192.0.2.1"})
    assert world.service.handle(forwarded).status == 403
    keyed = world_request(peer="192.0.2.1", headers={"authorization": f"Bearer {world.secret}"})
    assert world.service.handle(keyed).status == 200


def world_request(**more):
    from evenhand.perspective import Request

    return Request("GET", "/metrics", **more)


def test_p15_the_store_is_its_owners_alone_and_holds_no_key(world):
    assert world.service.store.path.stat().st_mode & 0o077 == 0
    assert world.secret not in store_text(world)
