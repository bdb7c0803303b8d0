"""Every refusal of the database is foreseen by a page, in words; none reaches a person as a failure of the program.

The triggers hold whoever writes. What stands here says, for each of them, which verb or page refuses first, and by
which test that is shown, or why no page can come so far. A trigger that is added has to be put here.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from django.apps import apps
from django.db import connection
from tests.cast import signed_in, text_of
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.cases import story_room
from tests.web.cases.cases_room import company, received
from tests.web.cases.story_room import Story, begin

from evenhand.codes import ActType
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.grades import ProvenanceClass, Route
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases import clocks, draws
from evenhand.web.cases.contacts import flag_contact
from evenhand.web.cases.models import Allegation, Case, Draw, Item, LookupAsk, Nonce, Outcome, Seat
from evenhand.web.cases.seats import seat_by_draw, take
from evenhand.web.cases.steps import acknowledge as acknowledging
from evenhand.web.cases.steps.assess.items import Assessed, assess
from evenhand.web.cases.steps.more_time import give_more_time
from evenhand.web.cases.steps.panel.convene import convene_due
from evenhand.web.cases.steps.panel.hearing import first_day
from evenhand.web.cases.steps.scope import approve_lookup
from evenhand.web.people.actions import end_role, record_mandate
from evenhand.web.people.models import Grant
from evenhand.web.people.roles import Office
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.unit import recording
from evenhand.web.rules.queries import clauses_on

ROOT: Final = Path(__file__).parents[3]
_HERE, _ANOTHER, _CHECKING = (
    f"tests/web/cases/test_{name}.py::" for name in ("foreseen", "another_officer", "checking")
)

SHOWN: Final[Mapping[str, str]] = {
    "cases_seat_in_its_set": f"{_ANOTHER}test_a_seat_is_not_taken_twice_in_one_case",
    "cases_seat_shared_items": f"{_ANOTHER}test_who_assessed_an_item_reads_why_not_and_a_colleague_takes_it",
    "cases_item_assessment_apart": f"{_ANOTHER}test_who_could_not_be_first_assessor_is_told_to_step_back",
    "cases_seat_not_a_party": f"{_HERE}test_whoever_may_not_sit_reads_the_same_words",
    "cases_seat_not_excluded": f"{_HERE}test_whoever_may_not_sit_reads_the_same_words",
    "cases_seat_not_recused": "tests/web/cases/test_contact_step.py::"
    "test_whoever_stepped_back_finds_no_such_case_any_more",
    "cases_seat_not_restricted": f"{_HERE}test_whoever_may_not_sit_reads_the_same_words",
    "cases_seat_from_the_pool": f"{_HERE}test_who_can_no_longer_sit_leaves_the_draw_as_it_was_and_another_is_drawn",
    "cases_draw_committed_first": f"{_HERE}test_two_draws_at_once_take_two_secrets",
    "cases_vote_contacts_filed": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_event_contacts_filed": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_event_t04_blind_then_open": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_event_t06_criterion": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_event_t06_identity": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_event_t07_blind_then_open": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_event_t08_search": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_event_t09_heard": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_event_t11_found": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_event_panel_voted": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_allegation_rule_of_that_day": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_item_assessment_stays": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_lookup_ask_approved_once": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_clock_never_shrinks": f"{_HERE}test_what_comes_too_early_is_refused_in_words",
    "cases_event_t12_proved": f"{_HERE}test_where_nothing_was_proved_nothing_can_follow",
    "cases_outcome_of_proved": f"{_HERE}test_where_nothing_was_proved_nothing_can_follow",
    "cases_event_decided_with_contacts": f"{_CHECKING}"
    "test_a_contact_noted_while_the_reviewer_reads_is_counted_in_the_decision",
    "cases_decision_counts_contacts": f"{_CHECKING}"
    "test_a_contact_noted_while_the_reviewer_reads_is_counted_in_the_decision",
    "cases_event_decided_reviewed": f"{_CHECKING}test_an_own_motion_is_always_checked_and_nobody_is_written_to",
    "cases_event_dismissal_by_two": f"{_CHECKING}test_a_vote_of_somebody_who_stepped_back_does_not_count",
    "cases_upload_restricted_stays": "tests/web/cases/test_contact_step.py::"
    "test_a_file_waits_for_a_person_and_leaves_as_a_bare_copy",
    "cases_event_in_order": "tests/web/proofs/test_at_once.py",
}
"""Trigger -> the test in which a page or verb refuses first, in words."""

NOT_FROM_A_PAGE: Final[Mapping[str, str]] = {
    "cases_case_begins_received": "`open_case` alone makes a case, as received",
    "cases_case_moves_by_event": "`engine.move` writes the event, then the case",
    "cases_case_pinned": "no verb changes what it pins",
    "cases_case_revision_counts": "`Act.change` counts it up, and compares it",
    "cases_case_owner_sits": "`owners.owned` asks for the seat first",
    "cases_case_liability_once": "`engine.move` sets it with that step alone",
    "cases_event_edge": "`engine.edge_of` looks it up first",
    "cases_event_human": "`engine._check_seat`: the system acts as the system, a person in their seat",
    "cases_event_actor_sits": "`engine._check_seat` asks first; the page was open to the seat alone",
    "cases_event_actor_is_party": "no page lets a party move a case yet; `engine._check_seat` asks first",
    "cases_event_role_fits": "`engine.edge_of` takes the actors of the table alone",
    "cases_event_reason_coded": "the forms require the code",
    "cases_event_t08_disclosed": "`set_formal` discloses every item in the same unit",
    "cases_seat_by_its_draw": "`draws._make` writes the draw as made, then its seats",
    "cases_seat_begins_open": "`sit` makes open seats",
    "cases_seat_only_ends": "`rise` ends open seats; `Act.change` compares what it read",
    "cases_seat_owner_first": "`rise` changes the owner before the seat",
    "cases_party_holds_no_seat": "a party's account is written at the receipt, before anybody sits",
    "cases_frozen_pool_as_received": "`pool.freeze` takes the members of that day, before the first draw",
    "cases_pool_member_as_appointed": "no verb changes an appointment but to end it",
    "cases_draw_made_once": "`Act.change` compares what it read",
    "cases_contact_flag_settled_once": "`file_contact` looks for an open flag of the same person",
    "cases_declaration_of_a_holder": "`declare` asks for the open seat",
    "cases_vote_declared": "each vote declares its contacts first",
    "cases_vote_of_an_open_seat": "each vote looks for the open seat",
    "cases_blind_record_unread": "an assessor's file opens with the blind record; nothing notes an earlier reading",
    "cases_blind_record_of_a_seat": "the page is open to that seat alone",
    "cases_open_record_after_blind": "`changed` is computed from the blind record",
    "cases_reading_blind_first": "the bundle is a panel's and a reviewer's page",
    "cases_reading_only_grows": "`note_reading` takes the later moment",
    "cases_allegation_formal_stays": "no verb changes an allegation after it was made formal",
    "cases_allegation_item_known": "`disclose` takes what was not disclosed",
    "cases_finding_on_evidence": "an allegation names at least one item, which T08 disclosed; `find` relies on those",
    "cases_review_by_a_reviewer": "`to_reviewer` is given the reviewer's seat",
    "cases_review_once": "`verify` takes the review without a verdict; `Act.change` compares",
    "cases_decision_stays": "no verb changes a decision after T14",
    "cases_item_assessment_by_assessor": "the page is open to that seat alone",
    "cases_item_stays": "no verb changes an item",
    "cases_lookup_confirmed_once": "a look-up is written as confirmed",
    "cases_clock_served_then_counted": "`apply_due` takes running clocks whose date has passed",
}
"""Trigger -> why no page can come so far that it speaks."""


def triggers() -> set[str]:
    """Return every trigger of the cases by name but those of append-only rows, which no verb changes."""
    folder = Path(apps.get_app_config("cases").path) / "triggers"
    text = "".join((folder / part / "sqlite.sql").read_text() for part in ("seats", "moves", "merits"))
    return {re.sub(r"_(i|u)$", "", name) for name in re.findall(r"CREATE TRIGGER (\w+)", text)}


def test_every_trigger_is_foreseen_or_cannot_be_reached() -> None:
    assert set(SHOWN) | set(NOT_FROM_A_PAGE) == triggers()
    assert not set(SHOWN) & set(NOT_FROM_A_PAGE)


@pytest.mark.parametrize("test", sorted(set(SHOWN.values())))
def test_the_test_that_shows_it_exists(test: str) -> None:
    file, _, name = test.partition("::")
    assert (ROOT / file).exists()
    assert not name or f"def {name}(" in (ROOT / file).read_text()


class Impatient:
    """Sends forms before their time and keeps what came back."""

    def __init__(self, story: Story, caplog: pytest.LogCaptureFixture) -> None:
        self.story, self.log = story, caplog

    def reads(self, words: str, person: str, slug: str, **fields: object) -> None:
        """Assert that the form is answered in these words, nothing is changed, and the database was not asked."""
        case = self.story.case
        case.refresh_from_db()
        was = case.revision
        sent = self.story.client(person).post(f"/cases/{case.id}/{slug}", {"revision": str(was)} | fields)
        page = sent.content.decode()
        assert sent.status_code in {200, 400, 409, 422}, (slug, sent.status_code)
        assert words in page, (slug, text_of(sent))
        assert "The record did not take this step" not in page
        assert not [each for each in self.log.records if "no page foresaw" in each.getMessage()]
        case.refresh_from_db()
        assert case.revision == was, slug

    def unfiled(self, person: str, slug: str, **fields: object) -> None:
        """Assert the same while a contact with the person is known and not written down; then write it down."""
        story = self.story
        flag_contact(case=story.case, recipient=person, actor=story.people["keeper"], ctx=story.ctx)
        self.reads("your note of it is missing", person, slug, **fields)
        note = {"category": "member", "channel": "mail", "text": "Asked. No answer."}
        assert story.client(person).post(f"/cases/{story.case.id}/contact", note).status_code == 302


@pytest.mark.slow
def test_what_comes_too_early_is_refused_in_words(
    room: Desk, clock: MovingClock, caplog: pytest.LogCaptureFixture
) -> None:
    """One case in which everybody tries the next thing too early, twice, or with a contact not written down."""
    caplog.set_level(logging.ERROR)
    story = begin(room, clock)
    early = Impatient(story, caplog)
    story_room.to_assessor(story)
    assessor = story.sits(CaseRole.ASSESSOR)
    with pytest.raises(UsageError, match="already approved"):
        approve_lookup(ask=LookupAsk.objects.get(), actor=story.people["officer_3"], ctx=story.ctx)
    opened = {"shown": "breach", "reason": "", "shown_text": "Somebody was called a muppet.", "audience": "400"}
    early.reads("comes first", assessor, "route", **opened)
    early.unfiled(assessor, "out-of-scope", code="policy_disagreement")
    story_room.to_assessed(story)
    with pytest.raises(UsageError, match="assessed already"):
        assess(case=story.case, item=Item.objects.get(), said=_nothing(), actor=assessor, ctx=story.ctx)
    early.reads("cannot be done yet", assessor, "investigate")
    story.press(assessor, "risk", risk="low")
    early.reads("cannot be done yet", assessor, "investigate")
    day = clock.now.date() - timedelta(days=3)
    alleged = {"conduct_on": "2019-01-01", "act": "wrote", "particulars": "x", "items": [Item.objects.get().id]}
    early.reads("was not in force on that day", assessor, "allege", clause=clauses_on(day)[0].id, **alleged)
    vote = {"choice": "go_on", "reason": "No.", "contact": "none", "contact_words": ""}
    early.unfiled(assessor, "dismiss", **vote)
    story_room.to_investigation(story)
    investigator = story.sits(CaseRole.INVESTIGATOR)
    story.press(investigator, "facts", facts="Wrote it twice.")
    charge = story.sits(CaseRole.CHARGE_ASSESSOR)
    prospect = {"decision": "case_to_answer", "reason": "It stands there.", "contact": "none"}
    early.reads("blind", charge, "prospect", **prospect)
    story.press(charge, "prospect-blind", decision="case_to_answer", reason="It stands there.")
    early.unfiled(charge, "prospect", **prospect)
    story.press(charge, "prospect", **prospect)
    early.reads("Nobody has searched", charge, "formal")
    story.press(charge, "search", place="thread", what="What it answered", found="nothing", result="Nothing before it.")
    story.press(charge, "formal")
    assert convene_due(story.ctx) == 0, "neither a reply nor a window that has passed"
    party = story.party("respondent")
    served = {"case": story.case.id, "clock": ClockId.REPLY, "party": party.id, "ctx": story.ctx}
    assert clocks.window_served(served=clock.now, **served)
    assert not clocks.window_served(served=clock.now, **served)
    more = {"party": party, "channel": "page", "actor": ActorId(party.id), "ctx": story.ctx}
    give_more_time(**more)
    with pytest.raises(UsageError, match="more time already"):
        give_more_time(**more)
    clock.move(days=30)
    clocks.apply_due(story.ctx)
    convene_due(story.ctx)
    for member in story.panel():
        story.press(member, "conflict", conflict="none")
    _hearing(story, early)


def _nothing() -> Assessed:
    return Assessed((), "none", ActType.WROTE, Route(ProvenanceClass.USER_STATEMENT))


def _hearing(story: Story, early: Impatient) -> None:
    chair, *others = story.panel()
    early.reads("too near", chair, "hearing", form="paper", on_day=story.clock.now.date().isoformat())
    day = first_day(story.case, story.ctx)
    story.press(chair, "hearing", form="paper", on_day=day.isoformat())
    early.reads("has not come yet", chair, "hearing")
    story.clock.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    story.press(chair, "hearing")
    row = Allegation.objects.get()
    votes = {f"vote_{row.id}": "proved", "contact": "none", "reason": ""}
    early.reads("have read them", chair, "vote", **votes)
    for member in (chair, *others):
        assert story.client(member).get(f"/cases/{story.case.id}/papers").status_code == 200
    story.clock.move(minutes=10)
    early.unfiled(chair, "vote", **votes)
    story.press(chair, "vote", **votes)
    early.reads("<h1", chair, "find", dissent="", **{f"reason_{row.id}": "So."})
    for member in others:
        story.press(member, "vote", **votes)
    early.unfiled(chair, "find", dissent="", **{f"reason_{row.id}": "It stands there."})
    story.press(chair, "find", dissent="", **{f"reason_{row.id}": "It stands there."})
    early.unfiled(others[0], "what-follows", rung="L1", contact="none")
    for member in (chair, *others):
        story.press(member, "what-follows", rung="L1", contact="none")
    early.reads("lies in the past", chair, "what-follows", reason="So.", ends_on="2020-01-01")
    early.unfiled(chair, "what-follows", reason="So.")
    story.press(chair, "what-follows", reason="It was deleted at once.")
    story_room.to_reasons(story)
    story.case.refresh_from_db()
    assert story.case.state in {"decided", "independent_review"}


@pytest.mark.slow
def test_where_nothing_was_proved_nothing_can_follow(
    room: Desk, clock: MovingClock, caplog: pytest.LogCaptureFixture
) -> None:
    story = begin(room, clock)
    for step in story_room.STEPS[:5]:
        step(story)
    story_room.to_findings(story, "not_proved")
    Impatient(story, caplog).reads("<h1", story.panel()[0], "what-follows", rung="L1", contact="none")
    assert not Outcome.objects.exists()


@pytest.mark.slow
def test_whoever_may_not_sit_reads_the_same_words(room: Desk) -> None:
    people = company(room.ctx)
    excluded, party, leader = people["officer_1"], people["officer_2"], people["officer_3"]
    today = room.ctx.now().date()
    with recording(actor=SYSTEM, ctx=room.ctx, purpose="test"):
        record_mandate(person=leader, office=Office.LEADER, begins=today, ends=None, actor=SYSTEM, ctx=room.ctx)
    case = received(room.ctx, excluded=(excluded,), account=party).cases[0]
    for person in (excluded, party, leader, people["keeper"]):
        with pytest.raises(UsageError, match="You cannot take this seat"):
            take(case=case, role=CaseRole.INTAKE, person=person, ctx=room.ctx)
    assert not Seat.objects.exists()


@pytest.mark.slow
def test_two_draws_at_once_take_two_secrets(room: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read the same next secret before either used it: the second draw begins again with the one after it."""
    company(room.ctx)
    first, second = (received(room.ctx).cases[0] for _ in range(2))
    stale: list[Nonce | None] = [Nonce.objects.order_by("made_at", "place").first()] * 2
    really = draws.next_promised
    monkeypatch.setattr(draws, "next_promised", lambda: stale.pop() if stale else really())
    for case in (first, second):
        assert len(seat_by_draw(case=case, role=CaseRole.ASSESSOR, ctx=room.ctx)) == 1
    assert stale == []
    assert Draw.objects.values("nonce_commitment").distinct().count() == 2


@pytest.mark.slow
def test_who_can_no_longer_sit_leaves_the_draw_as_it_was_and_another_is_drawn(
    room: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash left a committed draw; until it is made, whoever it will name has gone. The case does not stay stuck."""
    people = company(room.ctx)
    case = received(room.ctx).cases[0]
    with pytest.raises(KeyboardInterrupt), pytest.MonkeyPatch.context() as patch:
        patch.setattr(draws, "reveal", _crash)
        seat_by_draw(case=case, role=CaseRole.ASSESSOR, ctx=room.ctx)
    named: list[str] = []
    really = draws._sit

    def sit_and_note(*args: object) -> Seat:
        seat = really(*args)
        named.append(seat.person)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), pytest.MonkeyPatch.context() as patch:
        patch.setattr(draws, "_sit", sit_and_note)
        seat_by_draw(case=case, role=CaseRole.ASSESSOR, ctx=room.ctx)
    [gone] = named
    with recording(actor=SYSTEM, ctx=room.ctx, purpose="test"):
        end_role(grant=Grant.objects.get(person=gone).id, actor=SYSTEM, ctx=room.ctx)
    [seat] = seat_by_draw(case=case, role=CaseRole.ASSESSOR, ctx=room.ctx)
    assert seat.person != gone and seat.person in people.ids.values()
    assert [draws.check_draw(row) for row in Draw.objects.order_by("number")] == [(), ()]


def _crash(*_: object) -> bytes:
    raise KeyboardInterrupt


@pytest.mark.slow
def test_what_no_page_foresaw_is_words_for_the_person_and_a_line_for_the_operator(
    any_room: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    people = company(any_room.ctx)
    case = Case.objects.get(pk=received(any_room.ctx).cases[0])

    def wrong(*, case: Case, actor: ActorId, ctx: Context, **_: object) -> None:
        with recording(actor=SYSTEM, ctx=ctx, purpose="x"), connection.cursor() as cursor:
            cursor.execute("UPDATE cases_case SET number = 'x' WHERE id = %s", [case.id])

    def none(**_: object) -> None:
        return None

    monkeypatch.setattr(acknowledging, "take", none)
    monkeypatch.setattr(acknowledging, "acknowledge", wrong)
    client = signed_in(people["officer_1"])
    sent = {"pseudonym": "Ash", "revision": str(case.revision)}
    answer = client.post(f"/cases/{case.id}/acknowledge", sent)
    assert answer.status_code == 409
    assert "The record did not take this step. Nothing of yours was saved." in answer.content.decode()
    assert any("no page foresaw: INV-" in each.getMessage() for each in caplog.records)
    assert Case.objects.get(pk=case.id).number == case.number
