"""Two people in two roles: who may sign for a hold, its end or an erasure, and as what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.people.queries import roles_at
from evenhand.web.people.roles import Role

SIGNERS: Final = (Role.DPO, Role.CASE_KEEPER)
"""T22, T23: the data protection officer and the case keeper, in whichever order."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One person's name under an act, and the role they signed in."""

    person: str
    role: Role


def sign(person: str, *, ctx: Context, barred: Collection[str], after: Signed | None = None) -> Signed:
    """Return a person's signature at this moment; `after`: the first one, which it must differ from in both.

    `barred`: who must not sign here (a party of the case, whoever it is about). Raises UsageError with the reason.
    """
    held = roles_at(person, ctx.now())
    open_roles = [role for role in SIGNERS if role in held and (after is None or role != after.role)]
    if person in barred:
        raise UsageError(_("Somebody whom the case is about cannot sign here."), mend=_("Ask another person."))
    if Role.RESTRICTED in held or not open_roles:
        raise UsageError(
            _("This takes a data protection officer and a case keeper."), mend=_("Ask somebody who holds that role.")
        )
    if after is not None and person == after.person:
        raise UsageError(_("The second signature must be another person's."), mend=_("Ask somebody else."))
    return Signed(person, open_roles[0])
