"""Ana, whose shield it is, at her phone."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.databases import Desk
from tests.live.live_room import UNIT
from tests.web.desk.desk_room import Room, evening

from evenhand.web.live import queries
from evenhand.web.office.shield import show_to
from evenhand.web.people.actions import create_person, grant_role
from evenhand.web.people.models import User
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM


def give_ana_her_shield(room: Room) -> None:
    """Make Ana's account and let it look at her shield."""
    person = PersonId(create_person(username="ana", password="four calm words here", ctx=room.ctx).pk)
    grant_role(person=person, role=Role.PROTECTED, actor=SYSTEM, ctx=room.ctx)
    show_to(target=room.ana, username="ana", actor=room.officer, ctx=room.ctx)


def evening_with_mail(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Room:
    """Return an evening in which Ana has her shield, and mail to the unit comes in by a folder."""
    monkeypatch.setattr(queries, "_remembered", queries._Remembered())
    room = evening(desk, monkeypatch)
    give_ana_her_shield(room)
    (desk.home.root / "in").mkdir()
    (desk.home.root / "live.toml").write_text(f'[post]\nadapter = "folder"\nfolder = "in"\naddresses = ["{UNIT}"]\n')
    return room


def at_her_phone() -> Client:
    """Return Ana's browser, signed in."""
    client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="ana"))
    return client
