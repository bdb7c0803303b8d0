"""What can be done at any time in a case: a note of contact, stepping back, messages, files."""

from __future__ import annotations

import struct
import zlib

import pytest
from tests.cast import signed_in
from tests.databases import Desk
from tests.web.cases.cases_room import Company, company, received, seated

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.contacts import check_filed, flag_contact, unfiled
from evenhand.web.cases.models import Case, Contact, Message, Party, Seat, Upload
from evenhand.web.cases.refusals import Unfiled
from evenhand.web.cases.steps.dialogue import Kind, say
from evenhand.web.cases.steps.files import add_file
from evenhand.web.record.models import ReadRow
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow
NOTE = {"category": "leader", "channel": "telephone", "text": "Asked how long it takes. I said: ask nobody."}


def png() -> bytes:
    """A picture of one grey dot."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b""),
    ]  # fmt: skip
    packed = [struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.fixture
def people(room: Desk) -> Company:
    return company(room.ctx)


@pytest.fixture
def case(room: Desk, people: Company) -> Case:
    found = Case.objects.get(pk=received(room.ctx).cases[0])
    seated(found.id, people["officer_1"], CaseRole.INTAKE, room.ctx)
    found.refresh_from_db()
    return found


def test_a_contact_is_filed_in_one_form_and_settles_what_was_known(room: Desk, people: Company, case: Case) -> None:
    me = people["officer_1"]
    flag_contact(case=case, recipient=me, actor=people["officer_2"], ctx=room.ctx)
    with pytest.raises(Unfiled):
        check_filed(case.id, me)
    officer = signed_in(people["officer_1"])
    page = officer.get(f"/cases/{case.id}/contact").content.decode()
    assert "is known and not written down yet" in page
    assert officer.post(f"/cases/{case.id}/contact", NOTE).status_code == 302
    row = Contact.objects.get()
    assert (row.category, row.channel, row.recipient) == ("leader", "telephone", me)
    assert row.happened_at == room.ctx.now().replace(microsecond=0)
    assert NOTE["text"] not in str(row.__dict__)
    assert unfiled(case.id, me) == 0
    assert verify(room.ctx).exit_code == 0


def test_a_note_is_taken_even_from_a_page_that_is_old(people: Company, case: Case) -> None:
    officer = signed_in(people["officer_1"])
    assert officer.post(f"/cases/{case.id}/contact", NOTE | {"revision": "0"}).status_code == 302
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"category": "enemy"}, {"channel": "pigeon"}, {"text": " "}, {"when": "2099-01-01T00:00"}, {"when": "soon"}],
)
def test_a_note_that_says_nothing_or_lies_ahead_is_asked_again(
    people: Company, case: Case, wrong: dict[str, str]
) -> None:
    answer = signed_in(people["officer_1"]).post(f"/cases/{case.id}/contact", NOTE | wrong)
    assert answer.status_code == 422
    assert "Something to mend" in answer.content.decode()
    assert not Contact.objects.exists()


def test_stepping_back_is_one_press_and_for_good(room: Desk, people: Company, case: Case) -> None:
    officer = signed_in(people["officer_1"])
    assert "cannot be undone" in officer.get(f"/cases/{case.id}/recuse").content.decode()
    assert Seat.objects.get(case=case).ends is None, "looking at the page does nothing"
    assert officer.post(f"/cases/{case.id}/recuse").status_code == 302
    seat = Seat.objects.get(case=case)
    assert (seat.end_reason, seat.end_approver) == ("recused", None)
    case.refresh_from_db()
    assert case.owner_role is not None and case.due is not None, "never a case without an owner"
    assert verify(room.ctx).exit_code == 0


def test_whoever_stepped_back_finds_no_such_case_any_more(people: Company, case: Case) -> None:
    officer = signed_in(people["officer_1"])
    officer.post(f"/cases/{case.id}/recuse")
    assert officer.get(f"/cases/{case.id}").status_code == 404
    assert case.number not in officer.get("/cases").content.decode()
    assert officer.post(f"/cases/{case.id}/acknowledge", {"pseudonym": "Ash", "revision": "99"}).status_code == 404


def test_messages_are_read_behind_a_veil_logged_and_answered(room: Desk, people: Company, case: Case) -> None:
    party = Party.objects.get(case=case)
    say(party=party, text="When do I hear from you?", kind=Kind.MESSAGE, ctx=room.ctx)
    officer = signed_in(people["officer_1"])
    page = officer.get(f"/cases/{case.id}/dialogue").content.decode()
    assert "When do I hear from you?" in page
    assert ReadRow.objects.filter(actor=people["officer_1"], purpose="read and answer a party").count() == 1
    answer = officer.post(f"/cases/{case.id}/dialogue", {"party": party.id, "text": "By Friday."})
    assert answer.status_code == 302
    written = Message.objects.get(from_party=False)
    assert (written.party_id, written.author) == (party.id, people["officer_1"])
    assert officer.post(f"/cases/{case.id}/dialogue", {"party": "f" * 32, "text": "Hello"}).status_code == 422
    assert officer.post(f"/cases/{case.id}/dialogue", {"party": party.id, "text": ""}).status_code == 422
    assert signed_in(people["officer_2"]).get(f"/cases/{case.id}/dialogue").status_code == 404
    assert verify(room.ctx).exit_code == 0


def test_a_file_waits_for_a_person_and_leaves_as_a_bare_copy(room: Desk, people: Company, case: Case) -> None:
    party = Party.objects.get(case=case)
    first, second = (add_file(party=party, name=f"{n} Robin Quill.png", data=png(), ctx=room.ctx) for n in (1, 2))
    officer = signed_in(people["officer_1"])
    there = f"/cases/{case.id}/files"
    page = officer.get(there).content.decode()
    assert "1 Robin Quill.png" in page and "not looked at" in page and "?open=" not in page
    assert officer.get(f"{there}?open={first}").status_code == 400, "not before a person has released it"
    assert officer.post(there, {"file": first, "answer": "clear"}).status_code == 302
    assert officer.post(there, {"file": second, "answer": "restrict"}).status_code == 302
    copy = officer.get(f"{there}?open={first}")
    assert copy.status_code == 200 and copy.content.startswith(b"\x89PNG")
    assert copy["Content-Disposition"] == 'attachment; filename="file.png"'
    assert copy["Content-Type"] == "application/octet-stream" and "sandbox" in copy["Content-Security-Policy"]
    assert officer.get(f"{there}?open={second}").status_code == 400
    assert officer.get(f"{there}?open={'f' * 32}").status_code == 404
    assert officer.post(there, {"file": "f" * 32, "answer": "clear"}).status_code == 404
    assert {u.state for u in Upload.objects.all()} == {"cleared", "restricted"}
    assert verify(room.ctx).exit_code == 0
