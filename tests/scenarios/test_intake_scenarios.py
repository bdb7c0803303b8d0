"""PROCEDURE §12.1, the scenarios of the first path, by the pages and the verbs behind them, named as in the list."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from tests.cast import signed_in, text_of, visitor
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.cases import story_room
from tests.web.cases.cases_room import company, later, received
from tests.web.cases.story_room import begin
from tests.web.proofs.proofs_room import reported

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases import clocks
from evenhand.web.cases.models import Allegation, Case, Clock, Event, Item, ItemAssessment, Party, Seat, Submission
from evenhand.web.notices.models import Letter
from evenhand.web.people.actions import record_mandate
from evenhand.web.people.roles import Office
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow

FRIDAY = datetime(2026, 3, 6, 18, tzinfo=UTC)
REPORTS, POSTS = (1_400, 38) if os.environ.get("EVENHAND_NIGHTLY") else (40, 4)


def test_danger_on_friday(room: Desk, clock: MovingClock) -> None:
    """A threat on Friday at 18:00: help on the page at once, first in every queue, a person within 24 hours."""
    people = company(room.ctx)
    clock.now = FRIDAY
    reported(visitor())
    receipt = reported(visitor(), begin="danger", danger={"explanation": "He says he waits at the gate."})
    html = receipt.content.decode()
    assert "What helps at once" in html and "A person is being told now." in html
    case = Case.objects.get(danger="flagged")
    due = Clock.objects.get(case=case, name="danger", ended_at=None).due
    assert due - FRIDAY <= timedelta(hours=24), "no weekend stands between a threat and a person"
    officer = signed_in(people["officer_1"])
    listed = officer.get("/cases").content.decode()
    other = Case.objects.exclude(pk=case.pk).get()
    assert listed.index(case.number) < listed.index(other.number)
    for slug, fields in (("acknowledge", {"pseudonym": "Ash"}), ("triage", {"danger": "card"})):
        case.refresh_from_db()
        sent = officer.post(f"/cases/{case.id}/{slug}", {"revision": str(case.revision)} | fields)
        assert sent.status_code == 302, slug
    assert Letter.objects.filter(case_id=case.id, notice="N19").count() == 1
    case.refresh_from_db()
    assert case.danger == "carded" and not Clock.objects.filter(case=case, name="danger", ended_at=None).exists()


def test_many_reports_of_few_items_are_few_assessments(room: Desk) -> None:
    """INV-49: each item is one row whoever names it; 1,400 submissions on 38 items are 38 things to assess."""
    for number in range(REPORTS):
        received(room.ctx, **{"items": (_said(number % POSTS),), "contact": f"{number}@quillhaven.example"})
    assert Submission.objects.count() == Case.objects.count() == REPORTS
    assert Item.objects.count() == POSTS
    assert verify(room.ctx).exit_code == 0


def _said(number: int) -> object:
    from evenhand.web.cases.receipt import SaidItem

    return SaidItem(f"chirp:{number}", f"https://chirp.example/{number}", text="You muppet")


def test_a_duplicate_is_joined_and_its_item_not_assessed_again(room: Desk, clock: MovingClock) -> None:
    story = begin(room, clock)
    story_room.to_assessor(story)
    story_room.to_assessed(story)
    second = Case.objects.get(pk=received(room.ctx).cases[0])
    # Whoever assessed the shared item counts as first assessor here as well, and may not take intake (INV-02).
    free = next(
        p for n, p in story.people.ids.items() if n.startswith("officer") and p != story.sits(CaseRole.ASSESSOR)
    )
    officer = story.client(free)
    for slug, fields in (
        ("acknowledge", {"pseudonym": "Birch"}), ("triage", {"danger": "none"}), ("join", {"into": story.case.id}),
    ):  # fmt: skip
        second.refresh_from_db()
        sent = officer.post(f"/cases/{second.id}/{slug}", {"revision": str(second.revision)} | fields)
        assert sent.status_code == 302, (slug, text_of(sent))
    second.refresh_from_db()
    assert (second.state, second.merged_into_id) == ("merged", story.case.id)
    assert ItemAssessment.objects.count() == Item.objects.count() == 1
    assert Party.objects.filter(case=second, side="complainant").exists(), "whoever is affected keeps their side"


def test_a_list_is_refused_for_what_is_never_done_in_bulk(room: Desk) -> None:
    """INV-31: no address takes several cases but the acknowledgement; posting a list elsewhere decides nothing."""
    people = company(room.ctx)
    cases = [received(room.ctx).cases[0] for _ in range(2)]
    officer = signed_in(people["officer_1"])
    for slug in ("out-of-scope", "dismiss", "formal", "find", "reasons"):
        sent = officer.post(f"/cases/{cases[0]}/{slug}", {"case": cases, "cases": cases, "revision": "1"})
        assert sent.status_code in {403, 404, 409}, slug
        assert officer.post(f"/cases/{','.join(cases)}/{slug}", {"revision": "1"}).status_code == 404
    assert Event.objects.count() == 2


def test_namesake(room: Desk, clock: MovingClock) -> None:
    """Matched by name and photo alone (G5 = D): not fit, and no allegation stands on it."""
    from evenhand.web.cases.steps.investigate.allege import support_of
    from evenhand.web.cases.steps.investigate.begin import begin as begin_investigation

    story = begin(room, clock)
    story_room.to_assessor(story)
    assessor = story.sits(CaseRole.ASSESSOR)
    story.press(assessor, "blind", shown="breach", reason="Name-calling, twice.")
    gates = {f"G{n}": "pass" for n in range(1, 15)} | {"G5": "unknown"}
    item = Item.objects.get()
    story.press(assessor, "items", item=item.id, link="D", act="wrote", seen="on", **gates)
    row = ItemAssessment.objects.get()
    assert row.author_link == "D" and row.fitness not in {"fit", "fit_limited"}
    story.press(
        assessor, "route", shown="breach", reason="", shown_text="Somebody was called a muppet.", audience="400"
    )
    try:
        story_room.to_investigation(story)
    except AssertionError as refused:
        assert "investigate" in str(refused)
    story.case.refresh_from_db()
    assert story.case.state == "evidence_assessment"
    assert not support_of(Allegation.objects.get()).supported
    assert (
        begin_investigation is not None
        and not Party.objects.filter(side="respondent", code_digest__isnull=False).exists()
    )


def test_unpublished_code(room: Desk, clock: MovingClock) -> None:
    """A rule that was published after the day of the conduct judges nothing (RULE_LATER)."""
    story = begin(room, clock)
    story_room.to_assessor(story)
    story_room.to_assessed(story)
    assessor = story.sits(CaseRole.ASSESSOR)
    from evenhand.codes import ActType
    from evenhand.web.rules.queries import clauses_on

    clause = next(each for each in clauses_on(clock.now.date()) if ActType.WROTE in each.most)
    early = "2001-01-01"
    story.case.refresh_from_db()
    sent = story.client(assessor).post(
        f"/cases/{story.case.id}/allege",
        {"revision": str(story.case.revision), "conduct_on": early, "clause": clause.id, "act": "wrote",
         "items": [Item.objects.get().id], "particulars": "On that day you wrote it."},
    )  # fmt: skip
    assert sent.status_code in {400, 422}, sent.status_code
    assert "not in force on that day" in sent.content.decode() or "Choose the rule" in sent.content.decode()
    assert not Allegation.objects.exists()


def test_leader_comments_on_draft(room: Desk, clock: MovingClock) -> None:
    """The leader opens the case: nothing. They ring the chair: the chair decides nothing until the note is filed."""
    from evenhand.web.cases.contacts import flag_contact

    story = begin(room, clock)
    for step in story_room.STEPS[:5]:
        step(story)
    leader = story.people["officer_5"]
    with recording(actor=SYSTEM, ctx=story.ctx, purpose="test"):
        since = clock.now.date() - timedelta(days=9)
        record_mandate(
            person=PersonId(leader), office=Office.LEADER, begins=since, ends=None, actor=SYSTEM, ctx=story.ctx
        )
    client = story.client(leader)
    for slug in ("", "/papers", "/vote", "/reasons"):
        answer = client.get(f"/cases/{story.case.id}{slug}")
        assert answer.status_code in {403, 404} and story.case.number not in answer.content.decode()
    assert client.get("/cases").status_code == 403
    chair = story.panel()[0]
    story.case.refresh_from_db()
    flag_contact(case=story.case, recipient=chair, actor=SYSTEM, ctx=story.ctx)
    from evenhand.web.cases.steps.panel.hearing import first_day

    story.case.refresh_from_db()
    form = {
        "revision": str(story.case.revision),
        "form": "paper",
        "on_day": first_day(story.case, story.ctx).isoformat(),
    }
    refused = story.client(chair).post(f"/cases/{story.case.id}/hearing", form)
    announced = refused.status_code == 302
    if announced:  # announcing a day decides nothing; opening the hearing does
        day = first_day(story.case, story.ctx)
        clock.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        story.case.refresh_from_db()
        refused = story.client(chair).post(f"/cases/{story.case.id}/hearing", {"revision": str(story.case.revision)})
    assert refused.status_code == 409, refused.status_code
    assert "note" in text_of(refused)
    note = {"category": "leader", "channel": "telephone", "when": "", "text": "Asked how it stands. I said nothing."}
    story.press(chair, "contact", **note)
    story.case.refresh_from_db()
    again = story.client(chair).post(f"/cases/{story.case.id}/hearing", form | {"revision": str(story.case.revision)})
    assert again.status_code != 409 or "note" not in text_of(again)


def test_recusal_unapproved(room: Desk) -> None:
    """Nobody is asked: the press ends the seat at once and for good, and the case has an owner."""
    people = company(room.ctx)
    case = Case.objects.get(pk=received(room.ctx).cases[0])
    officer = signed_in(people["officer_1"])
    officer.post(f"/cases/{case.id}/acknowledge", {"revision": str(case.revision), "pseudonym": "Ash"})
    case.refresh_from_db()
    assert officer.post(f"/cases/{case.id}/recuse", {"revision": str(case.revision)}).status_code == 302
    assert officer.get(f"/cases/{case.id}").status_code == 404
    assert officer.post(f"/cases/{case.id}/triage", {"danger": "none"}).status_code == 404
    assert case.number not in officer.get("/cases").content.decode()
    case.refresh_from_db()
    assert case.owner_role is not None and case.due is not None
    assert Seat.objects.get(case=case, person=people["officer_1"]).end_reason == "recused"


def test_blind_reader_not_blind(room: Desk, clock: MovingClock) -> None:
    """Who read the open file as A1 never sits as A3: not by a draw, and not by SQL."""
    from django.db import DatabaseError, connection, transaction

    story = begin(room, clock)
    story_room.to_assessor(story)
    story_room.to_assessed(story)
    story_room.to_investigation(story)
    assessor = story.sits(CaseRole.ASSESSOR)
    assert assessor != story.sits(CaseRole.INVESTIGATOR)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_seat (id, case_id, person, role, role_set, chair, begins) VALUES (%s,%s,%s,%s,%s,%s,%s)",
            ["e" * 32, story.case.id, assessor, "charge_assessor", "merits", False, "2026-03-02 09:00:00"],
        )


def test_bounced_notice(room: Desk, clock: MovingClock) -> None:
    """The formal allegations came back: no time runs, the panel is not drawn, and it stands on the list to post."""
    from evenhand.web.cases.steps.panel.convene import convene_due
    from evenhand.web.cases.steps.service import clocks_of_served_letters

    story = begin(room, clock)
    for step in story_room.STEPS[:4]:
        step(story)
    assert story.case.state == "reply_window"
    clock.move(days=15)
    for _ in range(2):
        clocks_of_served_letters(story.ctx)
        clocks.apply_due(story.ctx)
        convene_due(story.ctx)
    story.case.refresh_from_db()
    respondent = story.party("respondent")
    assert story.case.state == "reply_window", "nobody is judged on a letter that did not arrive"
    assert not Seat.objects.filter(case=story.case, role="panel").exists()
    waiting = clocks.window(story.case, clocks.ClockId.REPLY, respondent.id)
    assert waiting is None or waiting.due is None or not clocks.is_over(waiting, story.ctx.now())


def test_a_late_note_is_filed_and_counted_after_all(room: Desk) -> None:
    """A contact noted three days afterwards is on record with both moments; nothing is edited."""
    from evenhand.web.cases.contacts import Channel, Note, count_of, file_contact

    people = company(room.ctx)
    case = Case.objects.get(pk=received(room.ctx).cases[0])
    officer = signed_in(people["officer_1"])
    officer.post(f"/cases/{case.id}/acknowledge", {"revision": str(case.revision), "pseudonym": "Ash"})
    case.refresh_from_db()
    afterwards = later(room.ctx, days=3)
    note = Note(people["officer_1"], "press", Channel.TELEPHONE, room.ctx.now(), "Asked who complained.")
    file_contact(case=case, note=note, actor=people["officer_1"], ctx=afterwards)
    assert count_of(case.id) == 1
    from evenhand.web.cases.models import Contact

    row = Contact.objects.get(case=case)
    assert row.happened_at == room.ctx.now() and row.filed_at == afterwards.now()
