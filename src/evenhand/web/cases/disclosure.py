"""What the person complained about is shown: the items an allegation rests on, each from a recorded moment (INV-30)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.acts import Act
from evenhand.web.cases.models import AllegationItem, Party
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.seats import grant_seat, has_seat


def disclose(act: Act, party: Party, links: Iterable[AllegationItem], now: datetime) -> None:
    """Note that these items are shown, and open each to the party: its place and its words, never the report itself."""
    for link in links:
        act.change(link, disclosed_at=now)
        key = KeyId(link.item.key)
        if not has_seat(key, ActorId(party.id), now):
            grant_seat(act.r, key=key, actor=ActorId(party.id), role=CaseRole.RESPONDENT.value, since=now)
