"""Rungs, comparators, reviews, the statement of reasons field by field, retention, the table of invariants."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.codes import ActType, Clause, Rung
from evenhand.errors import UsageError
from evenhand.ledger.registry import REGISTRY
from evenhand.procedure import outcomes
from evenhand.procedure.clocks import Calendar, duration
from evenhand.procedure.invariants import INVARIANTS
from evenhand.procedure.lexicon import warnings
from evenhand.procedure.outcomes import (
    AppealGround,
    Finding,
    InterimRisk,
    Origin,
    ReopeningGround,
    ReviewCause,
    StandardOfProof,
    review_causes,
)
from evenhand.procedure.reasons import (
    FIELD_WORDS,
    FIELDS,
    REQUIRED,
    TYPED,
    AllegationFinding,
    Answer,
    Contacts,
    Redress,
    RuleGround,
    StatementOfReasons,
    incomplete,
)
from evenhand.procedure.retention import RETENTION, KeptAs, keep_until, kept_as
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.sanctions import (
    FACTOR_WORDS,
    RUNGS,
    Aggravating,
    ComparedWith,
    Mitigating,
    comparators,
    grade_allows,
    grade_number,
    imposer_is_lawful,
    most_that_can_follow,
    within_the_most,
)
from evenhand.procedure.states import ENDS, State

REPO = Path(__file__).resolve().parents[2]
WHOLE = StatementOfReasons(
    decision_types=("findings", "warning"),
    scope="membership",
    start="2026-03-02",
    duration_or_end="24 months",
    facts="On 1 February a post was published.",
    source="a report",
    automated_detection=False,
    automated_means_in_decision=False,
    rule_grounds=(RuleGround("general", "1", "2.1", "2025-02-01", "", "It insulted a member."),),
    redress=Redress("appeal", "ombuds council", "county court", "2026-03-30"),
    findings=(
        AllegationFinding("1", Finding.PROVED, StandardOfProof.BALANCE_OF_PROBABILITIES, ("E1",), "It says so."),
    ),
    evidence=("E1 sha256:00",),
    exculpatory_considered="It was deleted the same day.",
    answers=(Answer("I was provoked.", "That made it milder."),),
    outcome=Rung.WARNING,
    factors=("provocation",),
    comparators="no comparator",
    panel=("Panel member A", "Panel member B", "Panel member C"),
    conflicts_declared="none",
    contacts=Contacts({}, 3, 3),
    service_dates=("N5 2026-02-01 opened",),
    clocks_kept=("reply",),
)


def test_a_whole_statement_is_complete() -> None:
    assert incomplete(WHOLE) == ()
    assert set(FIELD_WORDS) == set(FIELDS)
    assert len(TYPED) <= 5 and set(TYPED) <= set(FIELDS)


@pytest.mark.parametrize("name", REQUIRED)
def test_6_1_each_field_dropped_in_turn_is_refused(name: str) -> None:
    empty = getattr(StatementOfReasons(), name)
    assert incomplete(replace(WHOLE, **{name: empty})) == (name,)


HALF: list[tuple[str, dict[str, object]]] = [
    ("automated_means_in_decision", {"automated_means_in_decision": True}),
    ("rule_grounds", {"rule_grounds": ()}),
    ("rule_grounds", {"rule_grounds": (replace(WHOLE.rule_grounds[0], why=" "),)}),
    ("rule_grounds", {"rule_grounds": (replace(WHOLE.rule_grounds[0], in_force_from=""),)}),
    ("legal_why", {"legal_ground": "a law"}),
    ("redress", {"redress": Redress("appeal", "", "court", "2026-03-30")}),
    ("findings", {"findings": (replace(WHOLE.findings[0], standard=None),)}),
    ("findings", {"findings": (replace(WHOLE.findings[0], finding=None),)}),
    ("findings", {"findings": (replace(WHOLE.findings[0], relied_on=()),)}),
    ("findings", {"findings": (WHOLE.findings[0], WHOLE.findings[0])}),
    ("evidence", {"evidence": ("E2 sha256:00",)}),
    ("evidence", {"evidence": ("E10 sha256:00",)}),
    ("answers", {"answers": (Answer("I was provoked.", ""),)}),
    ("panel", {"panel": ("A", "A", "B")}),
    ("contacts", {"contacts": Contacts({}, 2, 2)}),
    ("contacts", {"contacts": Contacts({}, 4, 3)}),
    ("contacts", {"contacts": Contacts({"press": -1}, 3, 3)}),
]


@pytest.mark.parametrize(("name", "change"), HALF)
def test_6_1_half_a_field_is_none(name: str, change: dict[str, object]) -> None:
    assert incomplete(replace(WHOLE, **change)) == (name,)


def test_6_1_what_may_be_absent_is_said_to_be_absent() -> None:
    assert incomplete(replace(WHOLE, answers=(), nothing_represented=True)) == ()
    assert incomplete(replace(WHOLE, factors=(), no_factors=True)) == ()
    assert incomplete(replace(WHOLE, rule_grounds=(), legal_ground="a law", legal_why="it says so")) == ()
    nothing = replace(
        WHOLE,
        outcome=Rung.NOTHING,
        factors=(),
        comparators="",
        findings=(replace(WHOLE.findings[0], finding=Finding.NOT_PROVED, relied_on=()),),
    )
    assert incomplete(nothing) == ()
    assert incomplete(StatementOfReasons()) == (*REQUIRED[:8], "rule_grounds", *REQUIRED[8:])


def test_7_1_there_is_one_standard_of_proof() -> None:
    assert list(StandardOfProof) == [StandardOfProof.BALANCE_OF_PROBABILITIES]


def test_section_5_rung_by_actor() -> None:
    expected = {
        Rung.NOTHING: {CaseRole.CHARGE_ASSESSOR, CaseRole.PANEL},
        Rung.REQUEST: {CaseRole.INTAKE},
        Rung.ADVICE: {CaseRole.ASSESSOR, CaseRole.PANEL},
    }
    for rung in Rung:
        for role in CaseRole:
            lawful = role in expected.get(rung, {CaseRole.PANEL})
            assert imposer_is_lawful(rung, role, consent=True) == lawful, (rung, role)
        assert RUNGS[rung].needs_review == (rung in {Rung.REMOVAL_FROM_ROLE, Rung.SUSPENSION, Rung.EXPULSION})
    assert not imposer_is_lawful(Rung.ADVICE, CaseRole.ASSESSOR)
    spent = {rung.value: str(rule.spent_after) for rung, rule in RUNGS.items() if rule.spent_after}
    assert spent == {"L1": "12m", "L2": "12m", "L3": "24m", "L4": "24m", "L5": "36m", "L6": "60m"}
    assert str(RUNGS[Rung.SUSPENSION].longest_term) == "24m"


def test_s1_the_factor_lists_are_closed_and_have_words() -> None:
    assert set(FACTOR_WORDS) == {*Aggravating, *Mitigating}
    assert (len(Aggravating), len(Mitigating)) == (6, 8)


CLAUSE = Clause(
    "2.1", "Abuse", "…", (ActType.WROTE, ActType.SHARED), {ActType.WROTE: Rung.SUSPENSION, ActType.SHARED: Rung.WARNING}
)


def test_s6_nothing_beyond_the_most_the_rule_names_for_the_act() -> None:
    assert within_the_most(Rung.WARNING, CLAUSE, ActType.SHARED)
    assert not within_the_most(Rung.REMOVAL_FROM_ROLE, CLAUSE, ActType.SHARED)
    assert most_that_can_follow(CLAUSE, ActType.WROTE) is Rung.SUSPENSION


def test_s2_a_like_is_conduct_only_if_the_rule_says_so() -> None:
    with pytest.raises(UsageError, match="does not cover liking it"):
        most_that_can_follow(CLAUSE, ActType.LIKED)


@given(st.lists(st.sampled_from(["C0", "C1", "C2", "C3", "C4", 0, 1, 2, 3, 4]), max_size=5), st.booleans())
def test_s4_grave_outcomes_need_c3_or_c2_with_an_admission(grades: list[int | str], admitted: bool) -> None:
    best = max((grade_number(grade) for grade in grades), default=-1)
    assert grade_allows(Rung.REMOVAL_FROM_ROLE, grades, admitted=admitted) == (best >= (2 if admitted else 3))
    assert grade_allows(Rung.WARNING, grades, admitted=admitted)


@pytest.mark.parametrize("wrong", ["C5", "", "B3", "3C", 5, -1, "٣"])
def test_s4_what_is_no_grade_is_refused(wrong: int | str) -> None:
    with pytest.raises(UsageError, match="grade of evidence"):
        grade_number(wrong)


def test_s3_comparators_from_ten_cases_on_else_wider_else_none() -> None:
    nine = [Rung.ADVICE] * 9
    ten = [Rung.ADVICE] * 3 + [Rung.AMENDS] * 4 + [Rung.WARNING] * 3
    assert comparators(ten, []).of is ComparedWith.SAME_RULE_AND_GRADE
    assert comparators(nine, ten).of is ComparedWith.WIDER_CLASS
    none = comparators(nine, nine)
    assert none.of is ComparedWith.NONE and not none.needs_reason(Rung.EXPULSION)
    found = comparators(ten, [])
    assert (found.low, found.median, found.high, found.number) == (Rung.ADVICE, Rung.AMENDS, Rung.WARNING, 10)
    assert found.needs_reason(Rung.REMOVAL_FROM_ROLE) and found.needs_reason(Rung.NOTHING)
    assert not found.needs_reason(Rung.AMENDS)


@given(st.lists(st.sampled_from(list(Rung)), min_size=10, max_size=60))
def test_s3_half_of_the_comparators_lie_within_the_range(cases: list[Rung]) -> None:
    found = comparators(cases, [])
    assert found.low is not None and found.median is not None and found.high is not None
    assert found.low.height <= found.median.height <= found.high.height
    assert sum(not found.needs_reason(rung) for rung in cases) >= len(cases) / 2


def test_t13_who_is_always_reviewed() -> None:
    plain = {
        "rung_height": Rung.WARNING.height, "protected_characteristic": False, "origin": Origin.COMPLAINT,
        "restricted_linked": False, "sampled": False,
    }  # fmt: skip

    def causes(**change: object) -> tuple[ReviewCause, ...]:
        return review_causes(**{**plain, **change})

    assert causes() == ()
    assert causes(rung_height=Rung.REMOVAL_FROM_ROLE.height) == (ReviewCause.GRAVE_OUTCOME,)
    assert causes(protected_characteristic=True) == (ReviewCause.PROTECTED_CHARACTERISTIC,)
    assert causes(origin=Origin.OWN_MOTION) == (ReviewCause.OWN_MOTION,)
    assert causes(restricted_linked=True, sampled=True) == (ReviewCause.RESTRICTED_LINKED, ReviewCause.SAMPLE)


def test_inv_24_no_closed_list_holds_a_reason_nobody_may_have() -> None:
    lists = [each for each in vars(outcomes).values() if isinstance(each, type) and issubclass(each, StrEnum)]
    values = [value for kind in lists if kind is not StrEnum for value in kind]
    assert len(values) > 60
    for value in values:
        assert warnings(f"{value} {outcomes.WORDS.get(value, '')}") == ()
    assert set(InterimRisk) == {"safety", "evidence", "continuing_harm", "safeguarding"}
    assert len(ReopeningGround) == 4 and len(AppealGround) == 5


def test_7_4_each_end_has_its_row() -> None:
    assert set(RETENTION) == set(KeptAs)
    for end in State:
        if end in ENDS:
            assert kept_as(end) in RETENTION
        else:
            with pytest.raises(UsageError, match="not ended"):
                kept_as(end)
    decided = {rung: kept_as(State.DECIDED, rung) for rung in Rung}
    assert decided[Rung.NOTHING] is decided[Rung.REQUEST] is KeptAs.NOTHING_FOUND
    assert decided[Rung.ADVICE] is decided[Rung.WARNING] is KeptAs.MILD
    assert decided[Rung.REMOVAL_FROM_ROLE] is decided[Rung.EXPULSION] is KeptAs.GRAVE


def test_7_4_a_date_per_row() -> None:
    calendar, spent = Calendar("Europe/Dublin"), datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert keep_until(RETENTION[KeptAs.OUT_OF_SCOPE], spent, calendar) == date(2026, 3, 30)
    assert keep_until(RETENTION[KeptAs.MILD], spent, calendar) == date(2027, 2, 28)
    assert keep_until(RETENTION[KeptAs.GRAVE], spent, calendar) == date(2032, 2, 28)
    assert keep_until(RETENTION[KeptAs.MILD], spent, calendar, duration("1m")) == date(2026, 3, 28)


def test_section_8_the_table_of_invariants() -> None:
    assert [each.id for each in INVARIANTS] == [f"INV-{number:02}" for number in range(1, 58)]
    assert all(each.statement.endswith(".") and each.by in "DKAC" for each in INVARIANTS)
    counted = {by: sum(each.by == by for each in INVARIANTS) for by in "DKAC"}
    assert counted == {"D": 28, "K": 4, "A": 17, "C": 8}
    for each in INVARIANTS:
        assert set(each.leaves) <= set(REGISTRY), each.id
        if each.test is not None:
            path, _, name = each.test.partition("::")
            assert (REPO / path).is_file(), each.id
            assert not name or f"def {name}(" in (REPO / path).read_text(), each.id
