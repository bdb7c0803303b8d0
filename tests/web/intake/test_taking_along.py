"""What one side takes along: verified by the program that lies in it, and nothing of anybody else's is inside."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.bundle.bundle_room import both, relist
from tests.cast import text_of, visitor
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.answer.answer_room import CANARIES, Told, told
from tests.web.cases.story_room import follower

from evenhand.errors import UsageError
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases import own_bundle
from evenhand.web.cases.bundle import export_bundle
from evenhand.web.cases.bundle_exports import exports_of
from evenhand.web.cases.models import Message, Upload
from evenhand.web.cases.own_bundle import JOB, ask_for_own, make_own
from evenhand.web.cases.steps.companion import Helper, bring
from evenhand.web.cases.steps.dialogue import Kind, reply, say
from evenhand.web.cases.steps.files import clear
from evenhand.web.intake import budget
from evenhand.web.record.handing_out import HandedOut
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.models import ReadRow
from evenhand.web.record.outbox import queued, run_pending
from evenhand.web.record.queries import log_size

pytestmark = pytest.mark.slow
SENDER_FILE, RESPONDENT_FILE = b"What the sender kept of it.", b"What was said before it, as the other keeps it."
WROTE = {"/follow": "Canary: a message of the sender.", "/answer": "Canary: a message of the other."}
BY_PAGE = "the side that asked for it, by its own page"
MINE = "Canary: it was a joke among friends."


@pytest.fixture
def case(room: Desk, clock: MovingClock) -> Told:
    """Return a case of which both sides were told, in which both wrote and sent a file, and one of them answered."""
    found = told(room, clock)
    for door, client, data in (("/follow", follower(), SENDER_FILE), ("/answer", found.enter(), RESPONDENT_FILE)):
        assert client.post(f"{door}/message", {"text": WROTE[door]}).url == door
        assert client.post(f"{door}/file", {"file": SimpleUploadedFile(f"canary{door[1:]}.txt", data)}).url == door
    assert found.enter().post("/answer/reply/2", {"said": "dispute", "text": MINE}).status_code == 302
    return found


def taken(client: Client, door: str, to: Path) -> Path:
    """Ask, let the worker make it, save and unpack it; return the folder in it."""
    assert client.post(f"{door}/bundle").url == f"{door}/bundle"
    assert "It is being made." in text_of(client.get(f"{door}/bundle"))
    assert client.get(f"{door}/bundle/save").status_code == 404
    assert run_pending() >= 1
    assert "It is ready." in text_of(client.get(f"{door}/bundle"))
    got: Any = client.get(f"{door}/bundle/save")
    assert got["Content-Disposition"].endswith('.zip"') and "sandbox" in got["Content-Security-Policy"]
    with zipfile.ZipFile(io.BytesIO(b"".join(got.streaming_content))) as archive:
        archive.extractall(to)
    (folder,) = to.iterdir()
    return folder


def checked(folder: Path) -> tuple[int, str]:
    """Return what the program in the bundle says, run as a stranger runs it: alone, without the package."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", folder / "verify.py"], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def everything(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8", "replace") for path in sorted(folder.rglob("*")) if path.is_file())


def opened(folder: Path) -> dict[str, set[str]]:
    """Return kind of act -> the fields that are open in its entries."""
    lines = [json.loads(line) for line in (folder / "data/items.jsonl").read_text().splitlines()]
    return {line["type"]: set(line["opened"]) for line in lines}


def test_each_side_gets_its_own_and_nothing_else(case: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marked, officer = Upload.objects.get(party=case.party), ActorId(case.story.people["officer_1"])
    clear(upload=marked, actor=officer, ctx=case.story.ctx, restrict=True, told="police")
    theirs = taken(follower(), "/follow", tmp_path / "sender")
    mine = taken(case.enter(), "/answer", tmp_path / "respondent")
    for folder in (theirs, mine):
        code, said = checked(folder)
        assert code == 0 and said.startswith("VERIFIED"), said
        assert not list((folder / "data/objects").glob("*document*")), "the record's own documents stay closed"
        assert "Who opened something" not in everything(folder), "nor who read what"
    assert opened(theirs) == {
        "submission.received": {"sent"}, "case.notice_sent": {"sent"}, "dialogue.recorded": {"sent"},
        "evidence.quarantined": {"content"},
    }  # fmt: skip
    assert opened(mine) == {
        "case.reply_received": {"reply"}, "case.notice_sent": {"sent"}, "dialogue.recorded": {"sent"},
    }, "what nobody may look at stays out"  # fmt: skip
    sender, other = everything(theirs), everything(mine)
    assert CANARIES["explanation"] in sender and MINE in (mine / "data/custody.html").read_text()
    nowhere = [*(words for name, words in CANARIES.items() if name != "explanation"), "canaryfollow"]
    people = [str(each) for each in case.story.people.ids.values()]
    for text in (sender, other):
        assert [words for words in [*nowhere, "canaryanswer", *people, case.code] if words in text] == []
    assert MINE not in sender and CANARIES["explanation"] not in other
    assert WROTE["/answer"] not in sender and WROTE["/follow"] not in other
    letters = [len(list((folder / "data/objects").glob("*letter.html"))) for folder in (theirs, mine)]
    assert letters[0] and not letters[1] and "it holds a code that opens one side" in other, letters
    assert case.party.id not in sender and case.story.party("complainant").id not in other
    _recorded_listed_and_fetched_by_nobody_else(case)
    _how_often(case, monkeypatch)
    letter = next(iter((theirs / "data/objects").glob("*letter.html")))
    letter.write_bytes(letter.read_bytes().replace(b"<", b"&", 1))
    code, said = checked(theirs)
    assert code == 1 and said.startswith("FAILED") and letter.name in said


def _recorded_listed_and_fetched_by_nobody_else(case: Told) -> None:
    sender, officer = case.story.party("complainant"), case.story.people["officer_1"]
    assert ReadRow.objects.filter(purpose="fetch a bundle", actor=sender.id).count() == 1
    made = exports_of(case.case, actor=ActorId(officer), purpose="test", ctx=case.story.ctx)
    assert {(each.how, each.there, each.to) for each in made} == {("own", False, BY_PAGE)}
    there = f"/cases/{case.case.id}/bundle"
    page = text_of(case.story.client(officer).get(there))
    assert BY_PAGE in page and "Only that side can save it." in page
    assert [case.story.client(officer).get(f"{there}?fetch={each.id}").status_code for each in made] == [404, 404]
    assert visitor().get("/follow/bundle/save").status_code == 302


def _how_often(case: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """One at a time, so many a day, so many a minute on the whole site; a job that is done again makes nothing."""
    monkeypatch.setattr(own_bundle, "A_DAY", 1)
    client, jobs = case.enter(), len(queued(JOB))
    german = client.get("/answer/bundle", headers={"accept-language": "de"}).content.decode()
    assert "Mitnehmen, was sich beweisen lässt" in german and "seit gestern drei erstellen lassen" in german
    assert client.post("/answer/bundle").status_code == 302 and len(queued(JOB)) == jobs
    with pytest.raises(UsageError, match="too often"):
        ask_for_own(party=case.party, ctx=case.story.ctx)
    monkeypatch.setattr(own_bundle, "A_DAY", 9)
    size, sender = log_size(), follower()
    make_own(queued(JOB)[-1].payload, case.story.ctx)
    assert log_size() == size, "a worker that was killed after it: nothing is made twice"
    monkeypatch.setitem(budget.PER_MINUTE, budget.Door.BUNDLE, 0)
    sender.post("/follow/bundle")
    assert "Very many files" in text_of(sender.get("/follow/bundle")) and len(queued(JOB)) == jobs
    monkeypatch.setitem(budget.PER_MINUTE, budget.Door.BUNDLE, 30)
    for _ in range(2):
        sender.post("/follow/bundle")
    assert len(queued(JOB)) == jobs + 1, "one is on its way: no second is asked for"


def words_of(folder: Path) -> dict[str, list[str]]:
    """Return what is said of messages -> their words, from the openings that both programs check."""
    found: dict[str, list[str]] = {}
    for line in (folder / "data/items.jsonl").read_text().splitlines():
        item = json.loads(line)
        if item["type"] in ("dialogue.recorded", "party.recorded"):
            opening = folder / f"data/openings/{item['index']}.json"
            values = [each["value"] for each in json.loads(opening.read_text())] if opening.exists() else []
            said = item["wording"].split(", dated ")[0]
            found.setdefault(said, []).extend(urlsafe_b64decode(value + "==").decode() for value in values)
    return found


def test_the_words_of_messages_are_proved_to_the_side_that_may_read_them(case: Told, tmp_path: Path) -> None:
    ctx, officer = case.story.ctx, ActorId(case.story.sits(CaseRole.INVESTIGATOR))
    sender = case.story.party("complainant")
    for party, words in (
        (sender, "Canary: the office to the sender."),
        (case.party, "Canary: the office to the other."),
    ):
        reply(case=case.case, party=party, text=words, actor=officer, ctx=ctx)
    bring(party=case.party, helper=Helper.COMPANION, words="Canary: my sister comes along.", ctx=ctx)
    say(party=case.party, text=f"Canary: is {case.code} my code?", kind=Kind.MESSAGE, ctx=ctx)
    theirs = taken(follower(), "/follow", tmp_path / "sender")
    mine = taken(case.enter(), "/answer", tmp_path / "respondent")
    assert words_of(theirs) == {
        "what this side wrote to the office": [WROTE["/follow"]],
        "what the office wrote to this side": ["Canary: the office to the sender."],
    }
    assert words_of(mine) == {
        "what this side wrote to the office": [WROTE["/answer"], "Canary: my sister comes along."],
        "what the office wrote to this side": ["Canary: the office to the other."],
        "a message between this side and the office: that it was written, and when": [],
    }
    assert case.code not in everything(mine) and "they hold a code that opens one side of the case" in everything(mine)
    assert "Canary: the office to the other." not in everything(theirs)
    for folder in (theirs, mine):
        assert both(folder).verdict == "verified"
    whole = export_bundle(case=case.case, to=tmp_path / "whole", actor=SYSTEM, ctx=ctx).path
    assert both(whole).verdict == "verified" and "Canary: the office" not in everything(whole)
    lines = [json.loads(line) for line in (whole / "data/items.jsonl").read_text().splitlines()]
    assert {tuple(line["withheld"]) for line in lines if line["type"] == "dialogue.recorded"} == {("sent",)}


@pytest.mark.parametrize("careful", [False, True])
def test_a_message_that_was_changed_is_named(case: Told, tmp_path: Path, careful: bool) -> None:
    folder = taken(case.enter(), "/answer", tmp_path / "respondent")
    (line,) = [each for each in map(json.loads, (folder / "data/items.jsonl").read_text().splitlines())
               if each["type"] == "dialogue.recorded"]  # fmt: skip
    opening = f"data/openings/{line['index']}.json"
    other = urlsafe_b64encode(b"Canary: I never wrote that.").decode().rstrip("=")
    data = (folder / opening).read_bytes()
    (folder / opening).write_bytes(re.sub(rb'"value":"[^"]+"', f'"value":"{other}"'.encode(), data))
    if careful:
        relist(folder)
    said = both(folder)
    assert said.verdict == "failed"
    assert (opening, "opening_mismatch") in said.found


def test_messages_from_before_are_said_to_have_been_written(case: Told) -> None:
    bare = HandedOut(7, b"", "dialogue.recorded", "2026-03-04T05:06:07Z", b"{}", ())
    row = Message.objects.filter(party=case.party).earliest("at")
    assert own_bundle._of_message(bare, row) == own_bundle._ONLY_WRITTEN
    assert "written before entries committed to them" in " ".join(own_bundle._silent([bare]))
