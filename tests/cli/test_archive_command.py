"""`evenhand archive check` as a member uses it: with the real detector, without a server, a home or a network."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.fixtures import make_x

from evenhand.cli import main

POSTS = ["You are a stupid, worthless idiot", "Thank you for the meeting", "RT @sample_b: you are a worthless idiot"]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    mention = {"entities": {"user_mentions": [{"screen_name": "sample_b", "id_str": "2"}], "urls": []}}
    tweets = [make_x.archive_tweet(str(101 + at), text, **mention) for at, text in enumerate(POSTS)]
    return make_x.archive(tmp_path / "twitter.zip", {"tweets.js": make_x.script("tweets", tweets)})


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        main(["archive", *map(str, arguments)])
    return int(left.value.code or 0)


def test_page_list_and_document_say_the_same(archive: Path, capfd: pytest.CaptureFixture[str]) -> None:
    html = archive.with_name("report.html")
    before = sorted(archive.parent.iterdir())
    assert run("check", archive, "--html", html, "--json", "--language", "en") == 0
    out, err = capfd.readouterr()
    said = json.loads(out)
    assert [(each["key"], each["act"]) for each in said["findings"]] == [("x:101", "wrote"), ("shared:x:103", "shared")]
    assert said["looked_at"] == {"wrote": 2, "shared": 1}
    assert said["code"]["slug"] == "general"
    assert said["no_verdict"] is True
    assert re.findall(r'id="n(\d+)"', html.read_text()) == ["1", "2"]
    listed = archive.with_name("report.ticks.txt")
    assert "[ ]     1  x:101  wrote" in listed.read_text()
    assert "What may fall under a clause: 2. In your own words: 1; passed on by you: 1." in err
    assert sorted(archive.parent.iterdir()) == sorted([*before, html, listed])

    assert run("tick", listed, "1") == 0
    assert run("check", archive, "--html", html) == 0
    assert html.read_text().count(" checked>") == 1
    assert "[x]     1  x:101" in listed.read_text()


def test_without_a_page_the_terminal_says_it_in_the_language_of_the_machine(
    archive: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert run("check", archive) == 0
    out, _ = capfd.readouterr()
    assert "Was unter eine Klausel fallen kann: 2." in out
    assert "https://x.com/i/status/101" in out
    assert "Niemand hat geurteilt." in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "nowhere.zip"], "there is no such file"),
        (["check", "{archive}", "--code", "nobody"], "there is no code of conduct 'nobody'"),
        (["check", "{archive}", "--html", "nowhere/r.html"], "the folder is not there"),
        (["check", "{archive}", "--html", "{archive}"], "this cannot be written to"),
        (["check", "{archive}", "--html", "r.html", "--ticks", "r.html"], "two names"),
        (["tick", "nowhere.txt", "1"], "there is no such list"),
        (["tick", "{archive}", "one"], "is no list of ticks"),
    ],
)
def test_a_refusal_is_one_line_that_helps(
    archive: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert run(*(each.format(archive=archive) for each in arguments)) == 2
    err = capfd.readouterr().err
    assert words in err
    assert err.count("\n") == 1


def test_stopping_in_the_middle_leaves_nothing_half_written(
    archive: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from evenhand.own_archive import ticks

    html = archive.with_name("report.html")
    html.write_text("the last report")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ticks.Ticks, "of", stop)
    assert run("check", archive, "--html", html) == 130
    assert html.read_text() == "the last report"
    assert sorted(path.name for path in archive.parent.iterdir()) == ["report.html", "twitter.zip"]
    assert "nothing half-written" in capfd.readouterr().err
