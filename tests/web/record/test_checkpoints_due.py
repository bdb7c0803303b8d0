"""When a checkpoint is due: by time, by number, and at once where a letter went out or a case was closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.databases import Desk

from evenhand.context import Context
from evenhand.ledger.signing import KeyFile
from evenhand.web.record import checkpoints
from evenhand.web.record.checkpoints import checkpoint_if_due, export_if_due
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.queries import latest_checkpoint
from evenhand.web.record.unit import recording

pytestmark = pytest.mark.slow
SENT = {"commitments": {"sent": b"x"}}


def act(desk: Desk, kind: str, **more: object) -> None:
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="a test") as r:
        r.add(type=kind, key=ORGANISATION, body={}, **more)  # type: ignore[arg-type]


def later(desk: Desk, minutes: int) -> Context:
    return Context(now=lambda: desk.ctx.now() + timedelta(minutes=minutes), random=desk.ctx.random)


def test_after_a_quarter_of_an_hour_or_a_thousand_leaves(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    act(desk, "lead.disposed")
    assert [checkpoint_if_due(later(desk, minutes)) for minutes in (0, 14, 16, 40)] == [0, 0, 1, 0]
    monkeypatch.setattr(checkpoints, "EVERY_LEAVES", 3)
    for expected in (0, 0, 1):
        act(desk, "lead.disposed")
        assert checkpoint_if_due(later(desk, 17)) == expected


@pytest.mark.parametrize(
    ("kind", "more"),
    [("case.closed", {}), ("message.sent", SENT), ("case.notice_sent", SENT)],
)
def test_at_once_after_a_letter_or_the_end_of_a_case(desk: Desk, kind: str, more: dict[str, object]) -> None:
    act(desk, kind, **more)
    assert checkpoint_if_due(desk.ctx) == 1
    act(desk, "lead.disposed")
    assert checkpoint_if_due(desk.ctx) == 0


def test_the_export_needs_no_key(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyFile, "read", lambda _self: pytest.fail("the key was opened"))
    assert export_if_due(desk.ctx) == 3 and export_if_due(desk.ctx) == 0
    newest = latest_checkpoint()
    assert newest is not None and (desk.home.log_export / "checkpoint").read_bytes() == newest.published
