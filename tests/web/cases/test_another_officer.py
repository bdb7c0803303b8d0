"""Whoever looked at an item first takes no second part in it: another officer takes the next report that names it."""

from __future__ import annotations

import pytest
from tests.web.cases import story_room
from tests.web.cases.cases_room import received
from tests.web.cases.story_room import Story

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Case, Item, Seat
from evenhand.web.cases.owners import free_officers
from evenhand.web.cases.recusal import recuse
from evenhand.web.cases.refusals import Refused
from evenhand.web.cases.seats import end, take
from evenhand.web.cases.steps.assess.items import assess
from evenhand.web.office.bulk import open_each
from evenhand.web.record.ids import ActorId

pytestmark = pytest.mark.slow
WORDS = "Another officer must take this one"


@pytest.fixture
def story(story: Story) -> Story:
    """A case whose assessor has been drawn and has assessed nothing yet."""
    story_room.to_assessor(story)
    return story


def second_report(story: Story) -> Case:
    """Somebody else reports the same post."""
    return Case.objects.get(pk=received(story.ctx, contact="you@quillhaven.example").cases[0])


def test_who_assessed_an_item_reads_why_not_and_a_colleague_takes_it(story: Story) -> None:
    assessor = story.sits(CaseRole.ASSESSOR)
    story_room.to_assessed(story)
    case = second_report(story)
    client = story.client(assessor)
    assert WORDS in client.get(f"/cases/{case.id}").content.decode()
    there = f"/cases/{case.id}/acknowledge"
    for answer in (client.get(there), client.post(there, {"pseudonym": "Ash", "revision": str(case.revision)})):
        assert answer.status_code == 409
        assert WORDS in answer.content.decode()
        assert "list of your colleagues" in answer.content.decode()
    with pytest.raises(Refused, match=WORDS):
        take(case=case.id, role=CaseRole.INTAKE, person=assessor, ctx=story.ctx)
    assert not Seat.objects.filter(case=case).exists()
    colleague = next(p for n in range(1, 6) if (p := story.people[f"officer_{n}"]) != assessor)
    other = story.client(colleague)
    assert case.number in other.get("/cases").content.decode(), "it stays in the others' list"
    assert other.post(there, {"pseudonym": "Ash", "revision": str(case.revision)}).status_code == 302
    assert Seat.objects.get(case=case).person == colleague


def test_opening_many_names_the_one_another_officer_must_take(story: Story) -> None:
    assessor = ActorId(story.sits(CaseRole.ASSESSOR))
    story_room.to_assessed(story)
    case = second_report(story)
    outcome = open_each(cases=[case], pseudonym="Ash", actor=assessor, ctx=story.ctx)
    assert outcome.done == []
    [(number, why)] = outcome.failed
    assert number == case.number and WORDS in why


def test_nor_does_who_is_about_to_assess_it(story: Story) -> None:
    """The mirror: intake of the second report first would have barred them from assessing the item in the first."""
    assessor = story.sits(CaseRole.ASSESSOR)
    case = second_report(story)
    assert story.client(assessor).get(f"/cases/{case.id}/acknowledge").status_code == 409
    story_room.to_assessed(story)  # and the item is assessed after all


def test_who_could_not_be_first_assessor_is_told_to_step_back(story: Story) -> None:
    """Where a second part came about nevertheless, assessing the item is refused in words, not by the database."""
    assessor = ActorId(story.sits(CaseRole.ASSESSOR))
    story.press(assessor, "blind", shown="breach", reason="Name-calling.")
    case = second_report(story)
    other = story.people["officer_5"] if story.people["officer_5"] != assessor else story.people["officer_4"]
    take(case=case.id, role=CaseRole.INTAKE, person=other, ctx=story.ctx)
    from tests.web.record.tampering import as_administrator

    as_administrator("UPDATE cases_seat SET person = %s WHERE case_id = %s", [assessor, case.id])
    with pytest.raises(Refused, match="another part"):
        assess(case=story.case, item=Item.objects.get(), said=_said(), actor=assessor, ctx=story.ctx)


def _said() -> object:
    from evenhand.codes import ActType
    from evenhand.evidence.gates import Answer, AuthorLink, Gate, GateResult
    from evenhand.evidence.grades import ProvenanceClass, Route
    from evenhand.web.cases.steps.assess.items import Assessed

    results = tuple(GateResult(g, Answer.PASS, link=AuthorLink.B if g is Gate.G5 else None) for g in Gate)
    return Assessed(results, "B", ActType.WROTE, Route(ProvenanceClass.USER_STATEMENT))


def test_a_seat_is_not_taken_twice_in_one_case(story: Story) -> None:
    """A seat ended for illness leaves the case with a colleague; coming back to it is refused in words."""
    case = Case.objects.get(pk=received(story.ctx, items=()).cases[0])
    ill, keeper, colleague = story.people["officer_1"], story.people["keeper"], story.people["officer_2"]
    seat = take(case=case.id, role=CaseRole.INTAKE, person=ill, ctx=story.ctx)
    end(seat=seat.id, reason="illness", approver=keeper, actor=colleague, ctx=story.ctx)
    with pytest.raises(Refused, match=WORDS):
        take(case=case.id, role=CaseRole.INTAKE, person=ill, ctx=story.ctx)
    take(case=case.id, role=CaseRole.INTAKE, person=colleague, ctx=story.ctx)


def test_where_no_officer_is_left_the_case_keeper_has_it(story: Story) -> None:
    """Whoever assessed an item of it is not counted among those who could take it from the list."""
    assessor = story.sits(CaseRole.ASSESSOR)
    story_room.to_assessed(story)
    case = second_report(story)
    assert assessor not in free_officers(case, story.ctx.now())
    others = [story.people[f"officer_{n}"] for n in range(1, 6) if story.people[f"officer_{n}"] != assessor]
    for officer in others:
        take(case=case.id, role=CaseRole.INTAKE, person=officer, ctx=story.ctx)
        recuse(case=case.id, actor=officer, ctx=story.ctx)
    case.refresh_from_db()
    assert (case.owner_role, case.allocation_pending) == ("case_keeper", True)
