"""T13: some ends without a panel are checked from outside before anybody is told; then they are told, and close."""

from __future__ import annotations

import pytest
from tests.cast import text_of
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.cases import story_room
from tests.web.cases.story_room import Story, begin

from evenhand.procedure.clocks import ClockId
from evenhand.procedure.outcomes import ReviewCause
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.sampling import SampleOf, in_sample
from evenhand.web.cases import clocks, contacts
from evenhand.web.cases.contacts import Channel, Note, file_contact
from evenhand.web.cases.models import Case, Clock, Decision, Draw, Event, PoolMember, Review, Seat
from evenhand.web.cases.recusal import recuse
from evenhand.web.cases.steps.decide import checking, conclude, review
from evenhand.web.cases.steps.decide.closing import afterwards_due
from evenhand.web.notices.queries import letters_of
from evenhand.web.record.ids import ActorId
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample takes every case."""
    monkeypatch.setattr(checking, "SHARE", 1.0)


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample takes no case."""
    monkeypatch.setattr(checking, "SHARE", 0.0)


def told_of(story: Story, side: str = "complainant") -> list[str]:
    return [row.notice.value for row in letters_of(story.case.id, story.party(side).id)]


def out_of_scope(story: Story) -> None:
    story_room.to_assessor(story)
    story.press(story.sits(CaseRole.ASSESSOR), "out-of-scope", code="policy_disagreement")


def dismissed(story: Story) -> None:
    story_room.to_assessor(story)
    story_room.to_assessed(story, G12="fail/IRRELEVANT")
    for role in (CaseRole.ASSESSOR, CaseRole.SECOND_ASSESSOR):
        story.press(
            story.sits(role), "dismiss", choice="dismiss/irrelevant", reason=f"By the {role}.", contact="none",
            contact_words="",
        )  # fmt: skip


def no_case(story: Story) -> None:
    story_room.to_assessor(story)
    story_room.to_assessed(story)
    story_room.to_investigation(story)
    investigator = story.sits(CaseRole.INVESTIGATOR)
    story.press(investigator, "search", place="thread", what="The thread", found="nothing", result="Nothing.")
    story.press(investigator, "facts", facts="It was said about a decision.")
    charge = story.sits(CaseRole.CHARGE_ASSESSOR)
    story.press(charge, "prospect-blind", decision="no_case", reason="Harsh, not forbidden.")
    story.press(charge, "prospect", decision="no_case", reason="Harsh words about a decision.", contact="none")


ENDS = {"out_of_scope": out_of_scope, "dismissed_unfit": dismissed, "no_case": no_case}
SHOWN = {
    "out_of_scope": "a disagreement about politics",
    "dismissed_unfit": "By the second_assessor.",
    "no_case": "Harsh words about a decision.",
}


def check(story: Story, **said: str) -> None:
    reviewer = story.sits(CaseRole.REVIEWER)
    assert story.client(reviewer).get(f"/cases/{story.case.id}/review").status_code == 200
    story.clock.move(minutes=10)
    story.press(reviewer, "review", verdict="verified", reason="All five points.", contact="none", **said)


@pytest.mark.parametrize("end", sorted(ENDS))
def test_an_end_in_the_sample_is_checked_before_anybody_is_told(
    any_room: Desk, clock: MovingClock, everything: None, end: str
) -> None:
    story = begin(any_room, clock)
    ENDS[end](story)
    story.case.refresh_from_db()
    assert story.case.state == "independent_review"
    assert "N13" not in told_of(story)
    reviewer = story.sits(CaseRole.REVIEWER)
    assert (story.case.owner, story.case.owner_role) == (reviewer, "reviewer")
    assert story.case.due is not None and story.case.due > clock.now
    assert Review.objects.get().why == "sampled"
    page = text_of(story.client(reviewer).get(f"/cases/{story.case.id}/review"))
    assert SHOWN[end] in story.client(reviewer).get(f"/cases/{story.case.id}/review").content.decode(), page
    check(story)
    assert story.case.state == end
    assert told_of(story).count("N13") == 1
    steps = list(Event.objects.filter(case=story.case).order_by("-place").values_list("transition", "target")[:2])
    assert steps == [("T14", end), ("T13", "independent_review")]
    windows = Clock.objects.filter(case=story.case, name=ClockId.SCREENING_ASK.value)
    assert sorted(windows.values_list("ended_by", flat=True), key=str) == [None, "replaced"]
    party = story.party("complainant")
    clocks.window_served(
        case=story.case.id, clock=ClockId.SCREENING_ASK, party=party.id, served=clock.now, ctx=story.ctx
    )
    clock.move(days=60)
    afterwards_due(story.ctx)
    story.case.refresh_from_db()
    assert story.case.state == "closed", "an end that was checked reaches closed like any other"
    close_read_windows(story.ctx)
    assert verify(any_room.ctx).exit_code == 0


@pytest.mark.parametrize("end", sorted(ENDS))
def test_an_end_outside_the_sample_is_told_at_once(room: Desk, clock: MovingClock, nothing: None, end: str) -> None:
    story = begin(room, clock)
    ENDS[end](story)
    story.case.refresh_from_db()
    assert (story.case.state, told_of(story).count("N13")) == (end, 1)
    assert not Review.objects.exists()


def test_an_own_motion_is_always_checked_and_nobody_is_written_to(
    room: Desk, clock: MovingClock, nothing: None
) -> None:
    story = begin(room, clock, own_motion=True)
    out_of_scope(story)
    story.case.refresh_from_db()
    assert (story.case.state, Review.objects.get().why) == ("independent_review", "always")
    check(story)
    assert story.case.state == "out_of_scope"


def test_where_nobody_can_check_it_the_case_stays_with_its_owner(
    room: Desk, clock: MovingClock, everything: None
) -> None:
    story = begin(room, clock)
    PoolMember.objects.filter(kind="review").update(trained_until="2026-01-02")
    story_room.to_assessor(story)
    assessor = story.sits(CaseRole.ASSESSOR)
    sent = {"code": "policy_disagreement", "revision": str(story.case.revision)}
    answer = story.client(assessor).post(f"/cases/{story.case.id}/out-of-scope", sent)
    assert answer.status_code == 400
    assert "nobody can be drawn for it now" in answer.content.decode()
    story.case.refresh_from_db()
    assert (story.case.state, story.case.owner) == ("membership_check", assessor)
    assert story.case.due is not None
    PoolMember.objects.filter(kind="review").update(trained_until="2027-12-31")
    story.press(assessor, "out-of-scope", code="policy_disagreement")
    assert story.case.state == "independent_review"


def test_two_votes_that_nobody_could_check_are_carried_out_later(
    room: Desk, clock: MovingClock, everything: None
) -> None:
    story = begin(room, clock)
    PoolMember.objects.filter(kind="review").update(trained_until="2026-01-02")
    with pytest.raises(AssertionError, match="nobody can be drawn"):
        dismissed(story)
    story.case.refresh_from_db()
    assert story.case.state == "evidence_assessment"
    first = story.sits(CaseRole.ASSESSOR)
    assert "Both votes are in" in story.client(first).get(f"/cases/{story.case.id}/dismiss").content.decode()
    PoolMember.objects.filter(kind="review").update(trained_until="2027-12-31")
    story.press(first, "dismiss")
    assert story.case.state == "independent_review"


def test_a_vote_of_somebody_who_stepped_back_does_not_count(room: Desk, clock: MovingClock, nothing: None) -> None:
    """Two assessors who sit have to agree; the word of one who has gone is waited for anew."""
    story = begin(room, clock)
    story_room.to_assessor(story)
    story_room.to_assessed(story, G12="fail/IRRELEVANT")
    said = {"choice": "dismiss/irrelevant", "reason": "No.", "contact": "none", "contact_words": ""}
    first = story.sits(CaseRole.ASSESSOR)
    story.press(first, "dismiss", **said)
    recuse(case=story.case.id, actor=ActorId(first), ctx=story.ctx)
    story.press(story.sits(CaseRole.SECOND_ASSESSOR), "dismiss", **said)
    assert story.case.state == "evidence_assessment"
    assert story.sits(CaseRole.ASSESSOR) != first
    story.press(story.sits(CaseRole.ASSESSOR), "dismiss", **said)
    assert story.case.state == "dismissed_unfit"


def test_a_reviewer_who_cannot_verify_is_told_what_happens_and_nothing_goes_out(
    room: Desk, clock: MovingClock, everything: None
) -> None:
    story = begin(room, clock)
    out_of_scope(story)
    reviewer = story.sits(CaseRole.REVIEWER)
    clock.move(minutes=10)
    said = {"verdict": "not", "reason": "Not lawful.", "contact": "none", "revision": str(story.case.revision)}
    answer = story.client(reviewer).post(f"/cases/{story.case.id}/review", said)
    assert answer.status_code == 422
    assert "the page for that comes later" in answer.content.decode()
    story.case.refresh_from_db()
    assert (story.case.state, story.case.owner) == ("independent_review", reviewer)
    assert Review.objects.get().verdict is None


def test_the_sample_is_that_of_the_draw_that_seated_whoever_decides(room: Desk, clock: MovingClock) -> None:
    story = begin(room, clock)
    story_room.to_assessor(story)
    drawn = Draw.objects.get(case=story.case, purpose="assessor")
    for share in (0.05, 0.5, 1.0):
        checking_share = in_sample(SampleOf.REVIEW, bytes.fromhex(str(drawn.nonce)), story.case.id, share)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(checking, "SHARE", share)
            causes = checking.causes_of(story.case, decided_by=CaseRole.ASSESSOR)
        assert causes == ((ReviewCause.SAMPLE,) if checking_share else ())
    assert checking.SHARE == 0.05


def test_a_verdict_that_a_crash_left_alone_goes_out_with_the_next_minute(
    room: Desk, clock: MovingClock, everything: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = begin(room, clock)
    out_of_scope(story)
    monkeypatch.setattr(review, "conclude", lambda _case, _ctx: None)
    check(story)
    assert (story.case.state, Review.objects.get().verdict) == ("independent_review", "verified")
    assert conclude.conclude_due(story.ctx) == 1
    story.case.refresh_from_db()
    assert (story.case.state, told_of(story).count("N13")) == ("out_of_scope", 1)
    assert conclude.conclude_due(story.ctx) == 0


def test_a_contact_noted_while_the_reviewer_reads_is_counted_in_the_decision(
    room: Desk, clock: MovingClock, everything: None
) -> None:
    """The number in N7 is that of the day it goes out; it was a refusal by the database before."""
    story = begin(room, clock)
    for step in story_room.STEPS:
        step(story)
    story.case.refresh_from_db()
    assert story.case.state == "independent_review"
    chair = ActorId(story.panel()[0])
    note = Note(chair, "leader", Channel.TELEPHONE, clock.now, "Asked how it stands. I said nothing.")
    file_contact(case=story.case, note=note, actor=chair, ctx=story.ctx)
    check(story)
    assert story.case.state == "decided"
    assert Decision.objects.get().contacts == contacts.count_of(story.case.id) == 1
    assert "Outside contacts about this case: 1." in "\n".join(story.open_letters("respondent"))
    clock.move(minutes=30)
    close_read_windows(story.ctx)
    assert verify(room.ctx).exit_code == 0


def test_a_case_at_its_end_has_its_owner_and_clock_at_every_moment(
    room: Desk, clock: MovingClock, everything: None
) -> None:
    story = begin(room, clock)
    out_of_scope(story)
    row = Case.objects.get(pk=story.case.id)
    stage = Clock.objects.get(case=row, ended_at=None, stage=True)
    assert (stage.name, row.due) == (ClockId.REVIEW.value, stage.due)
    clock.move(days=40)
    clocks.apply_due(story.ctx)
    stage.refresh_from_db()
    assert stage.escalated_at is not None, "an overdue review is on the auditor's list"
    whole = Clock.objects.filter(case=row, name=ClockId.OVERALL_FIRST.value, ended_at=None)
    assert [clock.begins for clock in whole] == [row.received_at], "the whole case runs on from its receipt"
    check(story)
    assert not Clock.objects.filter(case=row, name=ClockId.OVERALL_FIRST.value, ended_at=None).exists()
    clock.move(days=100)
    clocks.apply_due(story.ctx)
    late = Clock.objects.filter(case=row, ended_at=None).exclude(escalated_at=None)
    assert not late.exists(), "what is decided is late no more, however long its windows run"
    assert Seat.objects.filter(case=row, role="reviewer", ends=None).count() == 1


def test_a_reviewer_who_steps_back_leaves_it_to_another(any_room: Desk, clock: MovingClock, everything: None) -> None:
    """The verdict is of whoever sits now; the case is never left with a reviewer who is gone."""
    story = begin(any_room, clock)
    out_of_scope(story)
    first = story.sits(CaseRole.REVIEWER)
    recuse(case=story.case.id, actor=ActorId(first), ctx=story.ctx)
    story.case.refresh_from_db()
    second = story.sits(CaseRole.REVIEWER)
    assert (story.case.owner, story.case.allocation_pending) == (second, False) and second != first
    check(story)
    assert story.case.state == "out_of_scope"
    said = Review.objects.exclude(verdict=None).get()
    assert (said.seat.person, said.why) == (second, "sampled")
    assert Review.objects.get(verdict=None).seat.person == first
