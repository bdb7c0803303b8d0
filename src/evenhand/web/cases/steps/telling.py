"""Telling the sides of a case by letter, each in their own language; an own motion has no sender to tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.utils import translation

from evenhand.context import Context
from evenhand.procedure.notices import NOTICES, NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Case, Party
from evenhand.web.notices.actions import send
from evenhand.web.notices.composing import Fields
from evenhand.web.notices.recipient import Recipient
from evenhand.web.notices.words import By
from evenhand.web.record.ids import KeyId, SealedId
from evenhand.web.record.unit import Recorder

_SENDERS: Final = ("complainant", "reporter")
_BOTH: Final = ("respondent", "complainant")
Words = Callable[[], Fields]


def sender_of(case: Case) -> Party | None:
    """Return the party that sent the report; None for an own motion. One query."""
    return Party.objects.filter(case=case, side__in=_SENDERS).first()


def recipient(party: Party, case: Case, *, code: str = "", code_in_letter: bool = True) -> Recipient:
    """Return a party as the letters know it; its mail, where it asked for one, goes to its sealed contact."""
    contact = SealedId(party.contact) if party.contact else None
    return Recipient(party.id, party.side, party.locale, By(party.by), KeyId(case.key), contact, code, code_in_letter)


def tell(
    r: Recorder,
    party: Party,
    notice: NoticeId,
    words: Words,
    *,
    ctx: Context,
    code: str = "",
    code_in_letter: bool = True,
    out_of_scope: bool = False,
    withheld: bool = False,
) -> None:
    """Send one letter in the caller's unit; `words` makes its fields while the reader's language is active.

    Raises MissingFields, and with it leaves the case where it was.
    """
    case = party.case
    with translation.override(party.locale):
        fields = words()
    to = recipient(party, case, code=code, code_in_letter=code_in_letter)
    send(
        r, notice=notice, case=case.id, number=case.number, party=to, fields=fields, ctx=ctx,
        out_of_scope=out_of_scope, withheld=withheld,
    )  # fmt: skip


def tell_sender(
    r: Recorder, case: Case, notice: NoticeId, words: Words, *, ctx: Context, out_of_scope: bool = False
) -> None:
    """Send a letter to whoever sent the report, if it is for their side; to nobody for an own motion.

    A reporter who saw it happen to somebody else reads less than whom it was aimed at, and that is published (§2.5).
    """
    party = sender_of(case)
    if party is not None and CaseRole(party.side) in NOTICES[notice].to:
        tell(r, party, notice, words, ctx=ctx, out_of_scope=out_of_scope)


def tell_both(r: Recorder, case: Case, notice: NoticeId, words: Words, *, ctx: Context) -> None:
    """Send the same letter to the person complained about and to the complainant, where there are both."""
    for party in Party.objects.filter(case=case, side__in=_BOTH).select_related("case"):
        tell(r, party, notice, words, ctx=ctx)
