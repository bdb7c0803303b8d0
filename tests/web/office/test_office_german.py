"""The pages of the office and the register in German: menu, title and lists, with everything on them that can be."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import translation
from tests.cast import signed_in
from tests.databases import Desk
from tests.web.cases.cases_room import Company, received, seated
from tests.web.cases.german_room import english_in, fragments, in_german, translated
from tests.web.desk.desk_room import POSTED, evening

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases import pool
from evenhand.web.cases.contacts import flag_contact
from evenhand.web.cases.models import Case, Party
from evenhand.web.cases.recusal import recuse
from evenhand.web.cases.seats import seat_by_draw
from evenhand.web.cases.steps.dialogue import Kind, say
from evenhand.web.desk.presenters.coverage import unread_words
from evenhand.web.desk.queries import tallies
from evenhand.web.desk.words import BANDS
from evenhand.web.office import rota
from evenhand.web.office.presenters.lists import KINDS
from evenhand.web.office.waves import file_wave
from evenhand.web.people.actions import create_person, grant_role
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM
from evenhand.web.ui.navigation import entries

pytestmark = pytest.mark.slow
SENT = ("yes", "no", "deceased")  # values of buttons and a column's name: the same in every language


def german(person: str) -> Client:
    return in_german(signed_in(person))


def a_full_day(room: Desk, audited: Company) -> Case:
    """Danger, a case of the officer's own with a contact and a message, one to open, and a colleague who is away."""
    received(room.ctx, danger_claimed=True, subjects=("Other Quill",))
    case = Case.objects.get(pk=received(room.ctx).cases[0])
    seated(case.id, audited["officer_1"], CaseRole.INTAKE, room.ctx)
    flag_contact(case=case, recipient=audited["officer_1"], actor=audited["officer_2"], ctx=room.ctx)
    say(party=Party.objects.get(case=case), text="Hello?", kind=Kind.MESSAGE, ctx=room.ctx)
    received(room.ctx, subjects=("Third Quill",))
    until = room.ctx.now().date() + timedelta(days=3)
    rota.ask(stand_in=audited["officer_1"], until=until, actor=audited["officer_2"], ctx=room.ctx)
    return case


def test_the_first_page_is_german_from_its_menu_to_its_last_line(room: Desk, audited: Company) -> None:
    a_full_day(room, audited)
    html = german(audited["officer_1"]).get("/desk").content.decode()
    (title,) = re.findall(r"<title>(.*?)</title>", html, re.DOTALL)
    assert "Heute" in title and "Today" not in title
    (menu,) = re.findall(r"<nav\b[^>]*Hauptmenü.*?</nav>", html, re.DOTALL)
    said = set(fragments(menu))
    assert {"Heute", "Hinweise", "Fälle", "Register", "Jemand hat mit mir gesprochen"} <= said
    with translation.override("en"):
        english = {str(entry.text) for entry in entries()} & translated()
    assert {"Today", "Leads", "Cases", "Somebody spoke to me"} <= english
    assert said & english == set()
    page = " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())
    assert "Guten Morgen. 1 Meldung einer Gefahr wartet. 4 Sachen sind heute für Sie zu tun." in page
    assert "bis 5. März 2026 Meldungen einer Gefahr zuerst zu beantworten" in page
    assert "2 Meldungen zu öffnen" in page and "noch 7 Tage" in page
    assert english_in(html, SENT) == []


@pytest.mark.parametrize(
    ("who", "address", "title"),
    [
        ("officer_1", "/desk/unit", "Die ganze Stelle"), ("officer_1", "/desk/acknowledge", "Zu öffnende Meldungen"),
        ("officer_1", "/desk/away", "Nicht am Schreibtisch"), ("officer_1", "/desk/waves", "Wellenmappen"),
        ("officer_1", "/contact", "Jemand hat mit mir über einen Fall gesprochen"),
        ("officer_1", "/my/data", "Was über Sie vorliegt"), ("officer_1", "/register", "Mitgliederregister"),
        ("keeper", "/keeper", "Stellen und Auslosungen"), ("auditor", "/audit", "Was anzusehen ist"),
    ],
)  # fmt: skip
def test_the_other_pages_are_german_too(room: Desk, audited: Company, who: str, address: str, title: str) -> None:
    case = a_full_day(room, audited)
    seat_by_draw(case=case.id, role=CaseRole.ASSESSOR, ctx=room.ctx)
    recuse(case=case.id, actor=audited["officer_1"], ctx=room.ctx)
    html = german(audited[who]).get(address).content.decode()
    assert f"<title>{title}" in re.sub(r">\s+", ">", html)
    assert english_in(html, SENT) == []


def test_a_wave_and_the_page_of_the_person_concerned_are_german(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    room = evening(desk, monkeypatch)
    hour = timedelta(hours=1)
    wave = file_wave(target=room.ana, begins=POSTED - hour, ends=POSTED + hour, actor=room.officer, ctx=room.ctx)
    person = create_person(username="ana", password="pw", ctx=room.ctx).pk
    grant_role(person=PersonId(person), role=Role.PROTECTED, actor=SYSTEM, ctx=room.ctx)
    officer = german(room.officer)
    officer.post(f"/desk/waves/{wave}", {"username": "ana"})
    html = officer.get(f"/desk/waves/{wave}").content.decode()
    assert "Auf 3 Beiträge wurde hingewiesen." in html and "1. März, 22:00" in html
    assert english_in(html, [str(words) for words in BANDS.values()]) == []
    refused = officer.post(f"/desk/waves/{wave}", {"username": "ana"}, follow=True).content.decode()
    assert "Die Person kann es schon sehen." in refused
    html = german(person).get("/my").content.decode()
    assert "3 Beiträge können Herabwürdigungen sein." in html and "2 Konten schrieben 67 %." in html
    assert english_in(html, [unread_words(tallies())]) == []


def test_every_kind_of_member_of_the_pool_has_words() -> None:
    assert set(KINDS) == set().union(*pool.KINDS.values())
