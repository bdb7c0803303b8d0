"""The dialogue between a party and the unit: possible from the receipt until the data go (PROCEDURE §2.4)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Case, Message, Party
from evenhand.web.cases.periods import moment
from evenhand.web.cases.steps.care import care_for
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording

MOST: Final = 20_000
_PURPOSE: Final = "dialogue"


class Kind(StrEnum):
    """What a message is for; the unit's list shows those that ask for something first."""

    MESSAGE = "message"
    ANSWER = "answer"
    MORE_TIME = "more_time"
    COMPANION = "companion"
    CHALLENGE = "challenge"
    WITHDRAW = "withdraw"
    PRESSED = "pressed"
    KEEP = "keep"
    PROTECTION = "protection"


def say(*, party: Party, text: str, kind: Kind, ctx: Context, **facts: bool) -> str:
    """Record what a party wrote and return the message's id; words of distress ask welfare in the same unit.

    `facts`: what the page asked and offered besides, for the document.

    Raises UsageError for nothing, or far too much.
    """
    care = care_for(party, [text], ctx)
    with recording(actor=ActorId(party.id), ctx=ctx, purpose=_PURPOSE):
        new = _record(party, text, kind, ctx, actor=ActorId(party.id), from_party=True, **facts)
        if care is not None:
            care.ask()
    return new


def as_committed(words: str) -> bytes:
    """Return the bytes by which a leaf commits to a message's words: as they are stored, so that they can be proved."""
    return words.encode("utf-8", "surrogatepass")


def reply(*, case: Case, party: Party, text: str, actor: ActorId, ctx: Context) -> str:
    """Record what the unit writes to a party; the person writing must hold a seat on the case."""
    return _record(party, text, Kind.MESSAGE, ctx, actor=actor, from_party=False)


def _record(
    party: Party, text: str, kind: Kind, ctx: Context, *, actor: ActorId, from_party: bool, **facts: bool
) -> str:
    case = party.case
    words = text.strip()
    if not words:
        raise UsageError(_("The message is empty."), mend=_("Write a line, then send it."))
    if len(words) > MOST:
        raise UsageError(_("The message is too long."), mend=_("Send it in two parts."))
    with (
        recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r,
        acting(
            r, "dialogue.recorded", case=case, obj=(new := ctx.new_id()), commitments={"sent": as_committed(words)}
        ) as act,
    ):
        act.fact(**facts)
        act.insert(
            Message(
                id=new, case=case, party=party, from_party=from_party, author=actor,
                text=act.seal("message.text", words), at=moment(ctx), kind=kind.value,
            )
        )  # fmt: skip
    return new
