"""A seat with an end to come can be ended earlier, and then opens nothing."""

from __future__ import annotations

from datetime import timedelta

from tests.databases import Desk

from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId
from evenhand.web.record.seats import end_seats, grant_seat, has_seat
from evenhand.web.record.unit import recording


def test_a_seat_that_would_end_later_ends_now(desk: Desk) -> None:
    now, actor = desk.ctx.now(), ActorId(desk.ctx.new_id())
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        grant_seat(r, key=ORGANISATION, actor=actor, role="sysadmin", since=now, until=now + timedelta(days=30))
        assert end_seats(r, actor=actor, at=now) == 1
        r.add(type="seat.changed", key=ORGANISATION, body={"seats": "sysadmin", "change": "ended"})
    assert not has_seat(ORGANISATION, actor, now + timedelta(seconds=1))
