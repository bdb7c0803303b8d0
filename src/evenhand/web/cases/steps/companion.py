"""A companion or representative of a party: recorded, so that whoever writes or invites them knows (PROCEDURE §1.2)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Message, Party
from evenhand.web.cases.periods import moment
from evenhand.web.cases.steps.dialogue import Kind, as_committed
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording

MOST: Final = 2_000


class Helper(StrEnum):
    """Who comes along: beside the party, or acting for it."""

    COMPANION = "companion"
    REPRESENTATIVE = "representative"


def bring(*, party: Party, helper: Helper, words: str, ctx: Context) -> str:
    """Record who comes along or acts for a party, in its words, and return the entry's id. Nobody has to agree."""
    text = words.strip()
    if not text or len(text) > MOST:
        raise UsageError(_("Say in a line who it is."), mend=_("A name and how you know each other is enough."))
    with (
        recording(actor=ActorId(party.id), ctx=ctx, purpose="companion") as r,
        acting(
            r, "party.recorded", case=party.case, obj=(new := ctx.new_id()), commitments={"sent": as_committed(text)}
        ) as act,
    ):
        act.fact(helper=helper.value, side=party.side)
        act.insert(
            Message(
                id=new, case=party.case, party=party, from_party=True, author=party.id, at=moment(ctx),
                text=act.seal("message.text", text), kind=Kind.COMPANION.value,
            )
        )  # fmt: skip
    return new
