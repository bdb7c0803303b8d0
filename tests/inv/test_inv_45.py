"""INV-45: served, then counted: a bounce starts no clock, and nothing expires before its time."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, event, fresh, insert_allowed, insert_refused, put, refused, run
from tests.web.cases.cases_room import later

from evenhand.procedure.states import State
from evenhand.web.cases.clocks import apply_due
from evenhand.web.cases.models import Clock, Party


def test_no_panel_before_a_reply_or_the_end_of_a_served_window(court: Desk) -> None:
    case = case_in(State.REPLY_WINDOW)
    drawn = event(case, "T09", State.PANEL_SET, "system")
    insert_refused("INV-45", "cases_event", **drawn)
    insert_allowed("cases_event", **drawn | {"at": "2026-04-02 09:00:00+00:00"})
    party = Party.objects.get(case=case, side="respondent").id
    reply = {"case_id": case.id, "party_id": party, "answer": "dispute", "channel": "letter", "at": NOW}
    put("cases_reply", **reply, id=fresh(), final=False)
    insert_refused("INV-45", "cases_event", **drawn)
    put("cases_reply", **reply, id=fresh(), final=True)
    insert_allowed("cases_event", **drawn)


def test_an_unserved_window_never_expires(court: Desk) -> None:
    case = case_in(State.DECIDED)
    party = Party.objects.get(case=case, side="respondent").id
    expire = "UPDATE cases_clock SET ended_at = %s, ended_by = 'expired' WHERE case_id = %s AND party = %s"
    refused("INV-45", expire, NOW, case.id, party)
    assert apply_due(later(court.ctx, days=400)) > 0
    assert Clock.objects.get(case=case, party=party, name="appeal").ended_at is None


def test_a_window_never_becomes_shorter(court: Desk) -> None:
    case = case_in(State.REPLY_WINDOW)
    change = "UPDATE cases_clock SET due = %s WHERE case_id = %s AND name = 'reply'"
    refused("INV-45", change, "2026-03-05 00:00:00+00:00", case.id)
    run(change, "2026-06-05 00:00:00+00:00", case.id)
    ended = "UPDATE cases_clock SET ended_at = %s, ended_by = 'expired' WHERE case_id = %s AND name = 'reply'"
    refused("INV-45", ended, "2026-03-20 09:00:00+00:00", case.id)
