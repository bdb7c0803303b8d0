"""INV-21: earlier findings open only when it was decided whether it happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, holder, refused, run

from evenhand.procedure.states import State
from evenhand.web.cases.acts import Act, acting
from evenhand.web.cases.models import Case
from evenhand.web.cases.refusals import Refused
from evenhand.web.cases.seats import open_priors
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.keys import KeyRefused, create_key, unwrap
from evenhand.web.record.unit import recording


def test_priors_open_with_that_step_and_not_before(court: Desk) -> None:
    hearing, decided = case_in(State.HEARING), case_in(State.LIABILITY_DECIDED)
    key = create_key(ctx=court.ctx, scope=decided.id)
    for case in (hearing, decided):
        run("UPDATE cases_case SET priors_key = %s, revision = revision + 1 WHERE id = %s", key, case.id)
        case.refresh_from_db()
    member = ActorId(holder(decided, "panel"))
    with pytest.raises(Refused, match="only after"), _act(court, hearing) as act:
        open_priors(act, hearing, court.ctx.now())
    with pytest.raises(KeyRefused):
        unwrap(key, actor=member, purpose="read earlier findings")
    with _act(court, decided) as act:
        open_priors(act, decided, court.ctx.now())
    assert unwrap(key, actor=member, purpose="read earlier findings")


def test_nobody_says_by_sql_that_it_was_decided(court: Desk) -> None:
    case = case_in(State.HEARING)
    change = "UPDATE cases_case SET liability_decided_at = %s, revision = revision + 1 WHERE id = %s"
    refused("INV-21", change, NOW, case.id)


@contextmanager
def _act(court: Desk, case: Case) -> Iterator[Act]:
    with (
        recording(actor=SYSTEM, ctx=court.ctx, purpose="test") as r,
        acting(r, "case.deliberation_recorded", case=case) as act,
    ):
        yield act
