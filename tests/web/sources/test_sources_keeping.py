"""What is kept is said with its clock, on the page and by the command, and so is what a hold keeps longer."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.cast import sign_in, standing_cast, visitor
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet

from evenhand.cli import retention as command
from evenhand.posts import recognise
from evenhand.web.sources import keeping
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.keeping import Kept, kept_now
from evenhand.web.sources.models import Import
from evenhand.web.sources.retention import erase_posts, forget_due

pytestmark = pytest.mark.slow


def by_name(lines: list[Kept]) -> dict[str, Kept]:
    return {line.what: line for line in lines}


def test_each_thing_with_its_clock_and_what_is_held(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "ready", lambda *_, **__: None)  # it is ready: the fixture made it
    assert {line.count for line in kept_now(desk.ctx)} == {0}
    at = desk.ctx.now().replace(microsecond=0)
    import_file(
        recognised=recognise(jsonl(tmp_path / "a.jsonl", [v1_tweet("1", "a"), v1_tweet("2", "b")])), ctx=desk.ctx
    )
    found = by_name(kept_now(desk.ctx))
    assert (found["copies"].count, found["copies"].held, found["copies"].oldest) == (1, 0, at)
    assert found["copies"].goes == at + timedelta(days=30)
    assert (found["texts"].count, found["bare"].count, found["pictures"].count) == (2, 0, 0)
    assert found["texts"].goes is not None and found["texts"].goes.date() == (at + timedelta(days=30)).date()
    [held] = Import.objects.values_list("id", flat=True)
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "held", lambda ids: frozenset(ids) & {held})
        copies = by_name(kept_now(desk.ctx))["copies"]
    assert (copies.held, copies.goes) == (1, None)  # what is held goes by no clock
    erase_posts(["x:2"], desk.ctx)
    command.command.callback(str(desk.home.root), True)  # type: ignore[misc]
    said = {line["what"]: line for line in json.loads(capsys.readouterr().out)["kept"]}
    assert (said["barred"]["count"], said["texts"]["count"], said["copies"]["count"]) == (1, 1, 1)
    assert said["texts"]["goes"] == str((at + timedelta(days=30)).date())
    command.command.callback(str(desk.home.root), False)  # type: ignore[misc]


def test_what_lost_its_text_is_counted_until_it_goes(desk: Desk, tmp_path: Path) -> None:
    import_file(recognised=recognise(jsonl(tmp_path / "a.jsonl", [v1_tweet("1", "a")])), ctx=desk.ctx)
    later = type(desk.ctx)(lambda: desk.ctx.now() + timedelta(days=31), desk.ctx.random)
    forget_due(later)
    found = by_name(kept_now(later))
    assert (found["copies"].count, found["texts"].count, found["bare"].count) == (0, 0, 1)
    assert found["bare"].goes is not None and found["bare"].goes > later.now() + timedelta(days=58)


def test_the_page_says_it_in_both_languages(desk: Desk) -> None:
    client = sign_in(visitor(), standing_cast(desk)["officer"])
    page = client.get("/imports/kept").content.decode()
    assert "Posts with their text" in page and "No legal hold is in force." in page
    assert "Beiträge mit ihrem Text" in client.get("/imports/kept", headers={"Accept-Language": "de"}).content.decode()
    assert "/imports/kept" in client.get("/imports").content.decode()
