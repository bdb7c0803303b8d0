"""Asking that one person's data goes: one person asks, a second in another role signs, then it is done.

Who it is about lies sealed under a key of the request's own. What is theirs, upper apps know (`cases/person.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.people.queries import holders_of
from evenhand.web.people.roles import Role
from evenhand.web.record.documents import canonical
from evenhand.web.record.ids import SYSTEM, ActorId, KeyId, SealedId
from evenhand.web.record.keys import create_key
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.sealed import erase_texts, open_texts, seal_text
from evenhand.web.record.seats import grant_seat
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.vault.erasing import Erased, Scope, erase
from evenhand.web.vault.models import PersonErasure
from evenhand.web.vault.signing import SIGNERS, Signed, noting_unsigned, sign
from evenhand.web.vault.words import Kind, Why

JOB: Final = "erase a person"
NOBODY_NAMED: Final = gettext_lazy("Say who it is: a name, an account, an address.")
NO_ACCOUNT: Final = gettext_lazy("An account is written like x:@handle or mail:name@example.org.")
_PURPOSE: Final = "erase a person"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is meant: names as reports say them, accounts `platform:id` or `platform:@handle`, contacts, a sign-in id."""

    names: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    sign_in: str = ""


Stays = tuple[str, str, str]
"""What could not go: (what: case, post or account; its number or id; why: open, held, refused, other_case, roles)."""


def ask_person(*, person: Person, why: Why, by: str, ctx: Context) -> str:
    """Ask that a person's data goes and return the request's id; nothing happens before a second one signs."""
    if not (person.names or person.accounts or person.contacts or person.sign_in):
        raise UsageError(str(NOBODY_NAMED))
    if wrong := [account for account in person.accounts if not all(account.partition(":"))]:
        raise UsageError(str(NO_ACCOUNT), where=", ".join(wrong))
    if why is Why.DESTRUCTION:
        raise UsageError(_("Lawful destruction is for files marked do not look, do not copy."))
    request = ctx.new_id()
    with noting_unsigned(request, purpose=_PURPOSE, ctx=ctx):
        signed = sign(by, ctx=ctx, barred=_themselves(person))
    key = create_key(ctx=ctx, scope=request, kind="subject")
    with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        text = seal_text(r, key=key, field="erasure.person", text=canonical(asdict(person)).decode())
        row = PersonErasure(
            id=request, key=key, person=text, why=why.value, asked_by=signed.person, asked_role=signed.role.value,
            asked_at=ctx.now().replace(microsecond=0),
        )  # fmt: skip
        row.save(force_insert=True)
        for role in SIGNERS:  # whoever may sign may read who is meant
            for reader in sorted(holders_of(role, ctx.now()) - set(_themselves(person))):
                grant_seat(r, key=key, actor=ActorId(reader), role=role.value, since=ctx.now())
        _add(r, row)
    return request


def sign_person(*, request: str, by: str, ctx: Context, later: bool = False) -> None:
    """Sign what another person asked for. `later`: a job does the erasing."""
    person = person_of(request, actor=SYSTEM, ctx=ctx)
    noting = noting_unsigned(request, purpose=_PURPOSE, ctx=ctx)
    with noting, recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        row = waiting().filter(pk=request).first()
        if row is None:
            raise UsageError(_("There is no such request, or it was signed."))
        signed = sign(by, ctx=ctx, barred=_themselves(person), after=Signed(row.asked_by, Role(row.asked_role)))
        row.signed_by, row.signed_role = signed.person, signed.role.value
        row.signed_at = ctx.now().replace(microsecond=0)
        row.save(update_fields=["signed_by", "signed_role", "signed_at"])
        _add(r, row)
        if later:
            r.enqueue(JOB, {"request": request})


def withdraw_person(*, request: str, by: str, ctx: Context) -> None:
    """Withdraw what one asked for oneself and nobody has signed; who was meant is deleted. Raises UsageError."""
    with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        row = waiting().filter(pk=request, asked_by=by).first()
        if row is None or row.person is None:
            raise UsageError(_("There is no such request of yours, or it was signed."))
        text, row.person = row.person, None
        row.save(update_fields=["person"])
        erase_texts(r, [text])
        _add(r, row, erased_texts=[text])


def ask_now(*, person: Person, why: Why, first: str, second: str, ctx: Context) -> str:
    """Ask and sign at the same time, by two people, and return the request's id; where one may not, nothing is left."""
    barred = _themselves(person)
    with noting_unsigned(ctx.new_id(), purpose=_PURPOSE, ctx=ctx):
        sign(second, ctx=ctx, barred=barred, after=sign(first, ctx=ctx, barred=barred))
    request = ask_person(person=person, why=why, by=first, ctx=ctx)
    sign_person(request=request, by=second, ctx=ctx)
    return request


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as lists show it; who it is about stays sealed."""

    id: str
    by: str
    at: datetime
    why: Why
    signed: bool
    withdrawn: bool
    done_at: datetime | None
    stays: tuple[Stays, ...]


def asked() -> list[Asked]:
    """Return the requests, latest first, a hundred at most. One query."""
    rows = PersonErasure.objects.order_by("-asked_at", "id")[:100]
    return [
        Asked(
            row.id, row.asked_by, row.asked_at, Why(row.why), row.signed_at is not None,
            row.person is None and row.done_at is None, row.done_at, tuple(stays_of(row)),
        )
        for row in rows
    ]  # fmt: skip


def waiting() -> QuerySet[PersonErasure]:
    """Return the requests that wait for a second signature, oldest first; not those that were withdrawn."""
    return PersonErasure.objects.filter(signed_at=None).exclude(person=None).order_by("asked_at", "id")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that two people signed and that is not done."""

    id: str
    why: Why
    first: str
    second: str


def signed_undone(request: str | None = None) -> list[Request]:
    """Return the requests that were signed and are not done, oldest first; `request`: this one alone."""
    rows = PersonErasure.objects.filter(done_at=None).exclude(signed_at=None).order_by("signed_at", "id")
    found = rows if request is None else rows.filter(pk=request)
    return [Request(row.id, Why(row.why), row.asked_by, row.signed_by or "") for row in found]


def person_of(request: str, *, actor: ActorId, ctx: Context) -> Person:
    """Return whom a request is about. One read row. Raises UsageError where it is done or not there."""
    text = PersonErasure.objects.filter(pk=request).exclude(person=None).values_list("person", flat=True).first()
    opened = open_texts([text], actor=actor, purpose=_PURPOSE, ctx=ctx) if text else {}
    if not text or text not in opened:
        raise UsageError(_("There is no such request, or it is done."))
    found: dict[str, Any] = json.loads(opened[text])
    return Person(
        tuple(found["names"]), tuple(found["accounts"]), tuple(found["contacts"]), found["sign_in"]
    )  # fmt: skip


def finish_person(
    *, request: str, posts: Collection[str], stays: Collection[Stays], unfind: Callable[[], None], ctx: Context
) -> Erased:
    """Erase what is left of a person beside their cases, the request's own words among it; return what became of it.

    `unfind`: takes out of rows by what the person was found, in the same unit. Raises as `erase`.
    """
    row = PersonErasure.objects.get(pk=request)

    def blank() -> None:
        unfind()
        PersonErasure.objects.filter(pk=request).update(
            person=None, done_at=ctx.now().replace(microsecond=0),
            stays=canonical([list(each) for each in stays]).decode() if stays else "",
        )  # fmt: skip

    scope = Scope(
        keys=frozenset({KeyId(row.key)}), posts=frozenset(posts), blank=blank,
        texts=frozenset({SealedId(row.person)} if row.person else ()),
    )  # fmt: skip
    return erase(
        kind=Kind.PERSON, target=request, why=Why(row.why), first=row.asked_by, second=row.signed_by or "", scope=scope,
        ctx=ctx,
    )  # fmt: skip


def stays_of(row: PersonErasure) -> list[Stays]:
    """Return what could not go."""
    return [(str(what), str(which), str(why)) for what, which, why in json.loads(row.stays or "[]")]


def _themselves(person: Person) -> Collection[str]:
    return {person.sign_in} if person.sign_in else ()


def _add(r: Recorder, row: PersonErasure, **facts: Any) -> None:
    r.add(type="rights.recorded", key=KeyId(row.key), obj=row.id, body={**facts, ROWS: [said(row)]})
