"""T-KILL and T-CONC: nothing acknowledged is lost, nothing half is left, whoever writes at the same time."""

from __future__ import annotations

import random
import secrets
import time
from contextlib import suppress

import pytest
from tests.databases import Desk
from tests.kill import (
    FAIL_POINTS,
    Acknowledge,
    Work,
    finished,
    killed_after,
    killed_at,
    points,
    random_delays,
    together,
)

from evenhand.context import Context
from evenhand.web.record.checkpoints import make_checkpoint
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId
from evenhand.web.record.keys import create_key
from evenhand.web.record.models import KeySeat, LedgerEntry, Record, SealedText
from evenhand.web.record.sealed import open_texts, seal_text
from evenhand.web.record.seats import grant_seat
from evenhand.web.record.sweeping import GRACE, sweep_keys
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow


def real_randomness(desk: Desk) -> Context:
    """Forked children must not draw the same bytes."""
    return Context(now=desk.ctx.now, random=secrets.token_bytes)


def record_for_ever(ctx: Context, rounds: int = 10_000) -> Work:
    """Return work that records units of three kinds of rows, acknowledging each after its commit.

    Between them it reads a text (a row of the read log) and now and then signs a checkpoint.
    """

    def work(acknowledge: Acknowledge) -> None:
        for number in range(rounds):
            with recording(actor=SYSTEM, ctx=ctx, purpose="kill test") as r:
                text = seal_text(r, key=ORGANISATION, field="lead.snapshot", text="You muppet")
                grant_seat(r, key=ORGANISATION, actor=ActorId(ctx.new_id()), role="officer", since=ctx.now())
                document = r.add(type="lead.disposed", key=ORGANISATION, body={})
            acknowledge(f"{document} {r.acknowledged[0].index}")
            open_texts([text], actor=SYSTEM, purpose="kill test", ctx=ctx)
            if number % 3 == 2:
                make_checkpoint(ctx)

    return work


def holds(desk: Desk, acknowledged: list[str]) -> None:
    stored = {record.id: record.seq for record in Record.objects.all()}
    for line in acknowledged:
        document, index = line.split()
        assert stored.get(document) == int(index), "an acknowledged leaf was lost"
    assert len(stored) == SealedText.objects.count() == KeySeat.objects.count(), "half a unit was left"
    assert LedgerEntry.objects.count() == len(stored) + 2
    # A log that grew past its checkpoint is not `failed`; anything that contradicts is.
    assert [finding for finding in verify(desk.ctx).findings if finding.verdict == "failed"] == []


@pytest.mark.parametrize("point", [point for point in FAIL_POINTS if "checkpoint" not in point and "high" not in point])
def test_killed_at_each_point_of_an_append(any_desk: Desk, point: str) -> None:
    ctx = real_randomness(any_desk)
    acknowledged = killed_at(point, record_for_ever(ctx, rounds=10))
    assert len(acknowledged) < 10, "the fail point was never reached"
    holds(any_desk, acknowledged)
    with recording(actor=SYSTEM, ctx=ctx, purpose="resumes") as r:
        r.add(type="lead.disposed", key=ORGANISATION, body={})
    assert r.acknowledged


def test_killed_at_random_moments(desk: Desk) -> None:
    acknowledged: list[str] = []
    ctx = real_randomness(desk)
    started = time.monotonic()
    acknowledged += [line for line in finished(record_for_ever(ctx, rounds=12)) if line != "end"]
    work = record_for_ever(ctx)
    # As long as twelve units take on this machine now, so that most kills meet a unit under way.
    delays = random_delays(points(short=64, nightly=1_000), longest=time.monotonic() - started)
    for delay in delays:
        acknowledged += killed_after(delay, work)
        holds(desk, acknowledged)
    assert len(acknowledged) > len(delays), "too few units were recorded to say anything"


@pytest.mark.parametrize("point", ["high-water written", "checkpoint signed", "checkpoint row"])
def test_killed_while_signing_never_gives_two_roots(any_desk: Desk, point: str) -> None:
    with recording(actor=SYSTEM, ctx=any_desk.ctx, purpose="one more") as r:
        r.add(type="lead.disposed", key=ORGANISATION, body={})

    def sign(acknowledge: Acknowledge) -> None:
        make_checkpoint(any_desk.ctx)

    assert killed_at(point, sign) == []
    made = make_checkpoint(any_desk.ctx)
    assert made.size == 3
    assert verify(any_desk.ctx).findings == ()


def test_a_key_without_its_transaction_is_swept(desk: Desk) -> None:
    """The key is durable first; here the transaction that would use it never comes."""
    ctx = real_randomness(desk)

    def work(acknowledge: Acknowledge) -> None:
        acknowledge(create_key(ctx=ctx, scope=ctx.new_id()))

    assert len(finished(work)) == 1
    day_after = Context(now=lambda: ctx.now() + GRACE, random=ctx.random)
    assert sweep_keys(ctx) == 0
    assert sweep_keys(day_after) == 1
    assert sweep_keys(day_after) == 0


def test_eight_writers_with_nested_verbs(any_desk: Desk) -> None:
    """No gap, no duplicate, no deadlock: shared actors make pseudonym rows meet, nested units roll back at random."""
    ctx = real_randomness(any_desk)
    actors = [ActorId(ctx.new_id()) for _ in range(4)]
    with recording(actor=SYSTEM, ctx=ctx, purpose="seats") as r:
        for actor in actors:
            grant_seat(r, key=ORGANISATION, actor=actor, role="officer", since=ctx.now())
        r.add(type="role.changed", key=ORGANISATION, body={})
    before = LedgerEntry.objects.count()
    rounds = points(short=15, nightly=500)
    written = together([_writer(ctx, actors, seed, rounds) for seed in range(8)])
    acknowledged = [line for lines in written for line in lines]
    indexes = sorted(int(line.split()[1]) for line in acknowledged)
    assert indexes == list(range(before, before + len(acknowledged)))
    assert {line.split()[0] for line in acknowledged} <= set(Record.objects.values_list("id", flat=True))
    assert [finding for finding in verify(any_desk.ctx).findings if finding.verdict == "failed"] == []


def _writer(ctx: Context, actors: list[ActorId], seed: int, rounds: int) -> Work:
    def work(acknowledge: Acknowledge) -> None:
        draw = random.Random(seed)
        for _ in range(rounds):
            with suppress(ZeroDivisionError):
                with recording(actor=draw.choice(actors), ctx=ctx, purpose="outer") as r:
                    _verb(ctx, actors, draw, depth=2)
                    r.add(type="lead.disposed", key=ORGANISATION, body={})
                    if draw.random() < 0.2:
                        raise ZeroDivisionError
                for written in r.acknowledged:
                    acknowledge(f"{written.document} {written.index}")

    return work


def _verb(ctx: Context, actors: list[ActorId], draw: random.Random, depth: int) -> None:
    with suppress(ZeroDivisionError), recording(actor=draw.choice(actors), ctx=ctx, purpose="inner") as r:
        r.add(type="lead.disposed", key=ORGANISATION, body={"depth": depth})
        if depth:
            _verb(ctx, actors, draw, depth - 1)
        if draw.random() < 0.3:
            raise ZeroDivisionError
