"""INV-31: acts that affect a person are a person's."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import case_in, event, insert_refused, refused, run

from evenhand.procedure.states import State


def test_no_machine_takes_a_persons_step(court: Desk) -> None:
    for state, transition, target in (
        (State.MEMBERSHIP_CHECK, "T03a", State.OUT_OF_SCOPE),
        (State.EVIDENCE_ASSESSMENT, "T04b", State.DISMISSED_UNFIT),
        (State.EVIDENCE_ASSESSMENT, "T06", State.UNDER_INVESTIGATION),
        (State.UNDER_INVESTIGATION, "T07", State.NO_CASE),
        (State.CASE_TO_ANSWER, "T08", State.CHARGED),
        (State.HEARING, "T11", State.LIABILITY_DECIDED),
        (State.LIABILITY_DECIDED, "T12", State.SANCTION_DECIDED),
    ):
        step = event(case_in(state), transition, target, "system", reason_code="not_member")
        insert_refused("INV-", "cases_event", **step)
        if transition == "T03a":
            insert_refused("INV-31", "cases_event", **step | {"human": True})


def test_no_person_hides_behind_the_machine(court: Desk) -> None:
    case = case_in(State.EVIDENCE_ASSESSMENT)
    asked = event(case, "T04a", State.MORE_INFO_REQUESTED, "assessor")
    insert_refused("INV-31", "cases_event", **asked | {"human": False})


def test_a_reading_only_grows(court: Desk) -> None:
    case = case_in(State.CASE_TO_ANSWER)
    change = "UPDATE cases_reading SET seconds = %s WHERE case_id = %s"
    run(change, 100, case.id)
    refused("INV-31", change, 1, case.id)
