"""A file of an officer's goes the way of every file; the page of one piece of evidence says what the record says."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from tests.cast import text_of
from tests.databases import Desk
from tests.web.cases.story_room import Story, follower, to_assessed, to_assessor
from tests.web.cases.test_contact_step import png

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Party, Upload
from evenhand.web.cases.steps.files import add_file
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.keys import KeyRefused
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify
from evenhand.web.vault.models import VaultObject
from evenhand.web.vault.objects import read_object

pytestmark = pytest.mark.slow
ADDRESS = "https://social.example/p/17"


def hand_in(story: Story, **said: Any) -> Any:
    officer = story.client(story.people["officer_1"])
    there = f"/cases/{story.case.id}/files"
    sent = {"file": SimpleUploadedFile("found.png", png()), "whose": "office", "address": "", **said}
    return officer.post(there, {key: value for key, value in sent.items() if value is not None})


@pytest.fixture
def taken(story: Story) -> Story:
    story.press(story.people["officer_1"], "acknowledge", pseudonym="Ash")
    return story


def release(story: Story, file: str) -> None:
    there = f"/cases/{story.case.id}/files"
    assert story.client(story.people["officer_1"]).post(there, {"file": file, "answer": "clear"}).status_code == 302


def page_of(story: Story, file: str, person: str = "", **more: str) -> str:
    client = story.client(person or str(story.people["officer_1"]))
    answer = client.get(f"/cases/{story.case.id}/evidence", {"file": file} | more)
    assert answer.status_code == 200, answer.status_code
    return text_of(answer)


def test_what_the_office_found_is_quarantined_and_belongs_to_the_case_alone(taken: Story, room: Desk) -> None:
    assert hand_in(taken).status_code == 302
    upload = Upload.objects.get()
    assert (upload.state, upload.case_id, upload.submission_id, upload.party_id) == (
        "quarantined", taken.case.id, None, None,
    )  # fmt: skip
    assert upload.key == taken.case.key
    row = VaultObject.objects.get(pk=upload.id)
    assert (row.channel, row.collector, row.case) == ("officer", str(taken.people["officer_1"]), taken.case.id)
    officer = taken.client(taken.people["officer_1"])
    assert officer.get(f"/cases/{taken.case.id}/files?open={upload.id}").status_code == 400
    assert "Nothing was made of this file" in page_of(taken, upload.id)
    assert "found.png" not in follower().get("/follow").content.decode(), "what the office found is nobody's upload"
    release(taken, upload.id)
    assert "file uploaded at 2026-03-02 09:00 UTC; source unknown; unchanged since." in page_of(taken, upload.id)
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0


def test_what_a_side_gave_by_another_way_is_that_side_s(taken: Story) -> None:
    assert hand_in(taken, whose="sender").status_code == 302
    upload = Upload.objects.get()
    assert (upload.submission_id, upload.key) == (taken.case.submission_id, taken.case.submission.key)
    assert "found.png: received; nobody has looked at it yet" in follower().get("/follow").content.decode()
    no = hand_in(taken, whose="respondent")
    assert no.status_code == 422 and "Nobody is recorded on this side yet" in text_of(no)
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"file": None}, "Choose a file first"),
        ({"whose": "the neighbours"}, "Choose one"),
        ({"seen": "on"}, "Give the address at which you saw it"),
        ({"file": SimpleUploadedFile("x.gif", b"GIF89a" + bytes(20))}, "We cannot take this file"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(taken: Story, said: dict[str, Any], words: str) -> None:
    no = hand_in(taken, **said)
    assert no.status_code == 422 and words in text_of(no)
    assert not Upload.objects.exists()


def test_an_address_and_having_seen_it_lift_the_grade(taken: Story) -> None:
    hand_in(taken, address=ADDRESS)
    hand_in(taken, address=ADDRESS, seen="on")
    for upload in Upload.objects.all():
        release(taken, upload.id)
    pages = [page_of(taken, row.id) for row in VaultObject.objects.filter(source=None).order_by("observed_at")]
    seen, unseen = sorted(pages, key=lambda page: "link not seen by us" in page)
    assert f"said to come from link {ADDRESS}; link not seen by us" in unseen and "Grade C1, origin P5" in unseen
    assert "link seen by us" in seen and "Grade C2, origin P5" in seen
    assert "worth C2 (P5)" in taken.client(taken.people["officer_1"]).get(
        f"/cases/{taken.case.id}/files"
    ).content.decode()  # fmt: skip


def test_a_file_in_parts_from_the_officers_page(taken: Story) -> None:
    officer, there = taken.client(taken.people["officer_1"]), f"/cases/{taken.case.id}/files"
    said = {"whose": "office", "address": "", "revision": "1"}
    begun = officer.post(there, said | {"begin": 1, "name": "long.txt", "size": 9}).json()
    stranger = taken.client(taken.people["officer_2"])
    assert stranger.post(there, said | {"ticket": begun["ticket"], "ask": 1}).status_code == 404
    other = officer.post(there, said | {"whose": "sender", "ticket": begun["ticket"], "ask": 1})
    assert other.status_code == 410, "a ticket is for the side it was begun for"
    part = SimpleUploadedFile("part", b"Line one.")
    assert officer.post(there, said | {"ticket": begun["ticket"], "at": 0, "part": part}).json() == {"arrived": 9}
    assert officer.post(there, said | {"ticket": begun["ticket"], "end": 1}).json() == {"go": there}
    assert Upload.objects.get().kind == "text"
    assert officer.post(there, said | {"whose": "x", "begin": 1, "name": "l", "size": 9}).status_code == 422


def test_custody_names_every_act_and_reader_by_their_part(taken: Story, room: Desk) -> None:
    file = add_file(party=Party.objects.get(case=taken.case), name="theirs.png", data=png(), ctx=taken.ctx)
    release(taken, file)
    officer = taken.client(taken.people["officer_1"])
    assert officer.get(f"/cases/{taken.case.id}/files?open={file}").status_code == 200
    with pytest.raises(KeyRefused):
        read_object(file, actor=ActorId(taken.people["officer_2"]), purpose="open a file", ctx=taken.ctx)
    page = page_of(taken, file)
    assert "somebody without a seat now, asked, and was refused: texts and files: 1" in page
    assert "It came in and was sealed; nobody had looked at it. By: Complainant" in page
    assert "A person released it for this case. By: you" in page
    assert "Made from it: a working copy without its hidden data. By: you" in page
    assert "you, to look at its working copy: texts and files: 1" in page
    assert "not covered by a checkpoint yet" in page
    assert "theirs.png" in page and "officer_1" not in page
    assert officer.get(f"/cases/{taken.case.id}/evidence?file={'f' * 32}").status_code == 404
    assert "Which file?" in text_of(officer.get(f"/cases/{taken.case.id}/evidence"))


def test_the_questions_say_what_would_help_and_show_answers_to_whoever_may_see_them(taken: Story) -> None:
    hand_in(taken)
    file = Upload.objects.get().id
    release(taken, file)
    page = page_of(taken, file)
    assert "G1. Do we know where and when it was" in page and "G14." in page
    assert "Nobody has assessed this item yet." in page
    assert "What would help: Ask for the link, the author&#x27;s own export" in page
    assert taken.client(taken.people["officer_1"]).get(
        f"/cases/{taken.case.id}/evidence?file={file}&item={'f' * 32}"
    ).status_code == 404  # fmt: skip


def test_recorded_answers_are_for_those_who_assess(story: Story) -> None:
    to_assessor(story)
    file = add_file(party=Party.objects.get(case=story.case), name="x", data=png(), ctx=story.ctx)
    release(story, file)
    assessor = story.sits(CaseRole.ASSESSOR)
    closed = story.client(assessor).get(f"/cases/{story.case.id}/evidence?file={file}")
    assert "The files open to you when your first assessment" in text_of(closed)
    assert story.client(assessor).post(f"/cases/{story.case.id}/files", {"whose": "office"}).status_code == 200
    to_assessed(story)
    assert "This item was assessed: these are the answers on record." in page_of(story, file, assessor)
    assert "Nobody has assessed this item yet." in page_of(story, file)


def test_a_file_is_of_one_side_or_of_the_office_and_never_of_two(taken: Story) -> None:
    hand_in(taken)
    row = Upload.objects.get()
    with (
        pytest.raises(IntegrityError, match="cases_upload_one_side"),
        recording(actor=SYSTEM, ctx=taken.ctx, purpose="test"),
        transaction.atomic(),
    ):
        Upload.objects.filter(pk=row.pk).update(submission=taken.case.submission_id)
