"""The private forwarding address of a protected person: mail to it goes into their own shield.

It is the unit's own address with 80 random bits behind a plus sign, so that no server needs to be told of it. Mail is
taken only from senders the person named. Address and senders are one text sealed under that person's key.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.live import Named
from evenhand.live.envelope import folded
from evenhand.live.sift import Shielding
from evenhand.web.desk.models import Protected
from evenhand.web.live.models import ForwardingAddress
from evenhand.web.record.ids import SYSTEM, ActorId, KeyId
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.sealed import open_texts, seal_text
from evenhand.web.record.unit import recording

MOST_SENDERS: Final = 5
_FIELD: Final = "forwarding.address"
_PURPOSE: Final = "forwarding address"
_ADDRESS: Final = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\"]+")


@dataclass(frozen=True, slots=True)
class Known:
    """What a person was given: the secret part of the address, and from whom mail to it is taken (folded)."""

    secret: str
    senders: tuple[str, ...]

    def at(self, mailbox: str) -> str:
        """Return the whole address at a mailbox of the unit."""
        name, _, domain = mailbox.partition("@")
        return f"{name}+{self.secret}@{domain}"


def forward_to(named: Iterable[Named]) -> str:
    """Return the mailbox under which forwarding addresses are made: the first that is named; "" without one."""
    return next((folded(str(source.settings["addresses"][0])) for source in named if source.mailboxes), "")


def give_address(*, target: str, senders: str, actor: ActorId, ctx: Context) -> Known:
    """Give a protected person a fresh address, which replaces the one before; return what they were given.

    `senders`: one to five mail addresses, however they are set apart. Raises UsageError for what is none.
    """
    found = tuple(dict.fromkeys(folded(each) for each in re.split(r"[\s,;]+", senders.strip()) if each))
    if not 0 < len(found) <= MOST_SENDERS or not all(_ADDRESS.fullmatch(each) for each in found):
        raise UsageError("name the mail addresses you forward from", mend=f"One to {MOST_SENDERS}, one a line.")
    known = Known(base64.b32encode(ctx.random(10)).decode().lower(), found)
    key, now = KeyId(Protected.objects.values_list("key", flat=True).get(pk=target)), ctx.now().replace(microsecond=0)
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        text = json.dumps([known.secret, known.senders])
        row = ForwardingAddress(
            id=ctx.new_id(), target=target, known=seal_text(r, key=key, field=_FIELD, text=text), made_by=actor,
            made_at=now,
        )  # fmt: skip
        before = ForwardingAddress.objects.filter(target=target, ended_at=None).first()
        if before is not None:
            before.ended_at = now
            before.save(update_fields=["ended_at"])
        row.save(force_insert=True)
        changed = [said(each) for each in (before, row) if each is not None]
        r.add(type="policy.changed", obj=row.id, key=key, body={"setting": "forwarding address", ROWS: changed})
    return known


def address_of(target: str, *, actor: ActorId, ctx: Context) -> Known | None:
    """Return what a person was given, opened for whoever may; None before that."""
    row = ForwardingAddress.objects.filter(target=target, ended_at=None).first()
    return _opened([row], actor, ctx)[row.id] if row is not None else None


def forwarding_here(mailbox: str, ctx: Context) -> Mapping[str, Shielding]:
    """Return every address in use, and whose it is; empty where no mailbox takes them."""
    rows = list(ForwardingAddress.objects.filter(ended_at=None)) if mailbox else []
    opened = _opened(rows, SYSTEM, ctx)
    return {
        opened[row.id].at(mailbox): Shielding(row.target, frozenset(opened[row.id].senders)) for row in rows
    }  # fmt: skip


def _opened(rows: list[ForwardingAddress], actor: ActorId, ctx: Context) -> dict[str, Known]:
    texts = open_texts([row.known for row in rows], actor=actor, purpose=_PURPOSE, ctx=ctx) if rows else {}
    found = {row.id: json.loads(texts[row.known]) for row in rows}
    return {row: Known(secret, tuple(senders)) for row, (secret, senders) in found.items()}
