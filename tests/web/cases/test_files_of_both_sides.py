"""Files of either side on the officers' page: of one case, marked by side, released by a person, opened in no other."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.answer.answer_room import Told, told
from tests.web.cases.test_contact_step import png

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Case, Party, Upload
from evenhand.web.cases.queries import files_from, files_of
from evenhand.web.cases.receipt import Report, open_case
from evenhand.web.cases.seats import take
from evenhand.web.cases.steps.files import add_file
from evenhand.web.record.ids import SYSTEM, ActorId, KeyId
from evenhand.web.record.models import Record
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.seats import grant_seat
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow


@pytest.fixture
def case(room: Desk, clock: MovingClock) -> Told:
    return told(room, clock)


def sent(party: Party, name: str, case: Told) -> str:
    case.story.clock.move(minutes=1)
    return add_file(party=party, name=name, data=png(), ctx=case.story.ctx)


def test_who_handles_it_finds_both_marked_by_side_and_releases_both(room: Desk, case: Told) -> None:
    theirs = sent(case.story.party("complainant"), "theirs.png", case)
    mine = sent(case.party, "mine.png", case)
    there = f"/cases/{case.case.id}/files"
    investigator = case.story.client(case.story.sits(CaseRole.INVESTIGATOR))
    page = investigator.get(there).content.decode()
    first, second = page.split("<li class=")[-2:]
    assert "theirs.png" in first and "with the report" in first and "complained about" not in first
    assert "mine.png" in second and "from the person complained about" in second
    assert "2 files have not been looked at" in investigator.get(f"/cases/{case.case.id}").content.decode()
    assert investigator.get(f"{there}?open={mine}").status_code == 400, "not before a person has released it"
    for file in (theirs, mine):
        assert investigator.post(there, {"file": file, "answer": "clear"}).status_code == 302
        assert investigator.get(f"{there}?open={file}").content.startswith(b"\x89PNG")
    assert "mine.png: received and looked at" in case.enter().get("/answer").content.decode()
    keys = dict(Upload.objects.values_list("id", "key"))
    assert keys == {theirs: case.case.submission.key, mine: case.case.key}
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0


def test_a_file_marked_do_not_look_says_so_to_its_sender_alone(case: Told) -> None:
    mine = sent(case.party, "mine.png", case)
    investigator = case.story.client(case.story.sits(CaseRole.INVESTIGATOR))
    there = f"/cases/{case.case.id}/files"
    assert investigator.post(there, {"file": mine, "answer": "restrict"}).status_code == 302
    assert investigator.get(f"{there}?open={mine}").status_code == 400
    assert "mine.png: received; it is not shown to anybody" in case.enter().get("/answer").content.decode()


def two_subjects(case: Told) -> list[Case]:
    """Return the two cases of a second report that names two people, each with its respondent, one officer in both."""
    ctx = case.story.ctx
    said = Report(sender="target", explanation="Both of them.", subjects=("Robin Quill", "Kit Skua"))
    cases = list(Case.objects.filter(pk__in=open_case(report=said, ctx=ctx).cases).order_by("number"))
    for each in cases:
        take(case=each.id, role=CaseRole.INTAKE, person=str(case.story.people["officer_3"]), ctx=ctx)
        new = ctx.new_id()
        row = Party(id=new, case=each, side="respondent", key=each.key, locale="en", by="post", joined_at=ctx.now())
        row.save(force_insert=True)
        with recording(actor=SYSTEM, ctx=ctx, purpose="set up") as r:
            grant_seat(r, key=KeyId(each.key), actor=ActorId(new), role="respondent", since=ctx.now())
            r.add(type="party.recorded", key=KeyId(each.key), case=each.id, body={})
    return cases


def test_of_several_people_complained_of_each_file_stays_in_its_own_case(case: Told) -> None:
    one, other = two_subjects(case)
    first = Party.objects.get(case=one, side="respondent")
    sender = Party.objects.filter(case=other).exclude(side="respondent").get()
    mine, theirs = sent(first, "mine.png", case), sent(sender, "theirs.png", case)
    assert [row.id for row in files_of(one)] == [mine, theirs]
    assert [row.id for row in files_of(other)] == [theirs]
    officer = case.story.client(str(case.story.people["officer_3"]))
    page = officer.get(f"/cases/{other.id}/files").content.decode()
    assert "theirs.png" in page and "mine.png" not in page
    assert "mine.png" in officer.get(f"/cases/{one.id}/files").content.decode()
    assert officer.post(f"/cases/{one.id}/files", {"file": mine, "answer": "clear"}).status_code == 302
    assert officer.get(f"/cases/{one.id}/files?open={mine}").status_code == 200
    assert officer.get(f"/cases/{other.id}/files?open={mine}").status_code == 404
    assert officer.post(f"/cases/{other.id}/files", {"file": mine, "answer": "restrict"}).status_code == 404


def test_a_sender_finds_their_files_from_every_case_of_the_report(case: Told) -> None:
    one, other = two_subjects(case)
    parties = [Party.objects.exclude(side="respondent").get(case=each) for each in (one, other)]
    new = sent(parties[0], "theirs.png", case)
    assert [[row.id for row in files_from(party)] for party in parties] == [[new], [new]]
    assert not files_from(Party.objects.get(case=one, side="respondent")).exists()


def test_the_person_complained_about_neither_needs_nor_reaches_the_key_of_the_report(case: Told) -> None:
    from evenhand.web.record.keys import KeyRefused, unwrap

    sent(case.party, "mine.png", case)
    with pytest.raises(KeyRefused):
        unwrap(KeyId(case.case.submission.key), actor=ActorId(case.party.id), purpose="add a file")
    assert Record.objects.order_by("-seq")[0].key_id == case.case.key


def test_the_database_keeps_a_file_on_one_side(case: Told) -> None:
    row = Upload.objects.get(pk=sent(case.party, "mine.png", case))
    for wrong in ({"submission": case.case.submission}, {"party": None}):
        with pytest.raises(IntegrityError, match="cases_upload_one_side"), transaction.atomic():
            Upload.objects.filter(pk=row.pk).update(**wrong)
