"""`evenhand live`: what is named, how it stands, one look at all of it; wrong settings are said and end nothing."""

from __future__ import annotations

import json
import os

import pytest
from tests.databases import Desk
from tests.live.live_room import to_ana, to_nobody

from evenhand.cli import live
from evenhand.corpus.aim import Account
from evenhand.web.desk.protection import declare
from evenhand.web.live import queries
from evenhand.web.record.ids import SYSTEM


@pytest.fixture
def here(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(live, "ready", lambda *_, **__: None)  # it is ready: the fixture made it
    monkeypatch.setattr(queries, "_remembered", queries._Remembered())
    return desk


def status(desk: Desk, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, object]]]:
    code = live.status.callback(str(desk.home.root), True)  # type: ignore[misc]
    return code, json.loads(capsys.readouterr().out)


def test_one_look_and_what_became_of_it(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(here, capsys) == (0, [])
    declare(label="Councillor", accounts=[Account("x", "1001", "ana")], actor=SYSTEM, ctx=here.ctx)
    (here.home.root / "live.toml").write_text('[drop]\nadapter = "folder"\nfolder = "in"\n')
    (here.home.root / "in").mkdir()
    path = here.home.root / "in" / "feed.jsonl"
    path.write_bytes(to_ana("1").data + b"\n" + to_nobody("2").data + b"\n")
    os.utime(path, (1, 1))
    live.run.callback(str(here.home.root), True)  # type: ignore[misc]
    code, [source] = status(here, capsys)
    assert (code, source["name"], source["kept"], source["not_aimed"], source["trouble"]) == (0, "drop", 1, 1, "")


def test_trouble_is_an_exit_code_and_wrong_settings_end_nothing(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    (here.home.root / "live.toml").write_text('[drop]\nadapter = "folder"\nfolder = "nowhere"\n')
    assert live.look_safely(here.home) == live.LOOK_SECONDS
    capsys.readouterr()
    code, [source] = status(here, capsys)
    assert code == 1 and "cannot be read" in str(source["trouble"])
    (here.home.root / "live.toml").write_text("[drop")
    assert live.look_safely(here.home) == live.BROKEN_SECONDS
