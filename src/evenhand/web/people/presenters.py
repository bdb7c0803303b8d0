"""What the account page shows, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.web.people import second_step
from evenhand.web.people.models import User
from evenhand.web.people.roles import ROLES, Role
from evenhand.web.people.standing import Standing


@dataclass(frozen=True, slots=True)
class RoleShown:
    """One role in words."""

    name: str
    does: str
    never: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The account page: sign-in name, roles, whether the second step is set up and needed."""

    username: str
    roles: tuple[RoleShown, ...]
    second_step: bool
    restricted: bool


def account_page(person: User, holds: Standing) -> AccountPage:
    """Return the account page of a person. One query."""
    return AccountPage(
        username=person.username,
        roles=tuple(shown(role) for role in Role if role in holds.roles),
        second_step=second_step.enrolled(person.pk),
        restricted=holds.restricted,
    )


def shown(role: Role) -> RoleShown:
    """Return a role in words."""
    about = ROLES[role]
    return RoleShown(str(about.name), str(about.does), str(about.never))
