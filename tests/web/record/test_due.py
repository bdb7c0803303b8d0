"""One piece of due work that fails stops no other, and is said until it goes well again."""

from __future__ import annotations

import pytest
from tests.databases import Desk

from evenhand.cli import tick
from evenhand.cli.doctor import State, examine
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.record import due
from evenhand.web.record.due import DueFailed, register_due, run_due, troubles_here

MET = "the number of Ana Example"


@pytest.fixture
def pieces(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(due, "_DUE", {})
    return desk


def broken(_ctx: Context) -> int:
    raise ZeroDivisionError(MET)


def refused(_ctx: Context) -> int:
    raise UsageError("the folder is full", mend="Make room.")


def test_the_others_run_and_the_trouble_is_kept_without_what_it_met(
    pieces: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    register_due("first", broken)
    register_due("second", lambda _ctx: 3)
    register_due("third", refused)
    for times in (1, 2):
        with pytest.raises(DueFailed, match=r"first \(ZeroDivisionError\); third \(the folder is full") as failed:
            run_due(pieces.ctx)
        assert failed.value.done == {"second": 3}
        kept = {name: each.times for name, each in troubles_here(pieces.home).items()}
        assert kept == {"first": times, "third": times}
    said = caplog.text + (pieces.home.root / "due-trouble.json").read_text() + str(failed.value)
    assert MET not in said and "in broken" in caplog.text  # where, never what it met
    found = {f.thing: f for f in examine(pieces.home)}
    assert found["due work: third"].state is State.UNSAFE
    assert "the folder is full. Make room.; 2 times in a row" in found["due work: third"].words


def test_what_goes_well_again_is_trouble_no_more(pieces: Desk) -> None:
    register_due("first", broken)
    register_due("third", refused)
    with pytest.raises(DueFailed):
        run_due(pieces.ctx)
    register_due("first", lambda _ctx: 1)
    with pytest.raises(DueFailed):
        run_due(pieces.ctx)
    assert list(troubles_here(pieces.home)) == ["third"]
    register_due("third", lambda _ctx: 1)
    assert run_due(pieces.ctx) == {"first": 1, "third": 1}
    assert troubles_here(pieces.home) == {}
    assert not [f for f in examine(pieces.home) if f.thing.startswith("due work")]


def test_tick_prints_what_was_done_and_fails(
    pieces: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tick, "ready", lambda *_, **__: None)  # it is ready: the fixture made it
    register_due("first", broken)
    register_due("second", lambda _ctx: 3)
    with pytest.raises(DueFailed):
        tick.command.callback(None, str(pieces.home.root), True)  # type: ignore[misc]
    assert '"second": 3' in capsys.readouterr().out
