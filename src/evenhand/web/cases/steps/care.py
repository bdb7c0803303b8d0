"""Somebody who finds it hard is rung by welfare within a day (PROCEDURE §2.4): asked for, or called by their words.

A person rings and offers; no page, no row and no document of the case says that it happened, so nobody who decides
can read it (INV-56).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from evenhand.context import Context
from evenhand.procedure.distress import in_distress
from evenhand.web.cases.keyed import keyed
from evenhand.web.cases.models import Exclusion, Party
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.unit import recording
from evenhand.web.welfare.actions import call, new_key, want_none
from evenhand.web.welfare.queries import call_of
from evenhand.web.welfare.words import Note


@dataclass(frozen=True, slots=True)
class Care:
    """A call about to be asked for, its key made; `ask` joins the unit that records the words behind it."""

    party: Party
    key: KeyId
    of: str
    ctx: Context = field(repr=False)

    def ask(self, *, reach: str = "", asked: bool = False) -> None:
        """Ask that the party is rung: its own act, whoever wrote its words down, so that nobody else gets the key."""
        note = Note(self.party.case.number, self.party.side, reach, asked)
        with recording(actor=ActorId(self.party.id), ctx=self.ctx, purpose="ask to be rung") as r:
            call(r, key=self.key, of=self.of, note=note, barred=_barred(self.party), ctx=self.ctx)


def care_for(party: Party, texts: Iterable[str], ctx: Context) -> Care | None:
    """Return the call that a party's words ask for; None where they hold no such word. Before the unit begins."""
    return _care(party, ctx) if any(in_distress(text) for text in texts) else None


def ask_to_be_rung(*, party: Party, reach: str, ctx: Context) -> None:
    """Record that a party would like to be rung, where and when: for welfare alone."""
    _care(party, ctx).ask(reach=reach, asked=True)


def ask_for_nobody(*, party: Party, ctx: Context) -> None:
    """Record that a party would rather not be rung."""
    want_none(of=_of(party), actor=ActorId(party.id), ctx=ctx)


def rung_by(party: Party) -> datetime | None:
    """Return by when somebody rings a party; None where no call waits."""
    return call_of(_of(party))


def _care(party: Party, ctx: Context) -> Care:
    return Care(party, new_key(ActorId(party.id), ctx), _of(party), ctx)


def _of(party: Party) -> str:
    return keyed("welfare", party.id)[0]


def _barred(party: Party) -> set[str]:
    """Return who must not learn of it: whoever the sender named, and anybody who is a party."""
    named = Exclusion.objects.filter(submission=party.case.submission_id).values_list("person", flat=True)
    parties = Party.objects.filter(case=party.case_id).exclude(account=None).values_list("account", flat=True)
    return {*named, *(str(account) for account in parties)}
