"""Who is protected: people whose accounts the organisation declared, and which officers may open their leads.

The person's name or office and their handles are sealed under the person's own key. Officers get a seat on that
key; the seats follow the role.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

from evenhand.context import Context
from evenhand.corpus.aim import Account, Accounts
from evenhand.errors import UsageError
from evenhand.web.desk.declarations import read_declarations
from evenhand.web.desk.models import Protected
from evenhand.web.desk.queries import former_officers
from evenhand.web.people.queries import holders_of
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.documents import instant
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId, KeyId
from evenhand.web.record.keys import create_key
from evenhand.web.record.sealed import open_texts, seal_text
from evenhand.web.record.seats import end_seats, grant_seat, has_seat
from evenhand.web.record.unit import Recorder, recording

SEAT_ROLE: Final = "officer"
_PURPOSE: Final = "desk.protection"


def declare(*, label: str, accounts: Sequence[Account], actor: ActorId, ctx: Context) -> str:
    """Declare somebody protected and return their id (hex32).

    `label`: how officers know the person, an office rather than a name. Raises UsageError without a label or an
    account that can be recognised. Makes the person's key first, so it is durable before it is used.
    """
    usable = [account for account in accounts if account.platform and (account.id or account.handle)]
    if not label.strip() or not usable:
        raise UsageError(
            "a protected person needs a label and at least one account",
            where="protected person",
            mend="Name the platform and the account's id or handle.",
        )
    person = ctx.new_id()
    key = create_key(ctx=ctx, scope=person, kind="subject", actor=actor)
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        for officer in holders_of(Role.OFFICER, ctx.now()):
            grant_seat(r, key=key, actor=ActorId(officer), role=SEAT_ROLE, since=ctx.now())
        _write(r, person, key, label.strip(), usable)
    return person


def _write(r: Recorder, person: str, key: KeyId, label: str, accounts: Sequence[Account]) -> None:
    known = json.dumps([asdict(account) for account in accounts], ensure_ascii=False)
    row = Protected(
        id=person,
        key=key,
        label=seal_text(r, key=key, field="protected.label", text=label),
        accounts=seal_text(r, key=key, field="protected.accounts", text=known),
        declared_by=r.actor,
        declared_at=whole_second(r.ctx),
    )
    row.save(force_insert=True)
    said = {"setting": "protected", "label": row.label, "accounts": row.accounts, "key": key}
    said |= {"declared_by": row.declared_by, "declared_at": instant(row.declared_at)}
    r.add(type="policy.changed", obj=person, key=key, body=said)


def declare_from_csv(path: Path, *, ctx: Context, actor: ActorId = SYSTEM) -> int:
    """Declare everybody in a CSV file protected, all or nothing; return how many people that is.

    `evenhand.web.desk.declarations` explains the columns. Raises UsageError, with the line, for what is unusable.
    """
    people = read_declarations(path)
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE):
        for one in people:
            declare(label=one.label, accounts=one.accounts, actor=actor, ctx=ctx)
    return len(people)


def whole_second(ctx: Context) -> datetime:
    """Return the time as documents write it, so that a row and its document say the same."""
    return ctx.now().replace(microsecond=0)


def declared_accounts(ctx: Context) -> Accounts:
    """Return the accounts of everybody protected, opened by the system for screening. One key per person."""
    sealed = dict(Protected.objects.values_list("accounts", "id"))
    texts = open_texts(sealed, actor=SYSTEM, purpose="desk.screening", ctx=ctx)
    return Accounts.of(
        {sealed[text]: [Account(**known) for known in json.loads(opened)] for text, opened in texts.items()}
    )


def seat_officer(officer: ActorId, keys: Iterable[str], ctx: Context) -> int:
    """Give an officer the seats they lack on these persons' keys and return how many; a role gained works at once.

    Nobody but an officer gets one. A query per key.
    """
    missing = [KeyId(key) for key in keys if not has_seat(KeyId(key), officer, ctx.now())]
    if missing and PersonId(officer) not in holders_of(Role.OFFICER, ctx.now()):
        return 0
    if missing:
        with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
            for key in missing:
                grant_seat(r, key=key, actor=officer, role=SEAT_ROLE, since=ctx.now())
            r.add(type="seat.changed", key=ORGANISATION, body={"seats": SEAT_ROLE, "change": "given"})
    return len(missing)


def unseat_former_officers(ctx: Context) -> int:
    """End the seats of those who are officers no longer. Due work, idempotent; returns how many seats ended.

    The pages refuse them at that very second; this closes the keys as well.
    """
    former = former_officers(ctx.now())
    if not former:
        return 0
    with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        ended = sum(end_seats(r, actor=ActorId(actor), at=ctx.now(), role=SEAT_ROLE) for actor in former)
        if ended:
            r.add(type="seat.changed", key=ORGANISATION, body={"seats": SEAT_ROLE, "change": "ended"})
    return ended
