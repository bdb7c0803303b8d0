"""T-COUNT: what was published is counted again after every third case was purged; a changed figure is named."""

from __future__ import annotations

import pytest
from tests.databases import Desk
from tests.web.cases.cases_story import Story, story
from tests.web.publish.statistics_room import MEMBERS, on
from tests.web.record.tampering import as_administrator
from tests.web.vault.test_vlt_holds import Staff

from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.statistics import Period
from evenhand.web.cases.counting import count
from evenhand.web.cases.erasing import erase_case
from evenhand.web.publish.statistics.publishing import publish
from evenhand.web.publish.statistics.reading import Verdict, check
from evenhand.web.record.erasing import counts
from evenhand.web.record.models import CountingRow
from evenhand.web.record.verify import verify
from evenhand.web.vault.words import Why

pytestmark = pytest.mark.slow
QUARTER, CASES = Period.quarter(2026, 1), 6


def ended(desk: Desk, before: Story | None) -> Story:
    told = story(desk.ctx, until=State.MEMBERSHIP_CHECK, people=before.people if before else None)
    told.move(State.OUT_OF_SCOPE, CaseRole.ASSESSOR, reason_code="policy_disagreement")
    told.move(State.CLOSED, "system")
    return told


def test_published_totals_stand_when_every_third_case_is_purged(desk: Desk) -> None:
    told: list[Story] = []
    for _ in range(CASES):
        told.append(ended(desk, told[-1] if told else None))
    totals = count(QUARTER)
    row = publish(period=QUARTER, members=MEMBERS, ctx=on(desk.ctx, 4, 2))
    staff = Staff(desk)
    for each in told[::3]:
        erase_case(each.case, why=Why.RETENTION, first=staff.dpo, second=staff.keeper, ctx=desk.ctx)
    assert len(counts()) == CountingRow.objects.count() == CASES // 3
    assert count(QUARTER) == totals, "each case counts once, the purged ones by the rows that stay of them"
    assert check(row.text, row.csv).verdict is Verdict.HOLDS
    assert [each for each in verify(desk.ctx).findings if each.verdict == "failed"] == []
    changed = CountingRow.objects.order_by("seq").first()
    assert changed is not None
    for statement in (
        "UPDATE counting_row SET value = replace(value, '2026', '2025') WHERE seq = %s",
        "DELETE FROM counting_row WHERE seq = %s",
    ):
        assert as_administrator(statement, [changed.seq]) == 1
        places = [each.place for each in verify(desk.ctx).findings if each.verdict == "failed"]
        assert f"counting_row seq {changed.seq}" in places
