"""Around the demonstration's cases: the rota, the pile-on as a wave file, who may look at it; the figures published."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.cast import signed_in, text_of, visitor
from tests.databases import Desk
from tests.web.cases.story_room import REGISTER
from tests.web.desk.desk_room import Room, evening

from evenhand.cli.demo import _figures
from evenhand.cli.demo_cases.around import file_the_pile_on, write_rota
from evenhand.membership import read_register
from evenhand.web.office.models import Shield, Wave, WaveItem, WaveSaid
from evenhand.web.office.rota_mail import lines_of, rota_file
from evenhand.web.people.actions import create_person, grant_role
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.publish.models import PublishedReport
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.verify import verify
from evenhand.web.register.actions import load

pytestmark = pytest.mark.slow


@pytest.fixture
def room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Room:
    """Leads of one evening aimed at one protected person, their account, their delegate's, an officer's."""
    return evening(desk, monkeypatch)


def people_of(room: Room) -> dict[str, ActorId]:
    made = {"officer": ActorId(room.officer)}
    for name, role in (("protected", Role.PROTECTED), ("delegate", Role.DELEGATE)):
        person = create_person(username=name, password="pw", ctx=room.ctx).pk
        grant_role(person=PersonId(person), role=role, actor=SYSTEM, ctx=room.ctx)
        made[name] = ActorId(person)
    return made


def test_the_pile_on_is_one_wave_with_its_letter_and_two_who_may_look(room: Room) -> None:
    people = people_of(room)
    wave = file_the_pile_on(people=people, ctx=room.ctx)
    row = Wave.objects.get()
    assert (row.id, row.target) == (wave, room.ana)
    assert row.begins == datetime(2026, 3, 1, tzinfo=UTC), "the busiest day, from its beginning"
    assert WaveItem.objects.count() == 3 and WaveSaid.objects.count() == 1
    assert set(Shield.objects.values_list("person", flat=True)) == {people["protected"], people["delegate"]}
    assert file_the_pile_on(people=people, ctx=room.ctx) is None, "a second time changes nothing"
    assert Wave.objects.count() == 1
    for name in ("protected", "delegate"):
        client = signed_in(people[name])
        assert "Letter 1" in text_of(client.get("/my"))
    assert verify(room.ctx).exit_code == 0


def test_where_nothing_was_found_there_is_no_wave(desk: Desk) -> None:
    assert file_the_pile_on(people={}, ctx=desk.ctx) is None
    assert not Wave.objects.exists()


def test_the_rota_is_written_once_and_can_be_read(desk: Desk) -> None:
    write_rota(desk.home)
    assert [name for name, _ in lines_of(desk.home)] == ["", "officer", "officer_2"]
    rota_file(desk.home).write_text("duty@quillhaven.example\n")
    write_rota(desk.home)
    assert lines_of(desk.home) == [("", "duty@quillhaven.example")], "whoever plays may change it"


@pytest.mark.parametrize(("month", "period"), [(2, "2025-Q4"), (4, "2026-Q1"), (11, "2026-Q3")])
def test_the_figures_are_those_of_the_last_quarter_that_is_over(desk: Desk, month: int, period: str) -> None:
    told_on = datetime(2026, month, 20, 9, tzinfo=UTC)
    head, _ = REGISTER.strip().splitlines()
    rows = [head, *(f"{1001000 + n},2019-05-01,,,chirp:member_{n},Member {n}" for n in range(1_200))]
    load(register=read_register("\n".join(rows) + "\n"), actor=SYSTEM, ctx=desk.ctx)
    _figures(told_on)
    _figures(told_on)
    assert [row.period for row in PublishedReport.objects.all()] == [period]
    assert visitor().get("/statistics").status_code == 200
