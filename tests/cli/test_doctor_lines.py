"""What doctor says of the organisation's name and of sign-in cookies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evenhand.cli import main
from evenhand.cli.demo import Built, _people
from evenhand.cli.doctor import Finding, State, examine
from evenhand.demo.names import FEDERATION
from evenhand.web.home import Home
from evenhand.web.ui.organisation import organisation_file, organisation_name

pytestmark = pytest.mark.slow


def finding(home: Home, thing: str) -> Finding:
    return next(found for found in examine(home) if found.thing == thing)


@pytest.mark.parametrize(("hosts", "words"), [("", "without TLS"), (",", "without TLS"), ("desk.example", "TLS alone")])
def test_doctor_says_how_sign_in_cookies_travel(tmp_path: Path, monkeypatch, hosts: str, words: str) -> None:
    monkeypatch.setenv("EVENHAND_ALLOWED_HOSTS", hosts)
    assert words in finding(Home(tmp_path), "sign-in cookies").words


@pytest.mark.parametrize(
    ("content", "state", "words"),
    [
        (None, State.MISSING, "our organisation"),
        ("x" * 81, State.MISSING, "no usable name"),
        ("Harbour Club", State.OK, "Harbour Club"),
    ],
)
def test_doctor_says_what_the_organisation_is_called(
    tmp_path: Path, content: str | None, state: State, words: str
) -> None:
    home = Home(tmp_path)
    if content is not None:
        organisation_file(home).write_text(content)
    found = finding(home, "organisation's name")
    assert found.state is state and words in found.words
    assert bool(found.mend) is (state is State.MISSING)


@pytest.mark.parametrize(
    ("named", "mode", "state", "words"),
    [
        ("/no/such/program", 0, State.MISSING, "there is no program"),
        ("capture", 0o755, State.MISSING, "there is no program"),
        ("{here}/capture", 0o644, State.MISSING, "may not be run"),
        ("{here}/capture", 0o755, State.OK, "links are captured by"),
    ],
)
def test_doctor_says_whether_the_capturing_program_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, mode: int, state: State, words: str
) -> None:
    program = tmp_path / "capture"
    program.write_text("#!/bin/sh\n")
    program.chmod(mode)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVENHAND_CAPTURE", named.format(here=tmp_path))
    if mode == 0o644:  # root may run nothing either that nobody may run
        assert not program.stat().st_mode & 0o111
    found = finding(Home(tmp_path), "EVENHAND_CAPTURE")
    assert found.state is state and words in found.words
    assert bool(found.mend) is (state is State.MISSING)


def test_doctor_says_nothing_of_what_is_not_switched_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVENHAND_CAPTURE", raising=False)
    assert {"EVENHAND_CAPTURE", "overseers.txt"}.isdisjoint(found.thing for found in examine(Home(tmp_path)))


@pytest.mark.parametrize(
    ("content", "state", "words"),
    [
        (b"# the trustees\n\nada@trust.example\nbo@trust.example\n", State.OK, "2 get the checkpoint"),
        (b"ada@trust.example\nbo at trust.example\nada@trust.example, cy@trust.example\n", State.MISSING, "line 2, 3"),
        (b"ada@trust.example\n\xff\xfe\n", State.MISSING, "the file cannot be used"),
        (b"".join(b"p%d@trust.example\n" % n for n in range(51)), State.MISSING, "line 51 "),
    ],
)
def test_doctor_says_which_line_of_the_overseers_reaches_nobody(
    tmp_path: Path, content: bytes, state: State, words: str
) -> None:
    (tmp_path / "overseers.txt").write_bytes(content)
    found = finding(Home(tmp_path), "overseers.txt")
    assert found.state is state and words in found.words


def test_a_name_with_brackets_is_printed_and_breaks_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    organisation_file(Home(tmp_path)).write_text("Club [/north]")
    for more in ([], ["--json"]):
        with pytest.raises(SystemExit):
            main(["doctor", "--dir", str(tmp_path), *more])
        said = capsys.readouterr()
        assert "Club [/north]" in (said.out if more else said.err)
    assert any(found["words"] == "Club [/north]" for found in json.loads(said.out))


def test_the_demo_says_whose_it_is(desk, tmp_path: Path) -> None:
    protected = tmp_path / "protected.csv"
    protected.write_text("platform,handle,office\nx,mirelda_qvh,treasurer\n")
    _people(desk.home, Built(posts=1, now=desk.ctx.now().isoformat(), sign_ins={}), protected)
    assert organisation_name(desk.home) == FEDERATION
