"""INV-27: only the steps of the table, in order, each by an event; nothing reopens a closed case but T19."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import (
    NOW,
    STAGES,
    case_in,
    event,
    insert_allowed,
    insert_refused,
    put,
    refused,
    run,
)

from evenhand.procedure.states import State
from evenhand.procedure.transitions import EDGES, TABLE_VERSION
from evenhand.web.cases.models import Case, Event, Party

CHANGED = ("id", "number", "place_in_year", "state", "owner_role", "due", "revision", "owner")


def test_every_pair_the_table_lacks_is_refused(court: Desk) -> None:
    """Exhaustive: every state as target, from every stage of the court."""
    tried = 0
    for stage in STAGES:
        case = case_in(stage)
        for target in State:
            if (TABLE_VERSION, stage, target) in EDGES:
                continue
            event = {
                "id": "f" * 32, "case_id": case.id, "place": Event.objects.filter(case=case).count() + 1,
                "transition": "T19", "table_version": 1, "source": stage.value, "target": target.value,
                "actor": "system", "actor_role": "system", "human": False, "at": NOW,
            }  # fmt: skip
            insert_refused("INV-", "cases_event", **event)
            tried += 1
    assert tried > 300


def test_a_state_changes_only_by_its_event(court: Desk) -> None:
    case = case_in(State.EVIDENCE_ASSESSMENT)
    change = "UPDATE cases_case SET state = %s, revision = revision + 1 WHERE id = %s"
    for target in State:
        if target.value != case.state:
            refused("INV-27|cases_case", change, target.value, case.id)
    asked = event(case, "T04a", State.MORE_INFO_REQUESTED, "assessor")
    put("cases_event", **asked)
    refused("INV-27", change, "informal", case.id)
    run(change, "more_info_requested", case.id)
    refused("INV-27", change, "evidence_assessment", case.id)


def test_events_have_no_gap_and_stay(court: Desk) -> None:
    case = case_in(State.EVIDENCE_ASSESSMENT)
    asked = event(case, "T04a", State.MORE_INFO_REQUESTED, "assessor")
    insert_allowed("cases_event", **asked)
    insert_refused("INV-27", "cases_event", **asked | {"place": asked["place"] + 1})
    insert_refused("INV-27", "cases_event", **asked | {"transition": "T15"})
    insert_refused("INV-27", "cases_event", **asked | {"table_version": 2})
    refused("append-only", "UPDATE cases_event SET target = 'closed'")
    refused("append-only", "DELETE FROM cases_event")


def test_a_case_begins_as_received(court: Desk) -> None:
    columns = ", ".join(f'"{field.column}"' for field in Case._meta.concrete_fields if field.column not in CHANGED)
    case = case_in(State.CLOSED)
    refused(
        "INV-27",
        f"INSERT INTO cases_case ({columns}, {', '.join(CHANGED)})"
        f" SELECT {columns}, 'f', '2026-9999', 9999, 'hearing', owner_role, due, 0, NULL FROM cases_case WHERE id = %s",
        case_in(State.HEARING).id,
    )
    assert case.state == "closed"


def test_a_party_steps_only_in_its_own_case(court: Desk) -> None:
    case, other = case_in(State.DECIDED), case_in(State.HEARING)
    party = Party.objects.get(case=case, side="respondent").id
    appeal = event(case, "T15", State.APPEALED, "respondent", actor=party)
    insert_allowed("cases_event", **appeal)
    stranger = Party.objects.get(case=other, side="respondent").id
    insert_refused("INV-55", "cases_event", **appeal | {"actor": stranger})
