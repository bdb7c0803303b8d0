"""The register's own key: who may open what lies under it, and the keyed hashes by which a member is found.

Officers hold a seat on it while they are officers. The hashes are of exact values only; without the key they say
nothing, and there is none of a name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.membership import Declared
from evenhand.web.people.queries import holders_of
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.crypto import blind_index
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId, KeyId
from evenhand.web.record.keys import create_key, unwrap
from evenhand.web.record.seats import grant_seat, has_seat
from evenhand.web.record.unit import recording
from evenhand.web.register.models import Load

SEAT_ROLE: Final = "officer"
_ID_DIGITS: Final = 32


def register_key() -> KeyId | None:
    """Return the key of the register; None before the first load."""
    found = Load.objects.order_by("loaded_at").values_list("key", flat=True).first()
    return KeyId(found) if found else None


def key_for(actor: ActorId, ctx: Context) -> KeyId:
    """Return the register's key with a seat for this officer, so that they can use it at once.

    Before the first load a new key is made (durable on return). Raises UsageError for somebody who is no officer.
    """
    key = register_key()
    if key is None:
        return create_key(ctx=ctx, kind="subject", actor=actor)
    if actor != SYSTEM and not has_seat(key, actor, ctx.now()):
        _seat([actor], key, ctx)
    return key


def seat_officers(key: KeyId, ctx: Context) -> None:
    """Give every officer a seat on the key; called once, with the first load, inside its unit of work."""
    _seat([ActorId(person) for person in sorted(holders_of(Role.OFFICER, ctx.now()))], key, ctx)


def _seat(actors: Iterable[ActorId], key: KeyId, ctx: Context) -> None:
    officers = holders_of(Role.OFFICER, ctx.now())
    with recording(actor=SYSTEM, ctx=ctx, purpose="register.seats") as r:
        for actor in actors:
            if PersonId(actor) not in officers:
                raise UsageError(_("Only officers look into the register."), mend=_("Ask an officer of the unit."))
            grant_seat(r, key=key, actor=actor, role=SEAT_ROLE, since=ctx.now())
        r.add(type="seat.changed", key=ORGANISATION, body={"seats": SEAT_ROLE, "change": "given", "on": "register"})


class Index:
    """The keyed hashes of the register, for one unit of work or one look-up; never kept longer."""

    def __init__(self, key: KeyId, *, actor: ActorId, purpose: str) -> None:
        self._data_key = unwrap(key, actor=actor, purpose=purpose)

    def member(self, ref: str) -> str:
        """Return the id (hex32) of the member with this membership number, whether or not there is one."""
        return self._hash("register.member", ref)[:_ID_DIGITS]

    def content(self, text: str) -> str:
        """Return the hash (hex64) that says whether what is known of a member has changed."""
        return self._hash("register.content", text)

    def accounts(self, declared: Declared) -> tuple[str, ...]:
        """Return the hashes (hex64) of one declared account: of its handle, of its id, or both."""
        named = {"handle": declared.handle, "id": declared.account_id}
        return tuple(
            self._hash("register.account", f"{declared.platform}\n{kind}\n{value}")
            for kind, value in named.items()
            if value
        )

    def _hash(self, field: str, value: str) -> str:
        return blind_index(self._data_key, field, value).hex()
