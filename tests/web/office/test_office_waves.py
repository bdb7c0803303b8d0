"""Wave files: a folder of posts, never a case; numbers without names; the person concerned is invited by a person."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import signed_in, text_of
from tests.databases import Desk
from tests.web.desk.desk_room import POSTED, Room, evening

from evenhand.errors import UsageError
from evenhand.web.cases.models import Case
from evenhand.web.desk.models import Lead
from evenhand.web.office.models import Wave, WaveItem, WaveSaid
from evenhand.web.office.waves import by_hour, few_wrote, figures_of, file_wave, invite, slowing_since
from evenhand.web.people.actions import create_person, grant_role
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)


@pytest.fixture
def wave_room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Room:
    return evening(desk, monkeypatch)


def test_a_wave_file_is_a_folder_and_never_a_case(wave_room: Room) -> None:
    officer = signed_in(wave_room.officer)
    form = {"target": wave_room.ana, "begins": "2026-03-01T22:00", "ends": "2026-03-01T23:00"}
    answer = officer.post("/desk/waves", form)
    assert answer.status_code == 302
    wave = Wave.objects.get()
    assert answer["Location"] == f"/desk/waves/{wave.id}"
    assert WaveItem.objects.filter(wave=wave).count() == 3 == Lead.objects.count()
    assert not Case.objects.exists()
    assert set(Lead.objects.values_list("status", flat=True)) == {"waiting"}, "nothing follows from it"
    page = text_of(officer.get(f"/desk/waves/{wave.id}"))
    assert "Wave file: Councillor, ward 3" in page and "3 posts were pointed out." in page
    assert "We could not read 1 of 5 posts" in page
    assert "Not known. People are looked up one by one" in page
    for leaked in ("idiot", "find you", "someone", "Some One"):
        assert leaked not in page
    assert "Councillor, ward 3" in text_of(officer.get("/desk/waves"))
    assert verify(wave_room.ctx).exit_code == 0


def test_the_person_is_invited_once_by_a_person(wave_room: Room) -> None:
    ends = POSTED + HOUR
    wave = Wave.objects.get(
        pk=file_wave(target=wave_room.ana, begins=POSTED - HOUR, ends=ends, actor=wave_room.officer, ctx=wave_room.ctx)
    )
    officer = signed_in(wave_room.officer)
    assert officer.post(f"/desk/waves/{wave.id}", {"sent_by": ""}).status_code == 422
    assert officer.post(f"/desk/waves/{wave.id}", {"sent_by": "Ash"}).status_code == 302
    assert "They were invited on" in text_of(officer.get(f"/desk/waves/{wave.id}"))
    with pytest.raises(UsageError, match="invited already"):
        invite(wave=wave, sent_by="Ash", actor=wave_room.officer, ctx=wave_room.ctx)
    assert not Case.objects.exists()
    assert verify(wave_room.ctx).exit_code == 0


def test_the_person_themselves_sees_numbers_and_no_word(wave_room: Room) -> None:
    person = create_person(username="ana", password="pw", ctx=wave_room.ctx).pk
    mine = signed_in(person)
    ends = POSTED + HOUR
    wave = file_wave(target=wave_room.ana, begins=POSTED - HOUR, ends=ends, actor=wave_room.officer, ctx=wave_room.ctx)
    officer = signed_in(wave_room.officer)
    assert mine.get("/my").status_code == 404
    assert officer.post(f"/desk/waves/{wave}", {"username": "ana"}).status_code == 400, "no account of that kind"
    grant_role(person=PersonId(person), role=Role.PROTECTED, actor=SYSTEM, ctx=wave_room.ctx)
    assert officer.post(f"/desk/waves/{wave}", {"username": "Ana"}).status_code == 302
    officer.post(f"/desk/waves/{wave}", {"sent_by": "Ash"})
    wave_room.later(minutes=5)
    page = text_of(mine.get("/my"))
    assert "3 posts may be abuse." in page and "2 accounts wrote 67 %." in page
    assert "1 of them may be a threat or name a private place. We look at it first." in page
    assert "could not be read" in page
    for never in ("idiot", "find you", "safe", "no threats", "someone"):
        assert never not in page.lower()
    letter = WaveSaid.objects.get().letter
    shown = mine.get(f"/my/letters/{letter}")
    assert shown.status_code == 200 and "3 posts aimed at you" in shown.content.decode()
    assert mine.get(f"/my/letters/{'f' * 32}").status_code == 404
    assert officer.get("/my").status_code == 404
    assert verify(wave_room.ctx).exit_code == 0


@pytest.mark.parametrize(("begins", "ends"), [(0, 0), (1, 0), (-24, -23), (-24 * 40, 1)])
def test_no_wave_of_nothing_backwards_or_without_end(wave_room: Room, begins: int, ends: int) -> None:
    with pytest.raises(UsageError):
        file_wave(
            target=wave_room.ana, begins=POSTED + begins * HOUR, ends=POSTED + ends * HOUR, actor=wave_room.officer,
            ctx=wave_room.ctx,
        )  # fmt: skip
    assert not Wave.objects.exists()


def test_authors_are_counted_and_never_named(wave_room: Room) -> None:
    wave = file_wave(
        target=wave_room.ana, begins=POSTED - HOUR, ends=POSTED + HOUR, actor=wave_room.officer, ctx=wave_room.ctx
    )
    figures = figures_of(Wave.objects.get(pk=wave))
    assert (figures.posts, figures.accounts, figures.danger) == (3, 3, 1)
    assert (figures.few, figures.share) == (2, 67)
    assert figures.peak == POSTED.replace(minute=0)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=40).map(lambda n: sorted(n, reverse=True)))
def test_the_fewest_authors_that_wrote_two_fifths(posts: list[int]) -> None:
    few, share = few_wrote(posts)
    assert sum(posts[:few]) >= 0.4 * sum(posts) > sum(posts[: few - 1])
    assert share == round(100 * sum(posts[:few]) / sum(posts))


@given(st.lists(st.integers(0, 100), min_size=1, max_size=60))
def test_hours_have_no_gap_and_lose_no_post(offsets: list[int]) -> None:
    start = datetime(2026, 3, 1, 22, 15, tzinfo=UTC)
    hours = by_hour([start + timedelta(minutes=17 * offset) for offset in offsets])
    assert sum(number for _at, number in hours) == len(offsets)
    assert all(later[0] - earlier[0] == HOUR for earlier, later in itertools.pairwise(hours))
    since = slowing_since(hours)
    peak = max(number for _at, number in hours)
    assert since is None or all(number < peak for at, number in hours if at >= since)
    assert (since is None) == (hours[-1][1] == peak)
