"""A link as evidence: from either side or the office, worth C0 until somebody captures it; nothing is fetched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cast import text_of, visitor
from tests.clock import MovingClock
from tests.databases import Desk
from tests.fixtures.make_webarchive import warc
from tests.web.answer.answer_room import Told, told
from tests.web.cases.story_room import follower

from evenhand.web.cases.bundle_files import copies_of
from evenhand.web.cases.models import Upload
from evenhand.web.cases.queries import files_of
from evenhand.web.cases.steps import capturing
from evenhand.web.cases.steps.worth import recorded_of, route_of
from evenhand.web.cases.switches import record_switches
from evenhand.web.record.ids import ActorId
from evenhand.web.record.outbox import queued, run_pending
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow
LINKS = {"/follow": "https://chirp.example/@harbour_gull/1", "/answer": "https://chirp.example/@harbour_gull/0"}
FOUND = "https://chirp.example/@harbour_gull/2"


def given(case: Told) -> str:
    """Let each side and the office give a link; return the officer's page of files."""
    for door, client in (("/follow", follower()), ("/answer", case.enter())):
        faulty = client.post(f"{door}/link", {"link": "javascript:alert(1)"})
        assert faulty.status_code == 422 and "Something to mend" in faulty.content.decode()
        assert client.post(f"{door}/link", {"link": LINKS[door]}).url == door
        page = text_of(client.get(door))
        assert f"{LINKS[door]}: received; nobody has looked at it yet" in page and "nothing was opened" in page
    officer, there = case.story.client(case.story.people["officer_1"]), f"/cases/{case.case.id}/files"
    case.case.refresh_from_db()
    form = {"revision": str(case.case.revision), "link": "no link", "from_whom": "office"}
    assert officer.post(there, form).status_code == 422
    assert officer.post(there, form | {"link": FOUND}).status_code == 302
    return there


def test_either_side_and_the_office_give_links_and_nothing_is_fetched(
    room: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    case = told(room, clock)
    there, actor = given(case), case.story.people["officer_1"]
    officer, page = case.story.client(actor), f"/cases/{case.case.id}/evidence"
    assert visitor().post("/follow/link", {"link": FOUND}).status_code == 302
    assert LINKS["/answer"] not in follower().get("/follow").content.decode()
    links = sorted(files_of(case.case), key=lambda file: (file.case_id is not None, file.party_id is not None))
    assert [(each.kind, each.state) for each in links] == [("link", "quarantined")] * 3
    for link in links:
        assert officer.post(there, {"file": link.id, "answer": "clear"}).status_code == 302
    said = text_of(officer.get(f"{page}?file={links[0].id}"))
    assert "not captured" in said and "Grade C0" in said and "there is no capture; unchanged since" in said
    assert "No program captures pages here" in said and LINKS["/follow"] in said and "transcript" not in said
    assert f'href="{LINKS["/follow"]}' not in officer.get(f"{page}?file={links[0].id}").content.decode()
    assert officer.post(f"{page}?file={links[0].id}", {"do": "capture"}).status_code != 302, "none was named"
    assert not queued(capturing.JOB) and "Nothing is switched on" in text_of(visitor().get("/sources"))
    links[0].refresh_from_db()
    (copy,) = copies_of(links[:1], protected=False, actor=ActorId(actor), ctx=case.story.ctx)
    assert copy.stripped.data == f"{LINKS['/follow']}\n".encode() and not copy.route.capture_exists
    _captured(case, links[2], page, monkeypatch, tmp_path)
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0


def _captured(case: Told, link: Upload, page: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Name a program, have the link captured, and see what the capture is worth; then send it to our own network."""
    (tmp_path / "page.warc").write_bytes(warc(packed=False))
    tool = tmp_path / "archiver"
    tool.write_text(f'#!/bin/sh\ncp "{tmp_path}/page.warc" "$2/page.warc"; echo "$1" >> "{tmp_path}/asked"\n')
    tool.chmod(0o700)
    monkeypatch.setenv(capturing.PROGRAM, str(tool))
    ctx, actor = case.story.ctx, case.story.people["officer_1"]
    officer = case.story.client(actor)
    assert record_switches(ctx) == 1
    assert "opens an address that was given as evidence" in text_of(visitor().get("/sources"))
    addresses = ["10.0.0.7"]
    monkeypatch.setattr(capturing, "_addresses", lambda host: addresses)
    for state in ("It could not be captured", "It was captured"):
        assert officer.post(f"{page}?file={link.id}", {"do": "capture"}).status_code == 302
        assert officer.post(f"{page}?file={link.id}", {"do": "capture"}).status_code != 302, "once at a time"
        run_pending()
        assert state in text_of(officer.get(f"{page}?file={link.id}"))
        addresses[:] = ["93.184.215.14"]
    assert (tmp_path / "asked").read_text() == f"{FOUND}\n", "nothing was started for our own network"
    assert not list(case.story.desk.home.root.glob(".capture.*"))
    new = Upload.objects.get(kind="warc")
    assert (new.state, new.case_id) == ("quarantined", case.case.id)
    assert json.dumps([job.payload for job in queued(capturing.JOB)]).find("chirp") == -1
    officer.post(f"/cases/{case.case.id}/files", {"file": new.id, "answer": "clear"})
    route = route_of(new, {}, **recorded_of(new, actor=ActorId(actor), ctx=ctx))
    said = text_of(officer.get(f"{page}?file={new.id}"))
    assert route.captured_by_us and "captured by us from the address shown at" in said and "Grade C2, origin P1" in said
