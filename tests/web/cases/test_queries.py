"""Lists in their fair order, with a constant number of queries; a case is there for whoever sits in it."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.databases import Desk
from tests.web.cases.cases_room import company, later, received, seated

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases import queries
from evenhand.web.cases.engine import SaidItem
from evenhand.web.people.queries import standing_of
from evenhand.web.people.standing import Standing


def holds(person: str, desk: Desk) -> Standing:
    return standing_of(person, at=desk.ctx.now(), second_step=True)


def test_many_reports_on_one_person_move_nobody_back_by_a_place(any_desk: Desk) -> None:
    people = company(any_desk.ctx)
    for place in range(12):
        received(any_desk.ctx, subjects=("Many Named",), sender="target", contact=f"{place}@quillhaven.example")
    other = received(later(any_desk.ctx, minutes=5), subjects=("Sam Reed",), sender="target")
    reported = received(any_desk.ctx, subjects=("Kim Hale",), sender="witness")
    danger = received(later(any_desk.ctx, hours=1), subjects=("Ada Fenn",), danger_claimed=True)
    order = [line.number for line in queries.queue_of(holds(people["officer_1"], any_desk))]
    assert order[:2] == [danger.numbers[0], other.numbers[0]]
    assert order[-1] == reported.numbers[0]


def test_one_report_on_many_people_holds_up_nobody(desk: Desk) -> None:
    people = company(desk.ctx)
    received(desk.ctx, subjects=tuple(f"Person {n}" for n in range(12)))
    other = received(later(desk.ctx, minutes=5), subjects=("Sam Reed",), contact="other@quillhaven.example")
    order = [line.number for line in queries.queue_of(holds(people["officer_1"], desk))]
    assert order[0] == other.numbers[0]


def test_an_excluded_officer_and_a_stranger_see_nothing(desk: Desk) -> None:
    people = company(desk.ctx)
    received(desk.ctx, excluded=(people["officer_1"],))
    received(desk.ctx, outside=True)
    assert queries.queue_of(holds(people["officer_1"], desk)) == []
    assert queries.count_for(holds(people["officer_1"], desk)) == 0
    assert queries.count_for(holds(people["legal_1"], desk)) == 0
    assert queries.count_for(holds(people["officer_2"], desk)) == 1
    assert len(queries.waiting_for_case_keeper()) == 1


def test_lists_take_the_same_queries_however_many_cases(desk: Desk) -> None:
    people = company(desk.ctx)
    counts = []
    for number in range(2):
        for place in range(3):
            opened = received(desk.ctx, items=(SaidItem(f"chirp:{number}{place}", "https://chirp.example/1"),))
        seated(opened.cases[0], people["officer_1"], CaseRole.INTAKE, desk.ctx)
        who = holds(people["officer_1"], desk)
        with CaptureQueriesContext(connection) as caught:
            queries.queue_of(who)
            queries.cases_of(who)
            queries.late()
            queries.waiting_for_case_keeper()
            queries.counts_by_state()
        counts.append(len(caught))
    assert counts == [5, 5]
