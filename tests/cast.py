"""The standing cast in tests: made once per installation, signed in with their real second step.

def test_x(desk, client):
    cast = standing_cast(desk)
    sign_in(client, cast["officer"])
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from evenhand.web.people.cast import Member, create_company, create_standing_cast, current_code
from evenhand.web.people.models import User
from evenhand.web.people.roles import require_mfa
from evenhand.web.people.standing import PersonId

NOBODY = "nobody"  # the member of every table of views who is not signed in


def standing_cast(desk: Any) -> dict[str, Member]:
    """Make the standing cast in an installation (the fixture `desk`) and return it by sign-in name."""
    return {member.username: member for member in create_standing_cast(desk.ctx)}


def code_now(person: PersonId) -> str:
    """Return the code that the person's app shows at this moment."""
    return current_code(User.objects.get(pk=person), at=datetime.now(UTC))


def needs_code(member: Member) -> bool:
    """Return whether this member signs in with a second step."""
    return any(require_mfa(role) for role in member.part.roles)


def visitor() -> Client:
    """Return a client as a browser on this machine would be: at an address the settings allow."""
    return Client(SERVER_NAME="localhost")


def signed_in(person: str) -> Client:
    """Return a browser in which a person is signed in, without the pages that ask for it."""
    client = visitor()
    client.force_login(User.objects.get(pk=person))
    return client


def text_of(answer: Any) -> str:
    """Return what the main part of a page says, without tags; "" where a page has none."""
    html = answer.content.decode()
    main = html[html.find("<main") : html.find("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def sign_in(client: Client, member: Member) -> Client:
    """Sign a member in through the real pages, second step included, and return the client."""
    answer = client.post(reverse("account_login"), {"login": member.username, "password": member.password})
    assert answer.status_code == 302, answer.content.decode()
    if needs_code(member):
        assert answer["Location"].startswith(reverse("mfa_authenticate"))
        _second_step(client, member)
    return client


def _second_step(client: Client, member: Member) -> None:
    """Type the code; once more with the next one, where the half minute ended between making and typing it."""
    for _attempt in range(2):
        code = code_now(member.person)
        answer = client.post(reverse("mfa_authenticate"), {"code": code})
        if answer.status_code == 302:
            return
        while code_now(member.person) == code:
            time.sleep(0.5)
    raise AssertionError(answer.content.decode())


def whole_cast(desk: Any) -> dict[str, Member]:
    """Make the standing cast and the company: enough people for every seat of a case; return them by sign-in name."""
    return standing_cast(desk) | {member.username: member for member in create_company(desk.ctx)}
