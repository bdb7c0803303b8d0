"""Gates, fitness, support: never FIT on a resemblance, never UNFIT with a curable gap unasked (PROCEDURE §9)."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.evidence import (
    CODES,
    ESSENTIAL,
    ActType,
    Answer,
    AuthorLink,
    Fitness,
    Gate,
    GateCode,
    GateResult,
    ItemEvidence,
    Jurisdiction,
    act_grade,
    allegation_supported,
    assess_item,
    gate_question,
    membership_gate,
    to_ask,
)

NIGHTLY = bool(os.environ.get("EVENHAND_NIGHTLY"))


def passed(gate: Gate) -> GateResult:
    return GateResult(gate, Answer.PASS, link=AuthorLink.B if gate is Gate.G5 else None)


ALL_PASSED = [passed(gate) for gate in Gate]


def but(*changed: GateResult) -> list[GateResult]:
    gates = {each.gate for each in changed}
    return [each for each in ALL_PASSED if each.gate not in gates] + list(changed)


def possible(gate: Gate) -> list[GateResult]:
    """Every result that can be built for a gate."""
    found = []
    links = [None, *AuthorLink] if gate is Gate.G5 else [None]
    for answer in Answer:
        for code in [None, *CODES[gate]]:
            for link in links:
                try:
                    found.append(GateResult(gate, answer, code, link=link))
                except UsageError:
                    continue
    return found


RESULTS = st.tuples(*(st.sampled_from(possible(gate)) for gate in Gate)).flatmap(
    lambda whole: st.lists(st.sampled_from(whole), unique_by=lambda each: each.gate)
)
NEARLY_PASSED = st.lists(
    st.sampled_from([each for gate in Gate for each in possible(gate)]), unique_by=lambda each: each.gate, max_size=3
).map(lambda some: but(*some))
ASKED = st.frozensets(st.sampled_from(Gate))


def test_each_gate_has_a_question_and_codes():
    assert {gate for gate in Gate if gate_question(gate).endswith("?")} == set(Gate)
    assert [code for codes in CODES.values() for code in codes] == list(GateCode)
    assert list(Gate)[-1] == "G14"


@pytest.mark.parametrize(
    ("gate", "answer", "code", "link"),
    [
        (Gate.G5, Answer.PASS, None, AuthorLink.D),
        (Gate.G5, Answer.PASS, None, None),
        (Gate.G5, Answer.FAIL, GateCode.NAMESAKE, AuthorLink.D),
        (Gate.G1, Answer.PASS, None, AuthorLink.A),
        (Gate.G1, Answer.FAIL, GateCode.ALTERED, None),
        (Gate.G1, Answer.FAIL, None, None),
        (Gate.G2, Answer.PASS, GateCode.ALTERED, None),
        (Gate.G2, Answer.FAIL, GateCode.SCREENSHOT_ONLY, None),
        (Gate.G4, Answer.FAIL, GateCode.UNVERIFIED, None),
    ],
)
def test_what_cannot_be_is_refused(gate, answer, code, link):
    with pytest.raises(UsageError, match=gate):
        GateResult(gate, answer, code, link=link)


def test_a_gap_says_what_would_cure_it():
    screenshot = GateResult(Gate.G2, Answer.UNKNOWN, GateCode.SCREENSHOT_ONLY)
    assert screenshot.curable
    assert "link" in screenshot.cure
    assert not GateResult(Gate.G2, Answer.FAIL, GateCode.ALTERED).curable
    assert not passed(Gate.G2).curable
    assert GateResult(Gate.G10, Answer.UNKNOWN).curable


def test_acts_are_graded_from_writing_to_leaving_up():
    grades = [act_grade(act) for act in ActType]
    assert grades == sorted(grades, reverse=True) and len(set(grades)) == len(ActType)


@pytest.mark.slow
@settings(max_examples=5_000 if NIGHTLY else 500)
@given(RESULTS | NEARLY_PASSED, ASKED, st.booleans())
def test_never_fit_on_a_resemblance_and_never_unfit_with_a_curable_gap_unasked(results, asked, somebody):
    fitness = assess_item(results, asked, somebody)
    table = {each.gate: each for each in results}
    if fitness is Fitness.FIT:
        assert table[Gate.G5].link in (AuthorLink.A, AuthorLink.B, AuthorLink.C)
        assert all(table[gate].answer is Answer.PASS for gate in ESSENTIAL)
        assert not any(each.answer is Answer.FAIL for each in results)
    if fitness is Fitness.UNFIT:
        assert any(each.answer is Answer.FAIL for each in results)
        assert not [each for each in results if each.curable and each.gate not in asked]
    if fitness is Fitness.FIT_WITH_GAPS:
        assert not any(each.answer is Answer.FAIL for each in results)


@pytest.mark.parametrize(
    ("results", "asked", "somebody", "fitness"),
    [
        (ALL_PASSED, (), True, Fitness.FIT),
        (but(GateResult(Gate.G3, Answer.UNKNOWN)), (), False, Fitness.FIT),
        (but(GateResult(Gate.G2, Answer.UNKNOWN, GateCode.SCREENSHOT_ONLY)), (), True, Fitness.FIT_WITH_GAPS),
        (but(GateResult(Gate.G2, Answer.UNKNOWN, GateCode.SCREENSHOT_ONLY)), (), False, Fitness.UNDETERMINED),
        (but(GateResult(Gate.G2, Answer.UNKNOWN)), (Gate.G2,), False, Fitness.FIT_WITH_GAPS),
        (but(GateResult(Gate.G5, Answer.UNKNOWN, link=AuthorLink.D)), (), True, Fitness.FIT_WITH_GAPS),
        (but(GateResult(Gate.G2, Answer.FAIL, GateCode.ALTERED)), (), True, Fitness.UNFIT),
        (but(GateResult(Gate.G9, Answer.FAIL, GateCode.STALE)), (), True, Fitness.UNDETERMINED),
        (but(GateResult(Gate.G9, Answer.FAIL, GateCode.STALE)), (Gate.G9,), True, Fitness.UNFIT),
        ([GateResult(Gate.G7, Answer.FAIL, GateCode.NEVER_MEMBER)], (), True, Fitness.UNFIT),
        ([], (), True, Fitness.FIT_WITH_GAPS),
        ([], (), False, Fitness.UNDETERMINED),
    ],
)
def test_fitness_by_the_table(results, asked, somebody, fitness):
    assert assess_item(results, frozenset(asked), somebody) is fitness


def test_to_ask_names_the_open_questions_once():
    gaps = but(
        GateResult(Gate.G1, Answer.FAIL, GateCode.NO_LOCATOR),
        GateResult(Gate.G2, Answer.FAIL, GateCode.ALTERED),
        GateResult(Gate.G10, Answer.UNKNOWN),
    )
    assert [each.gate for each in to_ask(gaps, {Gate.G10})] == [Gate.G1]


def test_a_gate_answered_twice_is_refused():
    with pytest.raises(UsageError, match="twice"):
        assess_item([passed(Gate.G1), passed(Gate.G1)], frozenset(), True)


@pytest.mark.parametrize(
    ("then", "now", "ever", "deceased", "jurisdiction", "answer", "code"),
    [
        (True, True, True, True, Jurisdiction.BOTH, Answer.FAIL, GateCode.DECEASED),
        (False, False, False, False, Jurisdiction.BOTH, Answer.FAIL, GateCode.NEVER_MEMBER),
        (False, True, True, False, Jurisdiction.BOTH, Answer.FAIL, GateCode.NOT_MEMBER_THEN),
        (True, False, True, False, Jurisdiction.BOTH, Answer.FAIL, GateCode.NOT_MEMBER_NOW),
        (True, False, True, False, Jurisdiction.AT_THE_ACT, Answer.PASS, None),
        (False, True, True, False, Jurisdiction.NOW, Answer.PASS, None),
        (None, True, True, False, Jurisdiction.BOTH, Answer.UNKNOWN, None),
        (None, False, True, False, Jurisdiction.BOTH, Answer.FAIL, GateCode.NOT_MEMBER_NOW),
        (None, None, None, False, Jurisdiction.BOTH, Answer.UNKNOWN, None),
        (True, True, True, False, Jurisdiction.BOTH, Answer.PASS, None),
    ],
)
def test_gate_7_by_the_table(then, now, ever, deceased, jurisdiction, answer, code):
    found = membership_gate(at_the_act=then, now=now, ever=ever, deceased=deceased, jurisdiction=jurisdiction)
    assert (found.answer, found.code) == (answer, code)


def item(name: str, fitness: Fitness, link: AuthorLink | None, group: str | None, *elements: str) -> ItemEvidence:
    return ItemEvidence(name, fitness, link, frozenset(elements or ("insult",)), group)


GAPS, FIT = Fitness.FIT_WITH_GAPS, Fitness.FIT


@pytest.mark.parametrize(
    ("items", "supported"),
    [
        ([item("a", FIT, AuthorLink.C, None)], True),
        ([item("a", GAPS, AuthorLink.C, "one"), item("b", GAPS, AuthorLink.D, "two")], True),
        ([item("a", GAPS, AuthorLink.D, "one"), item("b", GAPS, AuthorLink.D, "two")], False),
        ([item("a", GAPS, AuthorLink.A, "one"), item("b", GAPS, AuthorLink.A, "one")], False),
        ([item("a", GAPS, AuthorLink.A, None), item("b", GAPS, AuthorLink.A, None)], False),
        ([item("a", GAPS, AuthorLink.D, "1"), item("b", GAPS, AuthorLink.D, "2"), item("c", GAPS, AuthorLink.A, None)],
         False),
        ([item("a", Fitness.UNFIT, AuthorLink.A, "one"), item("b", GAPS, AuthorLink.A, "two")], False),
        ([item("a", Fitness.UNDETERMINED, AuthorLink.A, "1"), item("b", GAPS, AuthorLink.A, "2")], False),
        ([], False),
    ],
)  # fmt: skip
def test_support_by_the_table(items, supported):
    found = allegation_supported(["insult"], items)
    assert found.supported is supported
    assert found.why.endswith(".")


def test_each_element_must_be_proved():
    fit = item("a", FIT, AuthorLink.A, None, "insult")
    assert not allegation_supported(["insult", "repeated"], [fit]).supported
    assert allegation_supported(["insult", "repeated"], [fit, item("b", FIT, AuthorLink.B, None, "repeated")]).supported


@pytest.mark.slow
@given(
    st.lists(
        st.builds(
            item,
            st.uuids().map(str),
            st.sampled_from(Fitness),
            st.just(AuthorLink.D) | st.none(),
            st.sampled_from([None, "x", "y"]),
        ),
        max_size=8,
    )
)
def test_resemblances_never_support_anything(items):
    assert not allegation_supported(["insult"], items).supported


def test_an_allegation_names_what_it_alleges_and_an_item_is_listed_once():
    with pytest.raises(UsageError, match="no element"):
        allegation_supported([], [])
    twin = item("a", GAPS, AuthorLink.A, "one")
    with pytest.raises(UsageError, match="twice"):
        allegation_supported(["insult"], [twin, item("a", GAPS, AuthorLink.A, "two")])
