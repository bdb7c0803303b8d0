"""Files on their way in: sealed piece by piece, resumed where they broke off, nobody else's, gone in time."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.databases import Desk
from tests.kill import until_dead

from evenhand.backup.packing import home_parts
from evenhand.errors import DoesNotHold, UsageError
from evenhand.web.record.ids import ActorId
from evenhand.web.sources.waiting import Waiting, begin, find, forget_waiting, of, sweep_plain

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
        assert path.parent.stat().st_mode & 0o077 == path.stat().st_mode & 0o077 == 0
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


def killed_in_the_clear(desk: Desk) -> tuple[Waiting, Path]:
    """Return an upload whose import was killed, and the file it left in the clear."""
    waiting = begin(name="a.json", size=5, actor=OFFICER, ctx=desk.ctx)
    waiting.add(0, b"hello", ctx=desk.ctx)

    def killed(_said: object) -> None:
        with waiting.plain():
            os.kill(os.getpid(), signal.SIGKILL)

    until_dead(killed)
    (left,) = waiting.folder.glob(".plain-*/*")
    assert left.read_bytes() == b"hello"
    return waiting, left


def read_again(waiting: Waiting) -> None:
    with waiting.plain() as path:
        assert path.read_bytes() == b"hello"


@pytest.mark.parametrize(
    "after",
    [read_again, Waiting.drop_bytes, lambda _waiting: sweep_plain(None)],  # type: ignore[arg-type] # it asks for no time
    ids=["when it goes on", "when it ends", "with the next due work"],
)
def test_what_a_killed_import_left_in_the_clear_goes(desk: Desk, after: Callable[[Waiting], object]) -> None:
    waiting, left = killed_in_the_clear(desk)
    after(waiting)
    assert not left.parent.exists() and find(waiting.id) is not None


def test_what_is_being_read_stays_and_what_an_older_version_left_goes(desk: Desk) -> None:
    waiting, left = killed_in_the_clear(desk)
    before = waiting.folder / "plain-abc"
    left.parent.rename(before)
    with waiting.plain() as path:
        assert sweep_plain(desk.ctx) == 0 and path.exists()
        assert not before.exists(), "it went when the import went on"
        before.mkdir()
        assert sweep_plain(desk.ctx) == 0, "nothing goes while somebody uses the upload"
    assert (sweep_plain(desk.ctx), sweep_plain(desk.ctx), before.exists()) == (1, 0, False)


def test_no_backup_takes_a_file_in_the_clear(desk: Desk) -> None:
    _waiting, left = killed_in_the_clear(desk)
    (desk.home.corpus / "work" / ".spill-x").mkdir(parents=True)
    (desk.home.corpus / "work" / ".a.read.parquet").touch()
    (desk.home.corpus / "work" / ".spill-x" / "a.tmp").touch()
    taken = {part.source for part in home_parts(desk.home.root, ())}
    assert left not in taken and not any("work" in path.parts for path in taken)
    assert any(path.name.endswith(".sealed") for path in taken)
