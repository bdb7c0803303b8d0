"""The random sample of posts without a lead: drawn fairly, sealed, asked about once, counted honestly."""

from __future__ import annotations

import itertools
from datetime import timedelta
from hashlib import sha256

import pytest
from tests.web.desk.desk_room import Room
from tests.web.desk.test_desk_finding import wrong_tables

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.desk.candidates import Candidate
from evenhand.web.desk.examples import miss_rate, next_sample
from evenhand.web.desk.feedback import label, report_missed
from evenhand.web.desk.models import Example, Label, Lead
from evenhand.web.desk.presenters.asked import miss_words, question
from evenhand.web.desk.sampling import Draw, forget_samples
from evenhand.web.desk.words import Act, Answer
from evenhand.web.record.models import LedgerEntry, SealedText


def leaves(kind: str) -> int:
    return sum(kind.encode() in bytes(data) for data in LedgerEntry.objects.values_list("data", flat=True))


def candidate(number: int) -> Candidate:
    return Candidate(
        f"x:{number}", "0" * 64, "a" * 32, Act.WROTE, f"post {number}", None, False, None, None, None, None
    )


def test_a_draw_is_the_smallest_lots_whatever_the_order() -> None:
    posts = [candidate(number) for number in range(300)]
    one, other = Draw("seed"), Draw("seed")
    for post in posts:
        one.offer(post)
    for post in reversed(posts):
        other.offer(post)
    expected = sorted(posts, key=lambda p: sha256(f"seed/{p.record_key}/{p.observation}".encode()).hexdigest())[:20]
    assert one.drawn() == other.drawn() == expected
    assert one.population == 300
    third = Draw("another seed")
    for post in posts:
        third.offer(post)
    assert third.drawn() != expected


def test_each_run_draws_twenty_of_what_was_read_and_made_no_lead(room: Room) -> None:
    room.find(*[f"a fine speech number {n}" for n in range(30)], "you idiot", "damn", "ok")
    assert Example.objects.count() == 20
    leads = set(Lead.objects.values_list("record_key", flat=True))
    assert not leads & set(Example.objects.values_list("record_key", flat=True))
    assert leaves("sample.drawn") == 1
    assert wrong_tables(room) == []
    room.find("one more fine speech")
    assert Example.objects.count() == 21
    assert leaves("sample.drawn") == 2


def test_a_second_that_ends_meanwhile_leaves_row_and_document_alike(room: Room) -> None:
    """The record says once when something was made, however long the sealing of the others lasts."""
    seconds = itertools.count()
    room.ctx = Context(now=lambda: room.clock[0] + timedelta(seconds=next(seconds)), random=room.ctx.random)
    room.find(*[f"a fine speech number {n}" for n in range(30)], "you idiot")
    report_missed(person=room.ana, text="you clown", kinds=["insult"], actor=room.officer, ctx=room.ctx)
    assert Example.objects.count() == 21
    assert wrong_tables(room) == []


def test_where_nothing_passed_nothing_is_drawn(room: Room) -> None:
    room.find("you idiot", "ok")
    assert not Example.objects.exists()
    assert leaves("sample.drawn") == 0


def test_an_answer_is_counted_once_and_the_interval_is_said(room: Room) -> None:
    room.find(*[f"a fine speech number {n}" for n in range(20)])
    assert miss_rate().waiting == 20
    assert "nothing is known" in miss_words(miss_rate())
    answers = [Answer.ABUSE, Answer.CANNOT_SAY, *[Answer.NOT_ABUSE] * 9]
    for answer in answers:
        asked = next_sample()
        assert asked is not None
        label(example=asked.id, answer=answer, actor=room.officer, ctx=room.ctx)
    rate = miss_rate()
    assert (rate.n, rate.missed, rate.cannot_say, rate.waiting) == (10, 1, 1, 9)
    assert rate.low is not None and rate.high is not None
    assert (round(rate.low, 3), round(rate.high, 3)) == (0.018, 0.404)
    assert "Of 10 posts" in miss_words(rate) and "1.8 to 40.4 %" in miss_words(rate)
    first = Label.objects.filter(answer="not_abuse").order_by("at", "id")[0]
    label(example=first.example, answer=Answer.ABUSE, actor=room.colleague, ctx=room.later(minutes=1))
    assert miss_rate().missed == 1
    assert wrong_tables(room) == []


def test_nobody_answers_twice_nor_for_what_is_not_there(room: Room) -> None:
    room.find("a fine speech")
    asked = next_sample()
    assert asked is not None
    label(example=asked.id, answer=Answer.NOT_ABUSE, actor=room.officer, ctx=room.ctx)
    with pytest.raises(UsageError, match="already answered"):
        label(example=asked.id, answer=Answer.ABUSE, actor=room.officer, ctx=room.ctx)
    with pytest.raises(UsageError, match="no such post"):
        label(example="f" * 32, answer=Answer.ABUSE, actor=room.officer, ctx=room.ctx)
    assert Label.objects.get().answer == "not_abuse"


def test_the_question_holds_the_words_and_nothing_else(room: Room) -> None:
    room.find("a fine speech")
    asked = next_sample()
    assert asked is not None
    card = question(asked, room.officer, "desk.sample", room.ctx)
    assert (card.text, card.title) == ("a fine speech", "Aimed at Councillor, ward 3")
    assert not any(b"fine speech" in bytes(c) for c in SealedText.objects.values_list("ciphertext", flat=True))


def test_words_go_after_thirty_days_and_the_count_stays(room: Room) -> None:
    room.find("a fine speech", "another fine speech")
    asked = next_sample()
    assert asked is not None
    label(example=asked.id, answer=Answer.NOT_ABUSE, actor=room.officer, ctx=room.ctx)
    label(example=asked.id, answer=Answer.NOT_ABUSE, actor=room.colleague, ctx=room.ctx)
    assert forget_samples(room.ctx) == 0
    room.clock[0] += timedelta(days=31)
    assert forget_samples(room.ctx) == 1  # two people labelled the other one: it is an example now
    assert forget_samples(room.ctx) == 0
    assert miss_rate().n == 1
    assert next_sample() is None
    assert wrong_tables(room) == []
