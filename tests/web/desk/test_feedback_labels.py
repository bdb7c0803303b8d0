"""Feedback: labels by two people become examples; no click changes a score; a refit takes two people (INV-53)."""

from __future__ import annotations

import pytest
from tests.kill import points
from tests.web.desk.desk_room import Room
from tests.web.desk.test_desk_finding import wrong_tables

from evenhand.categories import Category
from evenhand.errors import UsageError
from evenhand.screening import Screener
from evenhand.screening.local import LocalHead, LocalPackage, LocalScreener, save_local
from evenhand.web.desk import refits
from evenhand.web.desk.actions import put_aside, take_back
from evenhand.web.desk.examples import counts, labelled_examples, next_to_label
from evenhand.web.desk.feedback import label, report_missed
from evenhand.web.desk.models import Lead, LocalRefit
from evenhand.web.desk.words import Answer, Reason
from evenhand.web.record.models import LedgerEntry, SealedText


def leaves(kind: str) -> int:
    return sum(kind.encode() in bytes(data) for data in LedgerEntry.objects.values_list("data", flat=True))


@pytest.fixture
def lead(room: Room) -> str:
    room.find("you idiot")
    return str(Lead.objects.get().id)


def test_a_lead_put_aside_and_a_second_person_make_an_example(room: Room, lead: str) -> None:
    put_aside(lead=lead, reason=Reason.CRITICISM, actor=room.officer, ctx=room.ctx)
    assert next_to_label(room.colleague, room.ctx.now())[0] is None  # ten minutes for an undo
    room.later(minutes=11)
    assert next_to_label(room.officer, room.ctx.now()) == (None, 0)
    asked, waiting = next_to_label(room.colleague, room.ctx.now())
    assert asked is not None and (asked.id, waiting) == (lead, 1)
    assert labelled_examples(room.ctx) == []
    label(example=lead, answer=Answer.NOT_ABUSE, actor=room.colleague, ctx=room.ctx)
    (example,) = labelled_examples(room.ctx)
    assert (example.id, example.text, example.source) == (lead, "you idiot", "lead")
    assert example.heads[Category.ABUSE] is False
    assert example.by == tuple(sorted([room.officer, room.colleague]))
    assert next_to_label(room.colleague, room.ctx.now()) == (None, 0)
    assert wrong_tables(room) == []


def test_people_who_differ_make_no_example(room: Room, lead: str) -> None:
    put_aside(lead=lead, reason=Reason.CRITICISM, actor=room.officer, ctx=room.ctx)
    label(example=lead, answer=Answer.ABUSE, kinds=["insult"], actor=room.colleague, ctx=room.later(minutes=11))
    assert labelled_examples(room.ctx) == []
    assert (counts(room.ctx.now()).labelled, counts(room.ctx.now()).agreed) == (1, 0)


def test_who_put_a_lead_aside_cannot_be_the_second_person(room: Room, lead: str) -> None:
    put_aside(lead=lead, reason=Reason.CRITICISM, actor=room.officer, ctx=room.ctx)
    with pytest.raises(UsageError, match="somebody else has to give the second answer"):
        label(example=lead, answer=Answer.NOT_ABUSE, actor=room.officer, ctx=room.later(minutes=11))


def test_a_lead_that_waits_is_no_post_to_label(room: Room, lead: str) -> None:
    with pytest.raises(UsageError, match="no such post"):
        label(example=lead, answer=Answer.NOT_ABUSE, actor=room.colleague, ctx=room.ctx)
    put_aside(lead=lead, reason=Reason.CRITICISM, actor=room.officer, ctx=room.ctx)
    take_back(lead=lead, actor=room.officer, ctx=room.ctx)
    assert next_to_label(room.colleague, room.later(minutes=11).now()) == (None, 0)


def test_not_aimed_at_this_person_says_nothing_about_abuse(room: Room, lead: str) -> None:
    put_aside(lead=lead, reason=Reason.NOT_AIMED, actor=room.officer, ctx=room.ctx)
    assert next_to_label(room.colleague, room.later(minutes=11).now()) == (None, 0)
    assert counts(room.ctx.now()).labelled == 0


def test_missed_abuse_is_sealed_and_needs_a_second_person(room: Room) -> None:
    example = report_missed(person=room.ana, text="you clown", kinds=["insult"], actor=room.officer, ctx=room.ctx)
    assert not any(b"clown" in bytes(c) for c in SealedText.objects.values_list("ciphertext", flat=True))
    assert labelled_examples(room.ctx) == []
    label(example=example, answer=Answer.ABUSE, kinds=["insult"], actor=room.colleague, ctx=room.ctx)
    (found,) = labelled_examples(room.ctx)
    assert (found.text, found.heads[Category.INSULT], found.heads[Category.IDENTITY_ATTACK]) == (
        "you clown",
        True,
        False,
    )
    assert wrong_tables(room) == []
    for person, text in ((room.ana, "  "), ("f" * 32, "you clown"), (room.ana, "x" * 40_001)):
        with pytest.raises(UsageError, match="give the words"):
            report_missed(person=person, text=text, actor=room.officer, ctx=room.ctx)


def made(room: Room, base: Screener, *, threshold: float = 0.0001) -> str:
    """A package file that flags everything, as if a refit had been made."""
    heads = {Category.ABUSE: LocalHead(1.0, 0.0, threshold, {})}
    report = {"learnt_from": 9, "held_out": 3, "labellers": 2, "swaps": {"pairs": 60, "same": 1.0, "gap": 0.0},
              "checks": {}}  # fmt: skip
    package = LocalPackage(base.model_id, base.calibration_id, heads, report)
    save_local(package, refits.models_folder(room.desk.home))
    return package.id


@pytest.fixture(scope="module")
def base() -> Screener:
    return Screener(threads=1)


@pytest.mark.slow
def test_a_thousand_clicks_by_one_person_change_no_score(room: Room, base: Screener) -> None:
    clicks = points(short=250, nightly=1_000)
    texts = [f"you idiot number {n}" for n in range(clicks)]
    before = base.screen(texts[:20])
    for start in range(0, clicks, 250):
        room.find(*texts[start : start + 250])
    for lead in Lead.objects.values_list("id", flat=True):
        put_aside(lead=lead, reason=Reason.CRITICISM, actor=room.officer, ctx=room.ctx)
    room.later(minutes=11)
    assert counts(room.ctx.now()).labelled == clicks
    assert counts(room.ctx.now()).agreed == 0
    with pytest.raises(UsageError, match="no category has 20 examples"):
        refits.make_refit(room.desk.home, room.ctx, base=base)
    assert refits.packages(room.desk.home) == []
    assert refits.in_use(base, room.desk.home) is base
    assert refits.in_use(base, room.desk.home).screen(texts[:20]) == before


@pytest.mark.slow
def test_a_refit_is_in_use_only_after_a_second_person_and_until_somebody_ends_it(room: Room, base: Screener) -> None:
    home, package = room.desk.home, made(room, base)
    proposal = refits.propose(package=package, home=home, actor=room.officer, ctx=room.ctx)
    assert refits.in_use(base, home) is base
    with pytest.raises(UsageError, match="a second person has to"):
        refits.approve(proposal=proposal, home=home, actor=room.officer, ctx=room.ctx)
    with pytest.raises(UsageError, match="An officer or the case keeper"):
        refits.approve(proposal=proposal, home=home, actor="e" * 32, ctx=room.ctx)
    assert refits.in_use(base, home) is base
    refits.approve(proposal=proposal, home=home, actor=room.colleague, ctx=room.ctx)
    local = refits.in_use(base, home)
    assert isinstance(local, LocalScreener)
    assert local.screen(["The bus shelter is a fine idea."])[0].flags == (Category.ABUSE,)
    assert leaves("policy.changed") >= 2
    with pytest.raises(UsageError, match="proposed or in use already"):
        refits.propose(package=package, home=home, actor=room.officer, ctx=room.ctx)
    refits.end(use=proposal, actor=room.officer, ctx=room.ctx)
    assert refits.in_use(base, home) is base
    assert wrong_tables(room) == []


@pytest.mark.slow
def test_the_next_refit_ends_the_one_before(room: Room, base: Screener) -> None:
    home = room.desk.home
    for threshold in (0.0001, 0.9):
        package = made(room, base, threshold=threshold)
        proposal = refits.propose(package=package, home=home, actor=room.officer, ctx=room.ctx)
        refits.approve(proposal=proposal, home=home, actor=room.colleague, ctx=room.ctx)
    used = refits.refit_in_use()
    assert used is not None and used.package == package
    assert LocalRefit.objects.filter(ended_at=None).count() == 1
    assert wrong_tables(room) == []


@pytest.mark.slow
def test_a_file_changed_after_two_people_agreed_is_not_used(room: Room, base: Screener) -> None:
    home, package = room.desk.home, made(room, base)
    proposal = refits.propose(package=package, home=home, actor=room.officer, ctx=room.ctx)
    path = refits.models_folder(home) / f"{package}.json"
    whole = path.read_text()
    path.write_text(whole.replace('"labellers": 2', '"labellers": 9'))
    with pytest.raises(UsageError, match="has changed since"):
        refits.approve(proposal=proposal, home=home, actor=room.colleague, ctx=room.ctx)
    path.write_text(whole)
    refits.approve(proposal=proposal, home=home, actor=room.colleague, ctx=room.ctx)
    path.write_text(whole.replace('"labellers": 2', '"labellers": 9'))
    used = refits.refit_in_use()
    assert used is not None
    assert "not the one that two people agreed to" in refits.why_not(used, base, home)
    assert refits.in_use(base, home) is base
    path.unlink()
    assert refits.in_use(base, home) is base
