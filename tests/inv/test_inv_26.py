"""INV-26: every live state has one owner who sits, and one date."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import case_in, refused

from evenhand.procedure.states import NOT_LIVE, State
from evenhand.web.cases.models import Case


def test_no_live_case_without_owner_and_date(court: Desk) -> None:
    case = case_in(State.HEARING)
    change = "UPDATE cases_case SET {}, revision = revision + 1 WHERE id = %s"
    refused("cases_case_live|cases_case_owner", change.format("due = NULL, owner_role = NULL, owner = NULL"), case.id)
    refused("cases_case", change.format("due = NULL"), case.id)
    refused("cases_case|INV-26", change.format("owner_role = NULL"), case.id)
    refused("INV-26", change.format(f"owner = '{'e' * 32}'"), case.id)
    refused("cases_case_pending", change.format("allocation_pending = true"), case.id)


def test_all_cases_of_the_court_keep_it(court: Desk) -> None:
    live = [case for case in Case.objects.all() if State(case.state) not in NOT_LIVE]
    assert len(live) > 10
    assert all(case.owner_role and case.owner and case.due for case in live)
    ended = [case for case in Case.objects.all() if State(case.state) in NOT_LIVE]
    assert all(case.due is case.owner is case.owner_role is None for case in ended)
