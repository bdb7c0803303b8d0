"""`evenhand vault`: what it lists, that it names what is wrong, holds by two people, erasure by two people."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.databases import Desk
from tests.web.vault.test_vlt_holds import Staff
from tests.web.vault.vault_room import path_of, store

from evenhand.cli import vault
from evenhand.errors import EvenhandError
from evenhand.web.people.models import User
from evenhand.web.vault.models import Hold, VaultObject

Run = Callable[..., Result]


@pytest.fixture
def run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(vault, "ready", lambda *_, **__: None)
    monkeypatch.setattr(vault.Context, "system", lambda: desk.ctx)

    def call(*words: str) -> Result:
        return CliRunner().invoke(vault.command, [*words], standalone_mode=False)

    return call


def named(person: str) -> str:
    return str(User.objects.get(pk=person).username)


def data(result: Result) -> dict[str, Any]:
    assert result.exception is None, result.exception
    found: dict[str, Any] = json.loads(result.output)
    return found


def test_list_and_check_name_what_is_wrong(desk: Desk, run: Run) -> None:
    good, bad = store(desk, b"good"), store(desk, b"bad")
    assert run("check").return_value == 0
    path_of(bad).unlink()
    said = run("check")
    assert said.return_value == 1 and f"{bad}: the sealed file is not there" in said.output
    assert data(run("check", "--json")) == {"files": 2, "wrong": [{"file": bad, "reason": "missing"}]}
    listed = run("list").output
    assert f"{good} text 4 bytes, open, P6 C1: file uploaded at" in listed and "unchanged since" in listed
    assert "2 files, 0 holds, 1 alarms" in listed
    (alarm,) = data(run("list", "--json"))["alarms"]
    dpo = named(Staff(desk).dpo)
    assert run("seen", alarm["id"], "--by", dpo).exception is None
    assert data(run("list", "--json"))["alarms"] == []


def test_two_people_hold_and_release(desk: Desk, run: Run) -> None:
    staff, obj = Staff(desk), store(desk)
    dpo, keeper = named(staff.dpo), named(staff.keeper)
    placing = ("hold", obj, "--reason", "court_proceedings", "--ground", "a court asks", "--by", dpo)
    for wrong in (dpo, named(staff.officer), "nobody"):
        assert isinstance(run(*placing, "--approver", wrong).exception, EvenhandError)
    assert not Hold.objects.exists(), "one person alone leaves nothing behind"
    hold = data(run(*placing, "--approver", keeper, "--json"))["hold"]
    assert f"hold {hold} on object {obj}: court_proceedings" in run("list").output
    erasing = ("erase", obj, "--why", "retention", "--by", dpo, "--approver", keeper)
    assert "legal hold" in str(run(*erasing).exception)
    assert run("review", hold, "--by", keeper).exception is None
    assert isinstance(run("release", hold, "--by", dpo, "--approver", dpo).exception, EvenhandError)
    assert data(run("release", hold, "--by", keeper, "--approver", dpo, "--json"))["state"] == "released"
    assert data(run(*erasing, "--json"))["bundles_before"] == []
    assert VaultObject.objects.get(pk=obj).state == "erased"
    gone = run("list").output
    assert f"{obj} text 1450 bytes, erased at " in gone and "(retention)." in gone and "unchanged since" not in gone
    assert "erased already, at " in str(run(*erasing).exception)
    assert "is no date" in str(run(*placing, "--approver", keeper, "--review", "soon").exception)


def test_what_is_not_there_is_said(run: Run) -> None:
    for words in (
        ("list", "--case", "2026-9999"),
        ("erase", "x", "--why", "retention", "--by", "a", "--approver", "b"),
    ):
        assert "there is no case" in str(run(*words).exception)
