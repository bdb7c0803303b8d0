"""A named source is switched on by a document, asked with its cursor, and stores only what is aimed at somebody."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.databases import Desk
from tests.fixtures import make_x
from tests.live.live_room import to_ana, to_nobody
from tests.web.desk.desk_room import Room, furnished

from evenhand.context import Context
from evenhand.web.desk.candidates import candidates, newest_import
from evenhand.web.desk.protection import declared_accounts
from evenhand.web.live import actions, queries
from evenhand.web.live.models import LiveSource
from evenhand.web.live.queries import state_of
from evenhand.web.record.verify import verify
from evenhand.web.sources import models
from evenhand.web.sources.queries import corpus_here, query

FOLDER = '[drop]\nadapter = "folder"\nfolder = "in"\n'


@pytest.fixture
def room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setattr(queries, "_remembered", queries._Remembered())
    (desk.home.root / "in").mkdir()
    return furnished(desk)


def name(room: Room, text: str = FOLDER) -> None:
    (room.desk.home.root / "live.toml").write_text(text)


def drop(room: Room, file: str, *records: object) -> None:
    path = room.desk.home.root / "in" / file
    path.write_bytes(b"".join(record.data + b"\n" for record in records))  # type: ignore[attr-defined]
    at = room.ctx.now().timestamp() - 60
    os.utime(path, (at, at))


def posts() -> list[str]:
    return sorted(query("SELECT record_key FROM posts")["record_key"].to_pylist())


def test_nothing_is_named_and_nothing_happens(room: Room) -> None:
    assert actions.poll_due(room.ctx) == 0
    assert not (room.desk.home.root / "live").exists()


def test_ten_of_a_hundred_are_stored_and_no_byte_of_the_rest(room: Room) -> None:  # FMT-C25
    name(room)
    drop(room, "feed.jsonl", *(to_ana(str(n)) if n % 10 == 0 else to_nobody(str(n)) for n in range(1000, 1100)))
    assert actions.poll_due(room.ctx) == 10
    assert posts() == [f"x:{n}" for n in range(1000, 1100, 10)]
    state = state_of(room.desk.home, "drop")
    assert (state.kept, state.not_aimed, state.unreadable, state.trouble) == (10, 90, 0, "")
    inside = [path for path in room.desk.home.root.rglob("*") if path.is_file() and path.parent.name != "in"]
    assert not [path for path in inside if b"something else" in path.read_bytes()]
    # A whole look at what was stored: it is aimed at Ana, so the desk will screen it.
    found = [
        one
        for page in candidates(corpus_here(), declared_accounts(room.ctx), since=-1, upto=newest_import(corpus_here()))
        for one in page
    ]
    assert {one.target for one in found} == {room.ana} and len(found) == 10
    assert verify(room.ctx).exit_code != 1


def test_the_same_again_adds_nothing_and_a_lost_cursor_costs_nothing(room: Room) -> None:
    name(room)
    drop(room, "feed.jsonl", to_ana("1"), to_nobody("2"))
    actions.poll_due(room.ctx)
    room.later(minutes=2)
    assert actions.poll_due(room.ctx) == 0
    queries.state_path(room.desk.home, "drop").unlink()
    assert actions.poll_due(room.ctx) == 1
    assert (posts(), models.Import.objects.count()) == (["x:1"], 1)


def test_a_cut_between_storing_and_keeping_the_cursor_loses_and_doubles_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    name(room)
    drop(room, "feed.jsonl", to_ana("1"))

    def cut(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr(actions, "_keep", cut)
        actions.poll_due(room.ctx)
    assert actions.poll_due(room.ctx) == 1
    assert (posts(), models.Import.objects.count()) == (["x:1"], 1)


def test_switching_on_changing_and_off_are_documents(room: Room) -> None:
    name(room)
    actions.poll_due(room.ctx)
    actions.poll_due(room.ctx)
    assert LiveSource.objects.filter(disabled_at=None).count() == 1
    name(room, FOLDER + 'format = "x_api"\n')
    actions.poll_due(room.ctx)
    assert (LiveSource.objects.count(), LiveSource.objects.filter(disabled_at=None).count()) == (2, 1)
    name(room, "")
    actions.poll_due(room.ctx)
    assert LiveSource.objects.filter(disabled_at=None).count() == 0
    assert verify(room.ctx).exit_code != 1
    LiveSource.objects.update(adapter="webhook")
    assert verify(room.ctx).exit_code == 1


def test_one_source_in_trouble_stops_no_other_and_waits(room: Room) -> None:
    name(room, '[gone]\nadapter = "folder"\nfolder = "nowhere"\n' + FOLDER)
    drop(room, "feed.jsonl", to_ana("1"))
    assert actions.poll_due(room.ctx) == 1
    state = state_of(room.desk.home, "gone")
    assert (state.failures, "cannot be read" in state.trouble, state.is_due(room.ctx.now())) == (1, True, False)
    (room.desk.home.root / "nowhere").mkdir()
    actions.poll_due(room.later(minutes=1))
    assert state_of(room.desk.home, "gone").trouble == ""


def test_while_an_import_runs_the_source_is_asked_again(room: Room) -> None:
    name(room)
    drop(room, "feed.jsonl", to_ana("1"))
    with corpus_here().writing():
        assert actions.poll_due(room.ctx) == 0
    assert actions.poll_due(room.ctx) == 1
    assert state_of(room.desk.home, "drop").failures == 0


def put(room: Room, file: str, data: bytes) -> None:
    path = room.desk.home.root / "in" / file
    path.write_bytes(data)
    os.utime(path, (1, 1))


def test_a_file_that_nobody_reads_is_set_aside_and_holds_up_no_other(room: Room) -> None:
    name(room)
    put(room, "a-odd.jsonl", json.dumps({"colour": "green"}).encode() + b"\n")
    drop(room, "b.jsonl", to_ana("1"))
    assert [actions.poll_due(room.ctx), actions.poll_due(room.ctx), actions.poll_due(room.ctx)] == [0, 1, 0]
    state = state_of(room.desk.home, "drop")
    assert list(state.aside) == ["a-odd.jsonl"] and "no reader knows this format" in state.aside["a-odd.jsonl"]
    assert (state.trouble, state.unreadable) == ("", 1)
    (room.desk.home.root / "in" / "a-odd.jsonl").unlink()
    actions.poll_due(room.later(minutes=2))
    assert state_of(room.desk.home, "drop").aside == {}


def test_exports_are_taken_whole_where_that_is_switched_on(room: Room, tmp_path: Path) -> None:
    tweets = [make_x.archive_tweet("101", "said"), make_x.archive_tweet("102", "more")]
    archive = make_x.archive(tmp_path / "a.zip", {"tweets.js": make_x.script("tweets", tweets)}).read_bytes()
    bulk = b"subreddit,created_utc,id,author,text\na,1700000000,x1,ada,said\n"
    name(room)
    for file, data in (("a.zip", archive), ("b.csv", bulk), ("c.dat", b"\0nothing that anybody knows")):
        put(room, file, data)
    assert actions.poll_due(room.ctx) == 0
    assert set(state_of(room.desk.home, "drop").aside) == {"a.zip", "b.csv", "c.dat"}
    name(room, FOLDER + 'exports = "yes"\n')
    assert [actions.poll_due(room.later(minutes=2)) for _ in range(4)] == [2, 0, 0, 0]
    aside = state_of(room.desk.home, "drop").aside
    assert set(aside) == {"b.csv", "c.dat"} and "basis" in aside["b.csv"]
    name(room, FOLDER + 'exports = "yes"\nbasis = "Article 6(1)(f), assessed on 1 March"\n')
    put(room, "b.csv", bulk + b"a,1700000001,x2,ada,more\n")
    assert actions.poll_due(room.later(minutes=2)) == 2
    assert set(state_of(room.desk.home, "drop").aside) == {"c.dat"}
    assert verify(room.ctx).exit_code != 1


def test_the_accounts_are_not_opened_at_every_look(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Context] = []
    real = queries.declared_accounts
    monkeypatch.setattr(queries, "declared_accounts", lambda ctx: opened.append(ctx) or real(ctx))
    for _ in range(3):
        queries.declared_here("", room.later(minutes=1))
    assert len(opened) == 1
    queries.declared_here("", room.later(hours=2))
    assert len(opened) == 2


def test_a_state_that_is_none_is_said_with_its_place(room: Room) -> None:
    name(room)
    path: Path = queries.state_path(room.desk.home, "drop")
    path.parent.mkdir()
    path.write_text("{}x")
    with pytest.raises(Exception, match=r"drop\.json: this is no state"):
        actions.poll_due(room.ctx)
