"""What the tests of the office stand on: people, cases, clients of one clock."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests.cast import visitor
from tests.databases import Desk
from tests.web.cases.cases_room import Company
from tests.web.notices.notices_room import LETTERS_TOML

from evenhand.context import Context
from evenhand.web.people import second_step
from evenhand.web.people.models import User


def furnish(desk: Desk, patch: pytest.MonkeyPatch) -> Desk:
    """Let the pages see the test's clock, and take the second step as passed: its own tests sign in with codes."""
    patch.setattr(Context, "system", lambda: desk.ctx)
    patch.setattr(second_step, "passed", lambda _request: True)
    (desk.home.root / "letters.toml").write_text(LETTERS_TOML)
    return desk


def as_person(people: Company, name: str) -> Client:
    client = visitor()
    client.force_login(User.objects.get(pk=people[name]))
    return client


def text_of(answer: Any) -> str:
    """Return what the main part of a page says, without tags."""
    html = answer.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())
