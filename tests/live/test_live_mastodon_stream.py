"""A stream tells posts, edits and deletions; whatever falls between two looks is found by number afterwards."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.live.fake_mastodon import BASE, Server, ServerHandler, notified, post, told
from tests.live.fakes import served
from tests.live.live_room import DECLARED, none_held

from evenhand.live import Arrived, Known, Polled, Unreachable, sift
from evenhand.live import mastodon_stream as module
from evenhand.live.held import recognise_bytes
from evenhand.live.mastodon import Mastodon
from evenhand.live.mastodon_stream import MastodonStream
from evenhand.posts import Report, rows_of

pytestmark = pytest.mark.usefixtures("loopback")
START = json.dumps({"post": str(BASE), "notification": "0", "again": "0"})


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def stream(server: Server, loopback: None) -> Iterator[MastodonStream]:
    with served(ServerHandler, server) as port:
        server.port = port
        yield MastodonStream(Mastodon(f"http://127.0.0.1:{port}", server.token), "user", {}, secrets.token_bytes, 5.0)


def held(number: int, version: str = "") -> dict[str, Known]:
    return {str(BASE + number): Known(f"activitypub:https://elsewhere.example/notes/{number}", version)}


def read(records: tuple[Arrived, ...]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the posts and the events that the reader finds in records, by the last part of their address."""
    report = Report("it")
    data = b"\n".join(record.data for record in records) + b"\n"
    rows = list(rows_of(recognise_bytes(data, "it.jsonl", as_format="mastodon_api"), report, imported_at=0))
    said = [(event["record_key"].rpartition("/")[2], event["event"]) for event in report.events]
    return [row["record_key"].rpartition("/")[2] for row in rows], said


def keys(polled: Polled) -> list[str]:
    return read(polled.records)[0]


def events(polled: Polled) -> list[tuple[str, str]]:
    return read(polled.records)[1]


def test_the_first_look_only_sees_where_everything_stands(stream: MastodonStream, server: Server) -> None:
    server.posts, server.notifications = [post(1), post(2)], [notified(7, post(1))]
    polled = stream.poll("")
    assert polled.records == ()
    assert json.loads(polled.cursor) == {"post": str(BASE + 2), "notification": "7", "again": "0"}


def test_what_came_meanwhile_and_what_is_told_now_come_once(stream: MastodonStream, server: Server) -> None:
    server.posts = [post(number) for number in range(1, 91)]  # three pages
    server.notifications = [notified(8, post(500)), notified(9, None)]
    server.events = [
        told("update", post(90)),  # asked for already
        told("update", post(91)),
        told("notification", notified(10, post(501))),
        told("notification", notified(11, post(91))),  # the same post, told twice
        told("notification", notified(12, None, kind="follow")),
        told("filters_changed", ""),
    ]
    polled = stream.poll(START)
    assert sorted(keys(polled), key=int) == [*(str(n) for n in range(1, 92)), "500", "501"]
    assert json.loads(polled.cursor) == {"post": str(BASE + 91), "notification": "12", "again": "0"}
    assert polled.dropped == 2  # two notifications without a post
    streamed = next(index for index, asked in enumerate(server.asked) if asked.startswith("/api/v1/streaming"))
    assert all("/timelines/" not in asked for asked in server.asked[:streamed])  # nothing falls between the two


def test_the_next_look_takes_nothing_twice(stream: MastodonStream, server: Server) -> None:
    server.posts = [post(1), post(2)]
    first = stream.poll(START)
    again = replace(stream, names=first.names).poll(first.cursor)
    assert (len(first.records), again.records) == (2, ())
    server.posts.append(post(-50_000_000))  # arrives late, with a number of its own time
    assert keys(replace(stream, names=first.names).poll(again.cursor)) == ["-50000000"]


def test_only_what_is_aimed_at_somebody_passes_and_its_name_is_known(stream: MastodonStream, server: Server) -> None:
    server.events = [told("update", post(n, mentions="ana" if n % 10 == 0 else "other")) for n in range(1, 101)]
    polled = stream.poll(START)  # FMT-C25
    sifted = sift(polled.records, DECLARED, none_held, name="fediverse", reads_as=stream.reads_as)
    assert (sifted.kept, sifted.not_aimed) == (10, 90)
    assert sifted.keys == {f"activitypub:https://elsewhere.example/notes/{n}" for n in range(10, 101, 10)}
    assert {known.key for known in polled.names.values()} > sifted.keys


def test_an_edit_is_another_version(stream: MastodonStream, server: Server) -> None:
    edited = post(3, "milder", edited="2026-03-02T09:00:00.000Z")
    server.posts, server.events = [edited], [told("status.update", edited)]
    polled = replace(stream, names=held(3)).poll(START)
    assert keys(polled) == ["3"]
    assert polled.names == held(3, "2026-03-02T09:00:00.000Z")
    assert replace(stream, names=dict(polled.names)).poll(START).records == ()


def test_a_deletion_is_kept_of_what_is_held_or_was_just_heard(stream: MastodonStream, server: Server) -> None:
    server.posts = [post(3)]
    server.events = [
        told("update", post(4)), told("delete", str(BASE + 3)), told("delete", str(BASE + 4)), told("delete", "77"),
    ]  # fmt: skip
    polled = replace(stream, names=held(3, "old")).poll(START)
    assert events(polled) == [("3", "deleted_by_author"), ("4", "deleted_by_author")]
    assert (polled.gone, polled.dropped) == ({str(BASE + 3), str(BASE + 4)}, 1)


def test_what_was_deleted_or_edited_between_two_looks_is_found(
    stream: MastodonStream, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOKED_AGAIN", 2)
    far = str(BASE + (1 << 40))
    cursor = json.dumps({"post": far, "notification": "0", "again": "0"})
    server.posts = [post(1), post(3, "milder", edited="2026-03-02T09:00:00.000Z")]
    stream = replace(stream, names=held(1) | held(2) | held(3))
    first = stream.poll(cursor)
    assert (events(first), first.gone) == ([("2", "deleted_unknown")], {str(BASE + 2)})
    second = replace(stream, names=held(1) | held(3)).poll(first.cursor)
    assert keys(second) == ["3"]
    third = replace(stream, names=held(1) | dict(second.names)).poll(second.cursor)
    assert third.records == ()
    assert server.asked[-1].endswith(str(BASE + 3)) and f"/api/v1/statuses/{BASE + 1}" in server.asked[-2]


def test_a_list_is_asked_alone(stream: MastodonStream, server: Server) -> None:
    server.posts = [post(1)]
    server.events = [told("update", post(2), stream="list")]
    assert keys(replace(stream, stream="list:12").poll(START)) == ["1", "2"]
    assert "/api/v1/streaming?stream=list&list=12" in server.asked
    assert not [asked for asked in server.asked if "notifications" in asked]


def test_a_stream_that_breaks_off_loses_nothing(stream: MastodonStream, server: Server) -> None:
    server.events, server.cut_after = [told("update", post(n)) for n in (1, 2, 3)], 1
    first = stream.poll(START)
    assert keys(first) == ["1"]
    server.posts, server.events = [post(1), post(2), post(3)], []
    assert keys(replace(stream, names=first.names).poll(first.cursor)) == ["2", "3"]


def test_trouble_is_said_and_the_token_goes_nowhere_else(stream: MastodonStream, server: Server) -> None:
    with pytest.raises(Unreachable, match="Check the token"):
        replace(stream, asked=Mastodon(stream.asked.server, "another")).poll(START)
    server.names_stream = False  # then it is beside the server itself
    assert stream.poll(START).records == ()
    server.accept = False
    with pytest.raises(Unreachable, match="did not open"):
        stream.poll(START)
    assert not [asked for asked in server.asked if server.token in asked]


@pytest.mark.parametrize("odd", [b"[]", b"{", b'{"event":"update","payload":"{}"}', b'{"event":"notification"}', b"7"])
def test_odd_messages_are_stepped_over(stream: MastodonStream, odd: bytes) -> None:
    look = module._Look(module._Cursor(), {})
    stream._heard(odd, look)
    assert (look.records, look.dropped) == ([], 0)
