"""Writers of one SQLite file take turns: nobody is passed over again and again, and nothing is lost when one dies."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

import pytest
from django.db import connection
from tests.databases import Desk
from tests.kill import Acknowledge, Work, together, until_dead
from tests.web.record.test_kill import real_randomness

from evenhand.context import Context
from evenhand.web.record import turns
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.unit import recording

UNITS = 40
MOST_IN_A_ROW = 15


def one_unit(ctx: Context) -> int:
    with recording(actor=SYSTEM, ctx=ctx, purpose="one unit") as r:
        r.add(type="lead.disposed", key=ORGANISATION, body={})
    return r.acknowledged[0].index


def writer(ctx: Context) -> Work:
    def work(acknowledge: Acknowledge) -> None:
        for _ in range(UNITS):
            acknowledge(str(one_unit(ctx)))

    return work


def test_two_busy_writers_alternate(desk: Desk) -> None:
    ctx = real_randomness(desk)
    first, second = ([int(line) for line in lines] for lines in together([writer(ctx), writer(ctx)]))
    both = range(max(first[0], second[0]), min(first[-1], second[-1]))
    runs = [len(list(run)) for _, run in groupby(both, key=lambda index: index in first)]
    assert len(first) == len(second) == UNITS
    assert runs and max(runs) <= MOST_IN_A_ROW, runs


def test_who_dies_at_the_door_gives_the_turn_back(desk: Desk) -> None:
    ctx = real_randomness(desk)

    def dies(acknowledge: Acknowledge) -> None:
        with turns.taking_turns(connection):
            acknowledge("in")
            os.kill(os.getpid(), signal.SIGKILL)

    assert until_dead(dies) == ["in"]
    assert not any(locked(lock) for lock in ("room", "door"))
    before = one_unit(ctx)
    assert one_unit(ctx) == before + 1


@contextmanager
def taken(path: str) -> Iterator[None]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def locked(lock: str) -> bool:
    held = os.open(f"{connection.settings_dict['NAME']}-{lock}", os.O_RDWR)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(held)
    return False


def test_a_turn_is_held_to_the_end_of_the_unit_and_no_longer(desk: Desk) -> None:
    ctx = real_randomness(desk)
    with recording(actor=SYSTEM, ctx=ctx, purpose="one unit") as r:
        r.add(type="lead.disposed", key=ORGANISATION, body={})
        assert (locked("room"), locked("door")) == (False, True)
    assert (locked("room"), locked("door")) == (False, False)


@pytest.mark.parametrize("lock", ["room", "door"])
def test_patience_ends_and_sqlite_has_the_last_word(desk: Desk, lock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    ctx = real_randomness(desk)
    with taken(f"{connection.settings_dict['NAME']}-{lock}"):
        assert one_unit(ctx) >= 0


def test_where_no_lock_can_be_made_a_unit_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "open", full)
        with turns.taking_turns(connection):
            pass
        with pytest.raises(OSError, match="of the block"), turns.taking_turns(connection):
            raise OSError("of the block")
    assert one_unit(real_randomness(desk)) >= 0
