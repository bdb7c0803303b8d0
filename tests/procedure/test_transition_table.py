"""The transition table of PROCEDURE §2.3 as data: complete, consistent, and owned."""

from __future__ import annotations

from itertools import pairwise

import pytest

from evenhand.ledger.registry import REGISTRY
from evenhand.procedure import walk
from evenhand.procedure.edges import SYSTEM
from evenhand.procedure.guards import EXTRA_GUARDS, GUARDS
from evenhand.procedure.notices import NOTICES
from evenhand.procedure.roles import (
    MERIT_ROLES,
    NEVER_IN_OFFICE,
    PARTY_ROLES,
    ROLE_SETS,
    CaseRole,
    may_hold_both,
    role_set_of,
    seats_of,
)
from evenhand.procedure.states import (
    AFTER_INVESTIGATION_OPENED,
    ENDS,
    OPEN,
    OVERLAY_WORDS,
    PARTY_WORDS,
    RETENTION_WORDS,
    Overlay,
    Retention,
    State,
)
from evenhand.procedure.transitions import (
    EDGES,
    NOT_OFFERED,
    OVERLAYS,
    RETENTION_TABLE,
    STEP_IDS,
    TABLE,
    TABLE_VERSION,
    NotATransition,
    NotOffered,
    clock_of,
    find,
    owner_of,
    require,
    steps,
    transitions_from,
    transitions_to,
    words_of,
)

S = State

# PROCEDURE §2.3, written a second time and by hand: step -> the pairs it names.
SPECIFIED: dict[str, set[tuple[S, S]]] = {
    "T00": {(S.DRAFT, S.RECEIVED)},
    "T01": {(S.RECEIVED, S.ACKNOWLEDGED)},
    "T02": {(S.ACKNOWLEDGED, S.TRIAGE)},
    "T02a": {(S.TRIAGE, S.MERGED)},
    "T03": {(S.TRIAGE, S.MEMBERSHIP_CHECK)},
    "T03a": {(S.MEMBERSHIP_CHECK, S.OUT_OF_SCOPE)},
    "T04": {(S.MEMBERSHIP_CHECK, S.EVIDENCE_ASSESSMENT)},
    "T04a": {(S.EVIDENCE_ASSESSMENT, S.MORE_INFO_REQUESTED), (S.MORE_INFO_REQUESTED, S.EVIDENCE_ASSESSMENT)},
    "T04b": {(S.EVIDENCE_ASSESSMENT, S.DISMISSED_UNFIT)},
    "T05": {(S.EVIDENCE_ASSESSMENT, S.INFORMAL)},
    "T05a": {(S.INFORMAL, S.CLOSED)},
    "T06": {(S.EVIDENCE_ASSESSMENT, S.UNDER_INVESTIGATION), (S.INFORMAL, S.UNDER_INVESTIGATION)},
    "T07": {(S.UNDER_INVESTIGATION, S.NO_CASE), (S.UNDER_INVESTIGATION, S.CASE_TO_ANSWER)},
    "T08": {(S.CASE_TO_ANSWER, S.CHARGED), (S.CHARGED, S.REPLY_WINDOW)},
    "T08a": {(S.REPLY_WINDOW, S.ADMITTED), (S.ADMITTED, S.REPLY_WINDOW)},
    "T09": {(S.REPLY_WINDOW, S.PANEL_SET), (S.ADMITTED, S.PANEL_SET)},
    "T10": {(S.PANEL_SET, S.HEARING)},
    "T11": {(S.HEARING, S.LIABILITY_DECIDED)},
    "T12": {(S.LIABILITY_DECIDED, S.SANCTION_DECIDED)},
    "T13": {
        (state, S.INDEPENDENT_REVIEW)
        for state in (S.LIABILITY_DECIDED, S.SANCTION_DECIDED, S.OUT_OF_SCOPE, S.DISMISSED_UNFIT, S.NO_CASE)
    },
    "T13a": {
        (S.INDEPENDENT_REVIEW, state)
        for state in (S.PANEL_SET, S.MEMBERSHIP_CHECK, S.EVIDENCE_ASSESSMENT, S.UNDER_INVESTIGATION)
    },
    "T14": {(S.LIABILITY_DECIDED, S.DECIDED), (S.SANCTION_DECIDED, S.DECIDED)}
    | {(S.INDEPENDENT_REVIEW, end) for end in (S.DECIDED, S.OUT_OF_SCOPE, S.DISMISSED_UNFIT, S.NO_CASE)},
    "T15": {(S.DECIDED, S.APPEALED)},
    "T15a": {(end, S.SCREENING_REVIEW) for end in (S.OUT_OF_SCOPE, S.DISMISSED_UNFIT, S.NO_CASE)}
    | {(S.SCREENING_REVIEW, to) for to in (S.CLOSED, S.MEMBERSHIP_CHECK, S.EVIDENCE_ASSESSMENT, S.UNDER_INVESTIGATION)},
    "T16": {(S.APPEALED, S.APPEAL_DECIDED), (S.APPEALED, S.PANEL_SET)},
    "T17": {(S.DECIDED, S.SANCTION_ACTIVE), (S.APPEAL_DECIDED, S.SANCTION_ACTIVE), (S.SANCTION_ACTIVE, S.SPENT)},
    "T18": {(state, S.CLOSED) for state in (*ENDS, S.SPENT)},
    "T19": {
        (S.CLOSED, S.REOPEN_REQUESTED),
        (S.DECIDED, S.REOPEN_REQUESTED),
        (S.REOPEN_REQUESTED, S.REOPENED),
        (S.REOPEN_REQUESTED, S.CLOSED),
        (S.REOPEN_REQUESTED, S.DECIDED),
        (S.REOPENED, S.EVIDENCE_ASSESSMENT),
        (S.REOPENED, S.PANEL_SET),
    },
    "T20": {(state, S.LEFT_UNDER_INVESTIGATION) for state in AFTER_INVESTIGATION_OPENED},
    "T20a": {(S.LEFT_UNDER_INVESTIGATION, state) for state in AFTER_INVESTIGATION_OPENED},
    "T21": {(state, S.WITHDRAWN) for state in OPEN},
    "T21a": {(S.WITHDRAWN, state) for state in OPEN},
}
LATER = {"T05", "T05a", "T08a", "T13a", "T15", "T15a", "T16", "T19", "T20", "T20a", "T21a"}


@pytest.mark.parametrize("step", SPECIFIED)
def test_step_has_exactly_the_specified_edges(step: str) -> None:
    assert {(edge.source, edge.target) for edge in steps(step)} == SPECIFIED[step]


def test_no_other_transition_exists() -> None:
    pairs = set().union(*SPECIFIED.values())
    assert {(TABLE_VERSION, source, target) for source, target in pairs} == EDGES
    assert len(TABLE) == len(EDGES), "two edges join the same states"
    assert set(STEP_IDS) == set(SPECIFIED) | {"T06a", "T06b", "T22", "T23", "P2.4"}


def test_every_pair_that_is_not_specified_is_refused() -> None:
    for source in State:
        for target in State:
            if (TABLE_VERSION, source, target) in EDGES:
                assert find(source, target) is not None
            else:
                assert find(source, target) is None
                with pytest.raises(NotATransition):
                    require(source, target)


def test_what_is_offered_and_what_comes_later() -> None:
    assert {edge.id for edge in TABLE if edge.offered} == set(SPECIFIED) - LATER
    assert {rule.id for rule in OVERLAYS if rule.offered} == {"T22", "P2.4"}, "holds have their page"
    with pytest.raises(NotOffered) as refused:
        require(S.DECIDED, S.APPEALED)
    assert str(refused.value) == NOT_OFFERED
    assert require(S.HEARING, S.LIABILITY_DECIDED).id == "T11"


def test_the_shortest_lawful_path_is_offered_from_report_to_closing() -> None:
    path = (
        S.DRAFT, S.RECEIVED, S.ACKNOWLEDGED, S.TRIAGE, S.MEMBERSHIP_CHECK, S.EVIDENCE_ASSESSMENT,
        S.UNDER_INVESTIGATION, S.CASE_TO_ANSWER, S.CHARGED, S.REPLY_WINDOW, S.PANEL_SET, S.HEARING,
        S.LIABILITY_DECIDED, S.SANCTION_DECIDED, S.INDEPENDENT_REVIEW, S.DECIDED, S.SANCTION_ACTIVE, S.SPENT, S.CLOSED,
    )  # fmt: skip
    for source, target in pairwise(path):
        assert require(source, target).offered


def test_every_step_writes_a_registered_leaf() -> None:
    leaves = {edge.leaf for edge in TABLE} | {row.leaf for row in RETENTION_TABLE}
    leaves |= {leaf for rule in OVERLAYS for leaf in (rule.leaf, rule.ended_leaf)}
    assert leaves - set(REGISTRY) == set()
    for edge in TABLE:
        said = REGISTRY[edge.leaf].when
        # T20a and T21a are named in the registry; T14 of a screening end is the reviewer's act.
        assert edge.id in said or edge.leaf in {"case.scope_recorded", "case.notice_sent", "case.review_recorded"}, edge


def test_every_guard_has_words_and_is_used() -> None:
    used = {guard for edge in TABLE for guard in edge.guards}
    used |= {guard for rule in OVERLAYS for guard in rule.guards} | {g for row in RETENTION_TABLE for g in row.guards}
    assert set(GUARDS) == used | EXTRA_GUARDS
    assert not used & EXTRA_GUARDS
    for guard in GUARDS:
        words = words_of(guard)
        assert words.endswith(".") and words[0].islower() and len(words.split()) >= 4, guard


def test_every_edge_has_somebody_and_a_name() -> None:
    for edge in TABLE:
        assert edge.actor, edge
        assert all(actor == SYSTEM or isinstance(actor, CaseRole) for actor in edge.actor)
        assert edge.name and edge.guards, edge
        assert all(NOTICES[notice].sent for notice in edge.notices), edge


def test_bulk_is_for_acknowledging_and_joining_only() -> None:
    assert {edge.id for edge in TABLE if not edge.never_bulk} == {"T01", "T02a"}


def test_inv_44_every_deciding_vote_needs_the_seats_contact_declaration() -> None:
    votes = {"T04b", "T07", "T11", "T12", "T13a", "T16"}
    for edge in TABLE:
        asked = (edge.id, edge.source) in {("T15a", S.SCREENING_REVIEW), ("T19", S.REOPEN_REQUESTED)}
        if edge.id in votes or asked:
            assert "contacts_declared" in edge.guards, edge
        if edge.source is S.INDEPENDENT_REVIEW and edge.id == "T14":
            assert "contacts_declared" in edge.guards, edge


@pytest.mark.parametrize("guard", ["identity_step_done", "no_protection_pending", "disclosure_risk_assessed"])
def test_inv_46_no_investigation_names_a_complainant_before_the_identity_step(guard: str) -> None:
    assert all(guard in edge.guards for edge in transitions_to(S.UNDER_INVESTIGATION) if edge.id == "T06")


def test_inv_29_no_formal_allegation_without_a_search_for_what_exonerates() -> None:
    assert "exculpatory_search" in require(S.CASE_TO_ANSWER, S.CHARGED).guards


def test_inv_26_every_open_state_has_one_owner_and_a_clock() -> None:
    for state in State:
        assert isinstance(owner_of(state), CaseRole)
        assert (clock_of(state) is not None) or state not in OPEN
        assert state is S.DRAFT or owner_of(state) not in PARTY_ROLES


def test_inv_27_reopened_is_reached_only_by_t19() -> None:
    arrivals = [e for e in transitions_to(S.REOPENED) if e.id != "T20a" and e.id != "T21a"]
    assert [(edge.id, edge.source) for edge in arrivals] == [("T19", S.REOPEN_REQUESTED)]
    assert {edge.target for edge in transitions_from(S.CLOSED)} == {S.REOPEN_REQUESTED}


def test_every_state_has_words_and_no_internal_name_among_them() -> None:
    assert set(PARTY_WORDS) == set(State)
    assert set(OVERLAY_WORDS) == set(Overlay) and set(RETENTION_WORDS) == set(Retention)
    for words in (*PARTY_WORDS.values(), *OVERLAY_WORDS.values(), *RETENTION_WORDS.values()):
        assert "_" not in words
        for internal in ("respondent", "liability", "sanction", "charged", "vexatious", "triage"):
            assert internal not in words


def test_the_seven_role_sets_are_disjoint() -> None:
    members = [role for roles in ROLE_SETS.values() for role in roles]
    assert len(ROLE_SETS) == 7
    assert len(members) == len(set(members)) == 12
    assert set(members) == MERIT_ROLES
    assert role_set_of(CaseRole.CHARGE_ASSESSOR) is role_set_of(CaseRole.INTAKE)
    assert role_set_of(CaseRole.AUDITOR) is None
    assert seats_of(CaseRole.PANEL) == 3 and seats_of(CaseRole.REVIEWER) == 1


def test_inv_02_nobody_holds_two_merit_roles_or_a_part_of_their_own() -> None:
    for first in CaseRole:
        assert may_hold_both(first, first)
        assert first.label and first.words and first.never
        for second in CaseRole:
            assert may_hold_both(first, second) == may_hold_both(second, first)
            if first != second and first in MERIT_ROLES and second in MERIT_ROLES | NEVER_IN_OFFICE:
                assert not may_hold_both(first, second), (first, second)
    assert may_hold_both(CaseRole.DPO, CaseRole.LIAISON)


def test_the_machine_as_a_whole_is_sound_and_its_check_can_fail() -> None:
    assert walk.faults() == []
    without_t18 = [edge for edge in TABLE if edge.id not in ("T18", "T15a", "T05a", "T19")]
    assert any("never reaches closed" in fault for fault in walk.faults(without_t18))
    assert any("twice" in fault for fault in walk.faults([*TABLE, TABLE[0]]))
