"""What a person holds at one moment: the fact that every permission is decided on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

from evenhand.web.people.roles import Role, require_mfa

PersonId = NewType("PersonId", str)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person holds at one moment, and whether this session passed the second step.

    `person` is 32 hex digits, "" for somebody who is not signed in.
    """

    person: PersonId
    roles: frozenset[Role]
    second_step: bool

    @property
    def restricted(self) -> bool:
        """Whether a restricted office is held now."""
        return Role.RESTRICTED in self.roles

    @property
    def owes_second_step(self) -> bool:
        """Whether a role is held that opens nothing before the second step."""
        return not self.second_step and any(require_mfa(role) for role in self.roles)


NOBODY = Standing(PersonId(""), frozenset({Role.PUBLIC}), second_step=False)
