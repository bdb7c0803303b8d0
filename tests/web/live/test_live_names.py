"""Posts, edits and deletions of a stream become facts of the corpus; only the number of what is stored is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.databases import Desk
from tests.live.fake_mastodon import BASE, post, told
from tests.web.desk.desk_room import Room, furnished

from evenhand.corpus.aim import Account
from evenhand.live import Arrived, Known, Polled
from evenhand.web.desk.protection import declare
from evenhand.web.live import actions, queries
from evenhand.web.live.queries import state_of
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.verify import verify
from evenhand.web.sources.queries import query
from evenhand.web.sources.retention import erase_posts

ONE, TWO = str(BASE + 1), str(BASE + 2)


@dataclass
class Told:
    """An adapter that gives what a test puts into it, once."""

    looks: list[Polled] = field(default_factory=list)
    names: list[dict[str, Known]] = field(default_factory=list)
    reads_as: str | None = "mastodon_api"

    def poll(self, cursor: str) -> Polled:
        return self.looks.pop(0) if self.looks else Polled((), cursor)


def look(*records: dict[str, Any], statuses: Iterable[dict[str, Any]] = (), gone: Iterable[str] = ()) -> Polled:
    names = {s["id"]: Known(f"activitypub:{s['uri']}", s["edited_at"] or "") for s in statuses}
    arrived = tuple(Arrived(json.dumps(record).encode()) for record in records)
    return Polled(arrived, "7", names=names, gone=frozenset(gone), more=True)


@pytest.fixture
def room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setattr(queries, "_remembered", queries._Remembered())
    room = furnished(desk)
    declare(label="Councillor", accounts=[Account("activitypub", None, "ana")], actor=SYSTEM, ctx=room.ctx)
    (desk.home.root / "live.toml").write_text(
        '[fedi]\nadapter = "mastodon"\nserver = "https://a.example"\ntoken_file = "t"\nstream = "user"\n'
    )
    return room


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Told:
    source = Told()

    def scripted(_named: object, _declared: object, _ctx: object, names: dict[str, Known]) -> Told:
        source.names.append(names)
        return source

    monkeypatch.setattr(actions, "adapter_of", scripted)
    return source


def states() -> dict[str, str]:
    found = query("SELECT native_id, deletion_state, text_norm FROM posts").to_pylist()
    return {row["native_id"].rpartition("/")[2]: row["deletion_state"] for row in found}


def test_a_post_its_edit_and_its_deletion(room: Room, source: Told) -> None:
    mine, other = post(1), post(2, "something else", mentions="other")
    source.looks = [look(told("update", mine), told("update", other), statuses=(mine, other))]
    assert actions.poll_due(room.ctx) == 1
    assert set(state_of(room.desk.home, "fedi").names) == {ONE}  # of the other not even its number lies on the disk
    edited = post(1, "a rather longer word", edited="2026-03-02T09:00:00.000Z")
    source.looks = [look(told("status.update", edited), statuses=(edited,))]
    actions.poll_due(room.ctx)
    [row] = query("SELECT text_norm, edited_at FROM posts").to_pylist()
    assert (row["text_norm"], row["edited_at"] is not None, states()) == (
        "a rather longer word",
        True,
        {"1": "present"},
    )
    gone = told("delete", ONE) | {"status_uri": mine["uri"]}
    for _ in range(2):  # at least once, and twice is the same as once
        source.looks = [look(gone, told("delete", TWO) | {"status_uri": other["uri"]}, gone=[ONE])]
        actions.poll_due(room.later(minutes=2))
    assert (states(), query("SELECT count(*) AS n FROM events")["n"].to_pylist()) == ({"1": "deleted_by_author"}, [1])
    assert state_of(room.desk.home, "fedi").names == {}
    assert verify(room.ctx).exit_code != 1


def test_no_number_outlives_an_erasure(room: Room, source: Told) -> None:
    mine = post(1)
    source.looks = [look(told("update", mine), statuses=(mine,))]
    actions.poll_due(room.ctx)
    erase_posts([f"activitypub:{mine['uri']}"], room.ctx)
    actions.poll_due(room.later(minutes=2))
    assert (source.names[-1], state_of(room.desk.home, "fedi").names) == ({}, {})
