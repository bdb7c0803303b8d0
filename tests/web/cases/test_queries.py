"""Lists in their fair order, with a constant number of queries; a case is there for whoever sits in it."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.databases import Desk
from tests.web.cases.cases_room import company, later, received, seated

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases import queries
from evenhand.web.cases.engine import SaidItem
from evenhand.web.cases.models import Case
from evenhand.web.cases.standing import listed_cases, visible_cases
from evenhand.web.people.queries import standing_of
from evenhand.web.people.standing import Standing


def holds(person: str, desk: Desk) -> Standing:
    return standing_of(person, at=desk.ctx.now(), second_step=True)


def queue(person: str, desk: Desk) -> list[Case]:
    return list(queries.queue(listed_cases(holds(person, desk))))


def test_many_reports_on_one_person_move_nobody_back_by_a_place(any_desk: Desk) -> None:
    people = company(any_desk.ctx)
    for place in range(12):
        received(any_desk.ctx, subjects=("Many Named",), sender="target", contact=f"{place}@quillhaven.example")
    other = received(later(any_desk.ctx, minutes=5), subjects=("Sam Reed",), sender="target")
    reported = received(any_desk.ctx, subjects=("Kim Hale",), sender="witness")
    danger = received(later(any_desk.ctx, hours=1), subjects=("Ada Fenn",), danger_claimed=True)
    order = [line.number for line in queue(people["officer_1"], any_desk)]
    assert order[:2] == [danger.numbers[0], other.numbers[0]]
    assert order[-1] == reported.numbers[0]


def test_one_report_on_many_people_holds_up_nobody(desk: Desk) -> None:
    people = company(desk.ctx)
    received(desk.ctx, subjects=tuple(f"Person {n}" for n in range(12)))
    other = received(later(desk.ctx, minutes=5), subjects=("Sam Reed",), contact="other@quillhaven.example")
    order = [line.number for line in queue(people["officer_1"], desk)]
    assert order[0] == other.numbers[0]


def test_an_excluded_officer_and_a_stranger_see_nothing(desk: Desk) -> None:
    people = company(desk.ctx)
    received(desk.ctx, excluded=(people["officer_1"],))
    received(desk.ctx, outside=True)
    assert queue(people["officer_1"], desk) == []
    for there in (visible_cases, listed_cases):
        assert there(holds(people["officer_1"], desk)).count() == 0
        assert there(holds(people["legal_1"], desk)).count() == 0
        assert there(holds(people["officer_2"], desk)).count() == 1
    assert len(queries.waiting_for_case_keeper()) == 1


def test_lists_take_the_same_queries_however_many_cases(desk: Desk) -> None:
    people = company(desk.ctx)
    counts = []
    for number in range(2):
        for place in range(3):
            opened = received(desk.ctx, items=(SaidItem(f"chirp:{number}{place}", "https://chirp.example/1"),))
        seated(opened.cases[0], people["officer_1"], CaseRole.INTAKE, desk.ctx)
        with CaptureQueriesContext(connection) as caught:
            queue(people["officer_1"], desk)
            queries.late()
            queries.waiting_for_case_keeper()
        counts.append(len(caught))
    assert counts == [9, 9]  # two of them read who the person is


def test_a_page_beyond_the_end_is_the_last_and_no_number_is_the_first(any_desk: Desk) -> None:
    people = company(any_desk.ctx)
    for place in range(5):
        received(any_desk.ctx, items=(SaidItem(f"chirp:{place}", "https://chirp.example/1"),))
    there = queries.queue(listed_cases(holds(people["officer_1"], any_desk)))
    everything = [case.id for case in there]
    asked = ("", "1", "2", "3", "4", "999999999999", "0", "two", "٢")
    shown = {said: queries.page_of(there, said, 2) for said in asked}
    assert {said: page.number for said, page in shown.items()} == {
        "": 1, "1": 1, "2": 2, "3": 3, "4": 3, "999999999999": 3, "0": 1, "two": 1, "٢": 2,
    }  # fmt: skip
    for page in shown.values():
        start = 2 * (page.number - 1)
        assert [case.id for case in page] == everything[start : start + 2]
        assert page.paginator.count == 5
    assert list(queries.page_of(Case.objects.none(), "1", 2)) == []
