"""The first screen: danger first, what needs a person today and what blocks it, the same number of queries always."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import signed_in, text_of
from tests.databases import Desk
from tests.web.cases.cases_room import Company, received, seated

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.contacts import flag_contact
from evenhand.web.cases.models import Case, Contact, Party
from evenhand.web.cases.steps.dialogue import Kind, say
from evenhand.web.office.models import Absence
from evenhand.web.people.actions import record_mandate
from evenhand.web.people.roles import Office
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.models import ReadRow
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow
NOTE = {"category": "leader", "channel": "telephone", "text": "Asked how long it takes. I said nothing."}


def test_a_quiet_morning_says_so(people: Company) -> None:
    page = text_of(signed_in(people["officer_1"]).get("/desk"))
    assert "Good morning. No danger report is waiting. Nothing else needs you today." in page
    assert "Somebody spoke to me about a case" in page
    assert "Away? Name who answers danger reports first." in page


def test_danger_stands_first_on_every_officers_screen_with_its_age(room: Desk, people: Company) -> None:
    received(room.ctx)
    number = received(room.ctx, danger_claimed=True, subjects=("Other Quill",)).numbers[0]
    for name in ("officer_1", "officer_2"):
        page = text_of(signed_in(people[name]).get("/desk"))
        assert "1 danger report is waiting." in page
        assert page.index(f"Case {number}") < page.index("reports to open")
        assert "nobody has opened it" in page
    assert not ReadRow.objects.exists(), "the first screen opens no word of a case"


def test_whoever_the_sender_excluded_sees_neither_danger_nor_count(room: Desk, people: Company) -> None:
    received(room.ctx, danger_claimed=True, excluded=(str(people["officer_1"]),))
    page = text_of(signed_in(people["officer_1"]).get("/desk"))
    assert "No danger report is waiting. Nothing else needs you today." in page


def test_what_needs_the_officer_and_what_blocks_it(room: Desk, people: Company) -> None:
    case = Case.objects.get(pk=received(room.ctx).cases[0])
    seated(case.id, people["officer_1"], CaseRole.INTAKE, room.ctx)
    flag_contact(case=case, recipient=people["officer_1"], actor=people["officer_2"], ctx=room.ctx)
    say(party=Party.objects.get(case=case), text="Hello?", kind=Kind.MESSAGE, ctx=room.ctx)
    officer = signed_in(people["officer_1"])
    page = text_of(officer.get("/desk"))
    assert "2 things need you today." in page
    assert "write down who spoke to you: until then you decide nothing in it" in page
    assert "1 message is not answered" in page
    assert "Due" in page, page
    assert "Open it and tell the sender" in page, page
    assert "Hello?" not in page
    officer.post(f"/cases/{case.id}/contact", NOTE)
    assert "1 thing needs you today." in text_of(officer.get("/desk"))


def test_a_long_list_shows_the_first_and_counts_the_others(room: Desk, people: Company) -> None:
    for place in range(23):
        case = received(room.ctx, subjects=(f"Quill {place}",)).cases[0]
        seated(case, people["officer_1"], CaseRole.INTAKE, room.ctx)
    later = signed_in(people["officer_1"])
    page = text_of(later.get("/desk"))
    assert page.count("Open it and tell the sender") == 20
    assert "3 more cases" in page


@pytest.mark.parametrize("path", ["/desk", "/desk/unit"])
def test_the_number_of_queries_does_not_grow_with_the_desk(room: Desk, people: Company, path: str) -> None:
    officer, counts = signed_in(people["officer_1"]), []
    for many in (5, 45):
        for place in range(many):
            said = received(room.ctx, subjects=(f"Quill {place}",), danger_claimed=place % 3 == 0)
            if place % 2:
                seated(said.cases[0], people["officer_1"], CaseRole.INTAKE, room.ctx)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert officer.get(path).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1] < 45


def test_a_note_of_contact_from_anywhere_tells_nothing(room: Desk, people: Company) -> None:
    case = Case.objects.get(pk=received(room.ctx).cases[0])
    officer = signed_in(people["officer_1"])
    real = officer.post("/contact", NOTE | {"number": case.number}, follow=True)
    none = officer.post("/contact", NOTE | {"number": "2026-9999"}, follow=True)
    assert text_of(real) == text_of(none)
    assert Contact.objects.get().case_id == case.id
    assert officer.post("/contact", NOTE | {"number": ""}).status_code == 422
    assert verify(room.ctx).exit_code == 0


def test_a_holder_of_a_restricted_office_can_file_a_note_and_nothing_else(room: Desk, people: Company) -> None:
    case = Case.objects.get(pk=received(room.ctx).cases[0])
    since = room.ctx.now().date() - timedelta(days=3)
    record_mandate(
        person=PersonId(people["officer_3"]), office=Office.LEADER, begins=since, ends=None, actor=SYSTEM, ctx=room.ctx
    )
    leader = signed_in(people["officer_3"])
    assert leader.get("/desk").status_code == 403
    assert leader.get(f"/cases/{case.id}/contact").status_code == 404
    assert leader.post("/contact", NOTE | {"number": case.number}).status_code == 302
    assert Contact.objects.get().recipient == people["officer_3"]


def test_many_reports_are_opened_on_one_word_and_what_fails_is_named(room: Desk, people: Company) -> None:
    ids = [received(room.ctx, subjects=(f"Quill {place}",)).cases[0] for place in range(3)]
    officer = signed_in(people["officer_1"])
    page = officer.get("/desk/acknowledge")
    assert all(case in page.content.decode() for case in ids)
    seated(ids[0], people["officer_2"], CaseRole.INTAKE, room.ctx)
    stale = officer.post("/desk/acknowledge", {"pseudonym": "Ash", "cases": ids})
    assert stale.status_code == 422 and "not waiting any more" in text_of(stale)
    done = text_of(officer.post("/desk/acknowledge", {"pseudonym": "Ash", "cases": ids[1:]}))
    assert "2 reports are opened" in done
    assert set(Case.objects.filter(owner=people["officer_1"]).values_list("state", flat=True)) == {"acknowledged"}
    assert verify(room.ctx).exit_code == 0


def test_one_that_fails_stops_no_other(room: Desk, people: Company) -> None:
    from evenhand.web.office.bulk import open_each

    cases = [Case.objects.get(pk=received(room.ctx, subjects=(f"Quill {n}",)).cases[0]) for n in range(2)]
    seated(cases[0].id, people["officer_2"], CaseRole.INTAKE, room.ctx)
    outcome = open_each(cases=cases, pseudonym="Ash", actor=people["officer_1"], ctx=room.ctx)
    assert outcome.done == [cases[1].number]
    assert [number for number, _why in outcome.failed] == [cases[0].number]


def test_away_needs_a_named_colleague_who_agrees_themselves(room: Desk, people: Company) -> None:
    away, other = signed_in(people["officer_1"]), signed_in(people["officer_2"])
    until = (room.ctx.now() + timedelta(days=5)).date().isoformat()
    assert away.post("/desk/away", {"stand_in": people["officer_1"], "until": until}).status_code == 422, "not oneself"
    assert away.post("/desk/away", {"stand_in": people["officer_2"], "until": "2020-01-01"}).status_code == 422
    assert away.post("/desk/away", {"stand_in": people["officer_2"], "until": until}).status_code == 302
    row = Absence.objects.get()
    assert "They have not agreed yet" in text_of(away.get("/desk"))
    assert away.post("/desk/away", {"absence": row.id, "answer": "yes"}).status_code == 400, "not one's own word"
    assert "Stand in" in text_of(other.get("/desk"))
    assert other.post("/desk/away", {"absence": row.id, "answer": "yes"}).status_code == 302
    assert "somebody else answers danger reports first" in text_of(away.get("/desk"))
    assert away.post("/desk/away", {"back": "1"}).status_code == 302
    assert "Away? Name who answers" in text_of(away.get("/desk"))
    assert verify(room.ctx).exit_code == 0


def test_somebody_drawn_for_a_panel_sees_their_own_screen(people: Company) -> None:
    page = text_of(signed_in(people["legal_1"]).get("/desk"))
    assert "You were drawn for no case." in page
