"""The order of the leads: danger first, and nobody is pushed back by a flood about somebody else (INV-50)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.web.desk.policy import (
    TURN,
    UNDO_WITHIN,
    Standing,
    Waiting,
    band_of,
    lead_categories,
    must_be_undoable,
    must_wait,
    ranked,
)
from evenhand.web.desk.words import Band, Status

START = datetime(2026, 3, 2, tzinfo=UTC)


def lead(
    name: str, target: str, *, source: str = "", band: Band = Band.DANGER, score: int = 800, minute: int = 0
) -> Waiting:
    return Waiting(name, target, source or f"author of {name}", band, score, START + timedelta(minutes=minute))


@st.composite
def queues(draw: st.DrawFn) -> list[Waiting]:
    """A queue over five persons and eight authors, in any order."""
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from("ABCDE"),
                st.sampled_from([f"s{n}" for n in range(8)]),
                st.sampled_from(list(Band)),
                st.integers(500, 1000),
                st.integers(0, 10_000),
            ),
            max_size=40,
        )
    )
    return [
        lead(f"{n:03}", target, source=source, band=band, score=score, minute=minute)
        for n, (target, source, band, score, minute) in enumerate(rows)
    ]


def flood(
    size: int, target: Callable[[int], str], source: Callable[[int], str], band: Band, minute: int
) -> list[Waiting]:
    return [lead(f"flood{n}", target(n), source=source(n), band=band, score=1000, minute=minute) for n in range(size)]


def places(queue: list[Waiting]) -> dict[str, int]:
    return {one.id: place for place, one in enumerate(ranked(queue))}


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(queues(), st.sampled_from(list(Band)), st.integers(-500, 20_000))
def test_a_flood_about_one_person_moves_nobody_elses_lead_back(queue: list[Waiting], band: Band, minute: int) -> None:
    subject = "A"
    before = places(queue)
    after = places(queue + flood(500, lambda _: subject, lambda n: f"new{n}", band, minute))
    for one in queue:
        # 40 leads over five persons: nobody else can have as many waiting as the flooded person.
        if one.target != subject and one.band is Band.DANGER and in_first_turn(one, queue):
            assert after[one.id] <= before[one.id]


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(queues(), st.sampled_from(list(Band)), st.integers(-500, 20_000), st.sampled_from([1, 5]))
def test_a_flood_by_one_author_moves_nobody_elses_lead_back(
    queue: list[Waiting], band: Band, minute: int, targets: int
) -> None:
    before = places(queue)
    after = places(queue + flood(500, lambda n: "ABCDE"[n % targets], lambda _: "flooder", band, minute))
    for one in queue:
        if one.band is Band.DANGER and in_first_turn(one, queue):
            assert after[one.id] <= before[one.id]


def in_first_turn(one: Waiting, queue: list[Waiting]) -> bool:
    """Whether neither its person nor its author has more than a turn's worth in the band."""
    band = [other for other in queue if other.band is one.band]
    return (
        sum(other.target == one.target for other in band) <= TURN
        and sum(other.source == one.source for other in band) <= TURN
    )


@given(queues(), st.randoms(use_true_random=False))
def test_the_order_depends_on_the_set_alone(queue: list[Waiting], random: object) -> None:
    shuffled = list(queue)
    random.shuffle(shuffled)
    assert ranked(shuffled) == ranked(queue)
    assert sorted(one.id for one in ranked(queue)) == sorted(one.id for one in queue)


@given(queues())
def test_danger_comes_before_everything(queue: list[Waiting]) -> None:
    bands = [one.band for one in ranked(queue)]
    assert bands == sorted(bands)


def test_nobody_gets_a_second_turn_before_everybody_had_a_first() -> None:
    queue = flood(30, lambda n: "A", lambda n: f"a{n}", Band.DANGER, minute=0)
    queue += [lead(f"b{n:02}", "B", score=600, minute=n) for n in range(12)]
    order = "".join(one.target for one in ranked(queue))
    assert order == "B" * TURN + "A" * TURN + "B" * 2 + "A" * 20


def test_500_threats_about_one_person_leave_anothers_first() -> None:
    queue = flood(500, lambda _: "A", lambda n: f"s{n}", Band.DANGER, minute=0)
    queue.append(lead("late", "B", score=501, minute=9_999))
    assert ranked(queue)[0].id == "late"


def test_inside_a_turn_the_likelier_then_the_older_comes_first() -> None:
    queue = [
        lead("young", "A", score=900, minute=9),
        lead("unlikely", "A", score=600, minute=1),
        lead("old", "A", score=900, minute=2),
    ]
    assert [one.id for one in ranked(queue)] == ["old", "young", "unlikely"]


@pytest.mark.parametrize(
    ("flags", "kept"),
    [
        ([], ()),
        (["profanity"], ()),
        (["incivility", "profanity"], ()),
        (["abuse", "profanity"], ("abuse",)),
        (["abuse", "threat", "insult"], ("threat", "insult", "abuse")),
    ],
)
def test_tone_alone_is_no_lead(flags: list[str], kept: tuple[str, ...]) -> None:
    assert lead_categories(flags) == kept


@pytest.mark.parametrize(
    ("categories", "aim", "frame", "band"),
    [
        (("threat",), "none", "quoted", Band.DANGER),
        (("doxxing",), "addressee", "asserted", Band.DANGER),
        (("insult",), "addressee", "asserted", Band.AFFECTED),
        (("insult",), "addressee", "quoted", Band.OTHER),
        (("insult",), "group", "asserted", Band.OTHER),
    ],
)
def test_bands(categories: tuple[str, ...], aim: str, frame: str, band: Band) -> None:
    assert band_of(categories, aim=aim, frame=frame) is band


def test_a_lead_is_put_aside_once() -> None:
    must_wait(Standing(Status.WAITING, None, None))
    with pytest.raises(UsageError, match="already been put aside"):
        must_wait(Standing(Status.DROPPED, "me", START))


@pytest.mark.parametrize(
    ("standing", "actor", "later", "words"),
    [
        (Standing(Status.WAITING, None, None), "me", timedelta(0), "nothing to undo"),
        (Standing(Status.DROPPED, "you", START), "me", timedelta(0), "Somebody else"),
        (Standing(Status.DROPPED, "me", START), "me", UNDO_WITHIN + timedelta(seconds=1), "are over"),
    ],
)
def test_an_undo_is_refused_in_words(standing: Standing, actor: str, later: timedelta, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        must_be_undoable(standing, actor=actor, now=START + later)


def test_an_undo_in_time_by_the_same_officer_is_fair() -> None:
    must_be_undoable(Standing(Status.DROPPED, "me", START), actor="me", now=START + UNDO_WITHIN)
