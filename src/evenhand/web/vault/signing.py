"""Two people in two roles: who may sign for a hold, its end or an erasure, and as what; who was refused is noted."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.people.queries import roles_at
from evenhand.web.people.roles import Role
from evenhand.web.record.ids import ORGANISATION, ActorId
from evenhand.web.record.reads import note_refusal

SIGNERS: Final = (Role.DPO, Role.CASE_KEEPER)
"""T22, T23: the data protection officer and the case keeper, in whichever order."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One person's name under an act, and the role they signed in."""

    person: str
    role: Role


class NotSigned(UsageError):
    """Whoever asked may not sign here, or not a second time."""

    def __init__(self, person: str, what: str, mend: str) -> None:
        super().__init__(what, mend=mend)
        self.person = person


@contextmanager
def noting_unsigned(thing: str, *, purpose: str, ctx: Context) -> Iterator[None]:
    """Note in the read log if the block raises NotSigned: who wanted to sign, for what (hex32), and got nothing.

    Put it around the unit of work, not into it: inside a transaction the note would go with it.
    """
    try:
        yield
    except NotSigned as error:
        if not connection.in_atomic_block:  # whoever began that transaction notes it
            note_refusal([(thing, ORGANISATION)], actor=ActorId(error.person), purpose=purpose, ctx=ctx)
        raise


def sign(person: str, *, ctx: Context, barred: Collection[str], after: Signed | None = None) -> Signed:
    """Return a person's signature at this moment; `after`: the first one, which it must differ from in both.

    `barred`: who must not sign here (a party of the case, whoever it is about). Raises NotSigned with the reason.
    """
    held = roles_at(person, ctx.now())
    open_roles = [role for role in SIGNERS if role in held and (after is None or role != after.role)]
    if person in barred:
        raise NotSigned(person, _("Somebody whom the case is about cannot sign here."), _("Ask another person."))
    if Role.RESTRICTED in held or not open_roles:
        words = _("This takes a data protection officer and a case keeper.")
        raise NotSigned(person, words, _("Ask somebody who holds that role."))
    if after is not None and person == after.person:
        raise NotSigned(person, _("The second signature must be another person's."), _("Ask somebody else."))
    return Signed(person, open_roles[0])
