"""Ana, whose shield it is, at her phone."""

from __future__ import annotations

from django.test import Client
from tests.web.desk.desk_room import Room

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


def at_her_phone() -> Client:
    """Return Ana's browser, signed in."""
    client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="ana"))
    return client
