"""Two people at the same moment, a power cut in the middle of a step, and two hundred reports in one minute."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from tests.cast import signed_in, text_of, visitor
from tests.clock import MovingClock
from tests.databases import Desk
from tests.kill import Acknowledge, finished, killed_at
from tests.web.cases import story_room
from tests.web.cases.cases_room import company, received, seated
from tests.web.cases.story_room import Story, begin
from tests.web.proofs.proofs_room import received_code, reported

from evenhand.context import Context
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Case, Event, Finding, Seat, Submission
from evenhand.web.notices.models import Letter
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow

REPORTS = int(os.environ.get("EVENHAND_REPORTS", "40"))
THREADS = 8


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts in threads of their own that begin at the same moment, and return what each returned or raised."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[place] = act()
        except Exception as failure:  # noqa: BLE001 the caller looks at it
            results[place] = failure
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_officers_press_the_same_button_and_one_wins(any_room: Desk) -> None:
    people = company(any_room.ctx)
    case = Case.objects.get(pk=received(any_room.ctx).cases[0])
    first, second = signed_in(people["officer_1"]), signed_in(people["officer_2"])
    form = {"revision": str(case.revision), "pseudonym": "Ash"}
    got = at_once(*(lambda c=c: c.post(f"/cases/{case.id}/acknowledge", form) for c in (first, second)))
    statuses = sorted(answer.status_code for answer in got)
    lost = text_of(next(answer for answer in got if answer.status_code != 302))
    assert statuses[0] == 302, statuses
    assert statuses[1] in {404, 409} or "somebody else has taken this already" in lost, lost
    case.refresh_from_db()
    assert case.state == "acknowledged"
    assert Event.objects.filter(case=case, transition="T01").count() == 1
    assert Seat.objects.filter(case=case, role="intake", ends=None).count() == 1
    assert Letter.objects.filter(case_id=case.id, notice="N2").count() == 1
    assert verify(any_room.ctx).exit_code == 0


def test_one_officer_in_two_windows_and_the_second_is_told_clearly(any_room: Desk) -> None:
    people = company(any_room.ctx)
    case = Case.objects.get(pk=received(any_room.ctx).cases[0])
    client = signed_in(people["officer_1"])
    client.post(f"/cases/{case.id}/acknowledge", {"revision": str(case.revision), "pseudonym": "Ash"})
    case.refresh_from_db()
    windows = (client, signed_in(people["officer_1"]))
    form = {"revision": str(case.revision), "danger": "none"}
    got = at_once(*(lambda c=c: c.post(f"/cases/{case.id}/triage", form) for c in windows))
    assert sorted(answer.status_code for answer in got) == [302, 409], [text_of(a) for a in got]
    lost = next(answer for answer in got if answer.status_code == 409).content.decode()
    assert "moved" in lost and "othing of yours was saved" in lost
    assert Event.objects.filter(case=case, transition="T02").count() == 1
    assert verify(any_room.ctx).exit_code == 0


# --- kill -9 in the middle of a step ---

CUTS = ("after lock", "after record", "before commit", "after commit")


def _whole_or_nothing(desk: Desk, point: str, act: Callable[[], None], taken: Callable[[], bool]) -> None:
    """Cut the act at a point; afterwards the step stands with its record, or nothing does, and it can be taken."""

    def work(acknowledge: Acknowledge) -> None:
        act()
        acknowledge("taken")

    before = taken()
    said = killed_at(point, work)
    assert not before
    close_read_windows(desk.ctx)
    assert verify(desk.ctx).exit_code == 0, point
    if "taken" in said:
        assert taken(), point
    if not taken():
        assert finished(work) == ["taken"], point
    assert taken() and verify(desk.ctx).exit_code == 0, point


@pytest.fixture
def real_random(room: Desk) -> Desk:
    """Children are forks: with repeatable randomness two of them would draw the same ids."""
    return Desk(room.home, Context(now=room.ctx.now, random=secrets.token_bytes))


@pytest.mark.parametrize("point", CUTS)
def test_a_cut_while_a_report_is_acknowledged(real_random: Desk, point: str) -> None:
    from evenhand.web.cases.steps.acknowledge import acknowledge

    people = company(real_random.ctx)
    case_id = received(real_random.ctx).cases[0]
    seated(case_id, people["officer_1"], CaseRole.INTAKE, real_random.ctx)

    def act() -> None:
        case = Case.objects.select_related("submission").get(pk=case_id)
        acknowledge(case=case, actor=people["officer_1"], pseudonym="Ash", ctx=real_random.ctx)

    def taken() -> bool:
        stands = Case.objects.get(pk=case_id).state == "acknowledged"
        told = Letter.objects.filter(case_id=case_id, notice="N2").count()
        assert told == Event.objects.filter(transition="T01").count() == int(stands)
        return stands

    _whole_or_nothing(real_random, point, act, taken)


@pytest.mark.parametrize("point", ("after record", "before commit"))
def test_a_cut_while_an_investigation_begins(real_random: Desk, clock: MovingClock, point: str) -> None:
    """N3, N3c, the respondent's side and its code, the move: all or none."""
    from evenhand.web.cases.models import Party
    from evenhand.web.cases.steps.investigate.begin import begin as begin_investigation

    story = _at_the_brink(real_random, clock)
    assessor = story.sits(CaseRole.ASSESSOR)

    def act() -> None:
        case = Case.objects.select_related("submission").get(pk=story.case.id)
        begin_investigation(case=case, actor=assessor, ctx=real_random.ctx)

    def taken() -> bool:
        stands = Case.objects.get(pk=story.case.id).state == "under_investigation"
        told = Letter.objects.filter(case_id=story.case.id, notice__in=["N3", "N3c"]).count()
        assert told == 2 * int(stands)
        assert Event.objects.filter(transition="T06").count() == int(stands)
        return stands

    _whole_or_nothing(real_random, point, act, taken)
    assert Party.objects.filter(case=story.case, side="respondent").count() == 1


def _at_the_brink(desk: Desk, clock: MovingClock) -> Story:
    """Return a case in which the next press begins the investigation."""
    story = begin(desk, clock)
    story_room.to_assessor(story)
    story_room.to_assessed(story)
    real, story_press = story.press, []

    def all_but_the_last(person: str, slug: str, **fields: Any) -> Any:
        return story_press.append(slug) if slug == "investigate" else real(person, slug, **fields)

    story.press = all_but_the_last
    story_room.to_investigation(story)
    story.press = real
    return story


def test_a_cut_while_the_panel_writes_its_findings(real_random: Desk, clock: MovingClock) -> None:
    from evenhand.web.cases.models import Allegation
    from evenhand.web.cases.steps.panel.findings import find

    story = begin(real_random, clock)
    for step in story_room.STEPS[:5]:
        step(story)
    real = story.press
    story.press = lambda person, slug, **f: None if slug == "find" else real(person, slug, **f)
    story_room.to_findings(story)
    chair, allegation = story.panel()[0], Allegation.objects.get()

    def act() -> None:
        case = Case.objects.select_related("submission").get(pk=story.case.id)
        find(case=case, reasons={allegation.id: "The post stands there."}, dissent="", actor=chair, ctx=real_random.ctx)

    def taken() -> bool:
        stands = Case.objects.get(pk=story.case.id).state == "liability_decided"
        assert Finding.objects.count() == Event.objects.filter(transition="T11").count() == int(stands)
        return stands

    _whole_or_nothing(real_random, "after record", act, taken)


# --- two hundred in a minute ---


def test_reports_that_arrive_together_are_all_received(any_room: Desk, record_property: Any) -> None:
    """EVENHAND_REPORTS=200 is the size the issue names; each through all pages, from eight browsers at once."""
    share = REPORTS // THREADS

    def browser(place: int) -> list[str]:
        return [_receipt(place, number) for number in range(share)]

    began = time.perf_counter()
    got = at_once(*(lambda p=place: browser(p) for place in range(THREADS)))
    record_property("seconds", time.perf_counter() - began)
    assert not [failure for failure in got if isinstance(failure, Exception)], got
    codes = [code for part in got for code in part]
    assert len(set(codes)) == len(codes) == share * THREADS
    assert Submission.objects.count() == Case.objects.count() == len(codes)
    places = sorted(Case.objects.values_list("place_in_year", flat=True))
    assert places == list(range(1, len(codes) + 1)), "numbers without gaps"
    assert Counter(Letter.objects.filter(notice="N1").values_list("case_id", flat=True)).most_common(1)[0][1] == 1
    assert Letter.objects.filter(notice="N1").count() == len(codes)
    assert verify(any_room.ctx).exit_code == 0


def _receipt(place: int, number: int) -> str:
    page = reported(visitor(), where={"places": f"https://chirp.example/{place}/{number}"})
    assert page.status_code == 200, page.status_code
    return received_code(page)
