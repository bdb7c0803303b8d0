"""What one side may do, the other may do in the same words (INV-28): send files, take papers away, bring somebody."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.formats import date_format
from tests.cast import text_of
from tests.clock import MovingClock
from tests.databases import Desk
from tests.fixtures.make_webarchive import by_a_key, change, wacz
from tests.web.answer.answer_room import Told, told
from tests.web.cases import story_room
from tests.web.cases.story_room import follower

from evenhand.ledger.tlog_proof import parse_tlog_proof
from evenhand.procedure.choices import builtin
from evenhand.procedure.clocks import ClockId
from evenhand.web.cases import clocks, periods, senders
from evenhand.web.cases.models import Link, Message, Party, Seat, Upload
from evenhand.web.cases.steps.challenge import may_challenge
from evenhand.web.notices.queries import letters_of
from evenhand.web.record.checkpoints import make_checkpoint
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow


def both(case: Told) -> list[tuple[str, Client]]:
    return [("/follow", follower()), ("/answer", case.enter())]


def test_either_side_brings_somebody(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    asked = []
    for door, client in both(case):
        page = client.get(f"{door}/companion")
        assert f'href="{door}"' in page.content.decode(), "the way back leads to the side's own page"
        asked.append(text_of(page))
        assert "You need not go through this alone." in asked[-1]
        missing = client.post(f"{door}/companion", {"helper": "guard", "words": ""})
        assert missing.status_code == 422
        assert "Choose one of the answers." in text_of(missing) and "Say in a line who it is." in text_of(missing)
        assert client.post(f"{door}/companion", {"helper": "companion", "words": "My sister"}).url == door
        assert "We have noted who helps you." in client.get(door).content.decode()
    assert asked[0] == asked[1]
    assert sorted(Message.objects.values_list("party__side", "kind")) == [
        ("complainant", "companion"), ("respondent", "companion"),
    ]  # fmt: skip


def test_either_side_objects_to_one_of_the_three_once(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock, formal=True)
    for door, client in both(case):
        assert client.get(f"{door}/challenge").url == door, "nobody sits yet"
    story_room.to_panel(case.story)
    seats = case.story.panel()
    seat = Seat.objects.get(person=seats[1], ends=None).id
    asked = []
    for door, client in both(case):
        asked.append(text_of(client.get(f"{door}/challenge")))
        missing = client.post(f"{door}/challenge", {"seat": "nobody", "reasons": "They are my neighbour."})
        assert missing.status_code == 422 and "Choose one of the three." in text_of(missing)
        assert client.post(f"{door}/challenge", {"seat": seat, "reasons": "They are my neighbour."}).url == door
        assert "Your reasons were recorded." in client.get(door).content.decode()
        assert client.get(f"{door}/challenge").url == door, "once"
    assert asked[0] == asked[1] and "Object to one of the three people" in asked[0]
    assert Link.objects.filter(by_party=True).count() == 2 and case.story.panel() == seats
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0


@pytest.mark.parametrize("side", ["reporter", "witness"])
def test_whoever_is_no_side_objects_to_nobody(room: Desk, clock: MovingClock, side: str) -> None:
    case = told(room, clock, formal=True)
    story_room.to_panel(case.story)
    party = Party.objects.select_related("case").get(case=case.case, side="complainant")
    assert may_challenge(party)
    party.side = side
    assert not may_challenge(party)


def test_the_new_end_of_the_time_is_a_day_where_the_organisation_is(
    room: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = builtin("default")
    there = replace(here, calendar=replace(here.calendar, timezone="America/New_York"))
    monkeypatch.setattr(periods, "procedure_of", lambda _digest: there)
    case = told(room, clock, formal=True)
    client = case.enter()
    client.get("/answer")
    assert client.post("/answer/more-time").url == "/answer"
    window = clocks.window(case.case, ClockId.REPLY, case.party.id)
    assert window is not None and window.due is not None
    local = there.calendar.day_of(window.due)
    assert local != window.due.date(), "another day by UTC"
    assert f"You have more time: until {date_format(local)}." in client.get("/answer").content.decode()


def note(name: str, words: bytes = b"What was said before it.") -> dict[str, SimpleUploadedFile]:
    """Return a form with a small text file."""
    return {"file": SimpleUploadedFile(name, words)}


def test_either_side_sends_a_file_that_the_other_never_sees(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    doors = both(case)
    for door, client in doors:
        assert 'enctype="multipart/form-data"' in client.get(door).content.decode()
        assert client.post(f"{door}/file", note(f"from{door[1:]}.txt")).url == door
        page = text_of(client.get(door))
        assert "The file was received." in page
        assert f"from{door[1:]}.txt: received; nobody has looked at it yet" in page
    for (_door, client), (other, _client) in zip(doors, reversed(doors), strict=True):
        for address in (_door, f"{_door}/readers"):
            assert f"from{other[1:]}.txt" not in client.get(address).content.decode()
    sent = Upload.objects.order_by("received_at", "party_id").values_list("submission_id", "party_id", "key", "state")
    assert set(sent) == {
        (case.case.submission_id, None, case.case.submission.key, "quarantined"),
        (None, case.party.id, case.case.key, "quarantined"),
    }
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0


def test_what_cannot_be_taken_is_answered_where_it_was_chosen(room: Desk, clock: MovingClock) -> None:
    said = []
    for door, client in both(told(room, clock)):
        faults = [{}, note("empty.txt", b""), note("old.zip", b"PK\x03\x04\0\0"), note("big.txt", b"a" * 21 * 2**20)]
        answers = [client.post(f"{door}/file", fault) for fault in faults]
        assert [answer.status_code for answer in answers] == [422] * 4
        said.append([re.findall(r'href="#id_file"[^>]*>([^<]*)', answer.content.decode()) for answer in answers])
        assert "Something to mend" in answers[0].content.decode()
        zipped = note("old.zip", b"PK\x03\x04\0\0")
        german = client.post(f"{door}/file", zipped, headers={"accept-language": "de"}).content.decode()
        assert "So können wir diese Datei nicht annehmen." in german and "Datei hinzufügen" in german
        edited = note("page.wacz", wacz(sign=by_a_key, edit=change("pages/pages.jsonl", b"[]\n")))
        german = client.post(f"{door}/file", edited, headers={"accept-language": "de"}).content.decode()
        assert "sie ist ein Webarchiv, das nicht so ist, wie seine eigene Liste sagt." in german
    assert said[0] == said[1]
    assert [len(each) for each in said[0]] == [1] * 4 and "Send a screenshot" in said[0][2][0]
    assert not Upload.objects.exists()


def test_neither_side_uses_up_the_other_s_files(
    room: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "MOST_OF_A_SIDE", 2)
    case = told(room, clock)
    for door, client in both(case):
        for n in (1, 2):
            assert client.post(f"{door}/file", note(f"{n}.txt")).url == door, (door, n)
        full = client.post(f"{door}/file", note("3.txt"))
        assert full.status_code == 422
        assert "You have already sent 40 files. Tell us in a message what else there is." in text_of(full)
    assert Upload.objects.count() == 4


def test_a_witness_is_asked_for_no_file(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    client = case.enter()
    Party.objects.filter(pk=case.party.id).update(side="witness")
    assert client.get("/answer").status_code == 200
    assert "multipart" not in client.get("/answer").content.decode()
    assert client.post("/answer/file", note("mine.txt")).url == "/answer"
    assert not Upload.objects.exists()


def test_either_side_takes_its_letters_away_as_pdf(
    room: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evenhand.web.notices.showing.pdf_of", lambda html: b"%PDF-1.7 " + html[:1].encode())
    case = told(room, clock)
    parties = {"/follow": case.story.party("complainant"), "/answer": case.party}
    for door, client in both(case):
        html = client.get(door).content.decode()
        for owner, party in parties.items():
            for row in letters_of(case.case.id, party.id):
                address = f"{door}/letter/{row.id}/pdf"
                answer = client.get(address)
                assert answer.status_code == (200 if owner == door else 404)
                assert (address in html) is (owner == door)
                if owner == door:
                    assert answer["Content-Type"] == "application/pdf"
                    assert answer["Content-Disposition"] == 'attachment; filename="letter-2026-03-02.pdf"'
                    assert f"entry of the record {row.log_position()}" in text_of(client.get(door))


def test_either_side_proves_without_us_where_it_was_first_written_to(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    doors = both(case)
    for door, client in doors:
        assert "can be downloaded here within a quarter of an hour" in client.get(door).content.decode()
        assert client.get(f"{door}/proof").status_code == 404
    make_checkpoint(room.ctx)
    entries = {
        "/follow": case.story.party("complainant").receipt_index,
        "/answer": letters_of(case.case.id, case.party.id)[0].log_position(),
    }
    for door, client in doors:
        assert f"entry {entries[door]} of the record" in text_of(client.get(door))
        assert f'href="{door}/proof"' in client.get(door).content.decode()
        answer = client.get(f"{door}/proof")
        assert answer["Content-Disposition"].endswith('.tlog-proof"')
        assert parse_tlog_proof(answer.content).index == entries[door]
