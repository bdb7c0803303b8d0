"""Files on their way in: sealed piece by piece, resumed where they broke off, nobody else's, gone in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.databases import Desk

from evenhand.errors import DoesNotHold, UsageError
from evenhand.web.record.ids import ActorId
from evenhand.web.sources.waiting import begin, find, forget_waiting, of

OFFICER, OTHER = ActorId("a" * 32), ActorId("b" * 32)


def test_pieces_become_the_file_and_no_byte_of_it_lies_in_the_clear(desk: Desk) -> None:
    waiting = begin(name="my posts.json", size=11, actor=OFFICER, ctx=desk.ctx)
    assert waiting.add(0, b"hello ", ctx=desk.ctx) == 6
    assert not waiting.is_whole
    assert waiting.add(6, b"world", ctx=desk.ctx) == 11
    assert waiting.is_whole
    stored = b"".join(path.read_bytes() for path in waiting.folder.iterdir())
    assert not any(word in stored for word in (b"hello", b"world", b"my posts"))
    with waiting.plain() as path:
        assert (path.name, path.read_bytes()) == ("my posts.json", b"hello world")
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.exists()


def test_a_piece_twice_changes_nothing_and_a_gap_is_refused(desk: Desk) -> None:
    waiting = begin(name="a", size=10, actor=OFFICER, ctx=desk.ctx)
    waiting.add(0, b"12345", ctx=desk.ctx)
    assert waiting.add(0, b"XXXXX", ctx=desk.ctx) == 5
    for at, data in ((7, b"8"), (5, b"678901")):
        with pytest.raises(UsageError, match="does not follow"):
            waiting.add(at, data, ctx=desk.ctx)
    waiting.add(5, b"67890", ctx=desk.ctx)
    with waiting.plain() as path:
        assert path.read_bytes() == b"1234567890"


def test_the_same_file_again_goes_on_where_it_broke_off(desk: Desk) -> None:
    first = begin(name="a.zip", size=10, actor=OFFICER, ctx=desk.ctx)
    first.add(0, b"12345", ctx=desk.ctx)
    assert begin(name="a.zip", size=10, actor=OFFICER, ctx=desk.ctx).id == first.id
    assert begin(name="a.zip", size=11, actor=OFFICER, ctx=desk.ctx).id != first.id
    assert begin(name="a.zip", size=10, actor=OTHER, ctx=desk.ctx).id != first.id
    assert {each.id for each in of(OTHER)} & {each.id for each in of(OFFICER)} == set()


def test_a_changed_piece_is_noticed(desk: Desk) -> None:
    waiting = begin(name="a", size=5, actor=OFFICER, ctx=desk.ctx)
    waiting.add(0, b"12345", ctx=desk.ctx)
    piece = next(path for path in waiting.folder.iterdir() if path.name[0] == "0")
    piece.write_bytes(piece.read_bytes()[:-1] + b"\0")
    with pytest.raises(DoesNotHold), waiting.plain():
        pass


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "/", "a\x00b"])
def test_a_name_leads_nowhere(desk: Desk, name: str) -> None:
    waiting = begin(name=name, size=1, actor=OFFICER, ctx=desk.ctx)
    waiting.add(0, b"1", ctx=desk.ctx)
    with waiting.plain() as path:
        assert path.parent.parent == waiting.folder


def test_no_id_leads_out_of_the_folder(desk: Desk) -> None:
    for upload in ("", ".", "..", "../desk.sqlite3", "f" * 31, "f" * 32, "ü" * 32):
        assert find(upload) is None


def test_an_empty_or_enormous_file_is_refused(desk: Desk) -> None:
    for size in (0, 1 << 60):
        with pytest.raises(UsageError):
            begin(name="a", size=size, actor=OFFICER, ctx=desk.ctx)


def test_what_nobody_finished_goes_after_a_day_and_a_story_after_thirty(desk: Desk) -> None:
    left = begin(name="a", size=1, actor=OFFICER, ctx=desk.ctx)
    done = begin(name="b", size=1, actor=OFFICER, ctx=desk.ctx)
    done.write("state", {"step": "done"}, ctx=desk.ctx)
    stuck = begin(name="c", size=1, actor=OFFICER, ctx=desk.ctx)
    stuck.write("state", {"step": "running"}, ctx=desk.ctx)

    def after(days: int) -> int:
        moment = desk.ctx.now() + timedelta(days=days, hours=1)
        return forget_waiting(replace(desk.ctx, now=lambda: moment))

    assert after(0) == 0
    assert after(1) == 1
    assert find(left.id) is None
    assert after(2) == 0
    assert after(3) == 1
    assert find(stuck.id) is None
    assert after(29) == 0
    assert after(30) == 1
    assert find(done.id) is None
