"""Who works in the office's tests. Imports wait until Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.databases import Desk

if TYPE_CHECKING:
    from tests.web.cases.cases_room import Company


@pytest.fixture
def people(room: Desk) -> Company:
    """Everybody who has a part in cases, by sign-in name."""
    from tests.web.cases.cases_room import company

    return company(room.ctx)


@pytest.fixture
def audited(people: Company) -> Company:
    """The same, and an auditor."""
    from tests.web.cases.cases_room import Company

    from evenhand.web.people.actions import create_person, grant_role
    from evenhand.web.people.roles import Role
    from evenhand.web.people.standing import PersonId
    from evenhand.web.record.ids import SYSTEM

    auditor = create_person(username="auditor", password="pw", ctx=people.ctx).pk
    grant_role(person=PersonId(auditor), role=Role.AUDITOR, actor=SYSTEM, ctx=people.ctx)
    return Company(people.ctx, dict(people.ids) | {"auditor": str(auditor)})
