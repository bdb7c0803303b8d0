"""INV-50: no number of reports on one person, or by one sender, moves another's report back by a single place."""

from __future__ import annotations

import os
from datetime import timedelta
from itertools import count

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import NOW
from tests.databases import Template
from tests.web.cases.cases_room import received

from evenhand.context import Context
from evenhand.web.cases.models import Case
from evenhand.web.cases.queries import CROWDS, fair

pytestmark = pytest.mark.slow
EXAMPLES = 1_000 if os.environ.get("EVENHAND_NIGHTLY") else 25
_numbers = count(10_000)


@pytest.fixture(scope="module")
def pattern(sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory):
    """A received case: the rows of the test are copies of it, put into the table and taken out again."""
    ctx = Context.repeatable("fair", NOW)
    with (
        pytest.MonkeyPatch.context() as patch,
        sqlite_template.installed(tmp_path_factory.mktemp("fair") / "home", patch, ctx) as desk,
    ):
        yield Case.objects.get(pk=received(desk.ctx).cases[0])


def copy_of(pattern: Case, subject: str, source: str, danger: bool, affected: bool, due: int) -> Case:
    number = next(_numbers)
    kept = {f.attname: getattr(pattern, f.attname) for f in Case._meta.concrete_fields}
    return Case(
        **kept | {
            "id": f"{number:032x}", "number": f"2026-{number}", "place_in_year": number, "subject_lookup": subject,
            "source_lookup": source, "danger": "flagged" if danger else "none", "affected": affected,
            "due": pattern.due + timedelta(hours=due),
        }
    )  # fmt: skip


def order_of(rows: list[Case]) -> list[str]:
    Case.objects.bulk_create(rows)
    return [case.id for case in fair(Case.objects.filter(pk__in=[row.id for row in rows]))]


said = st.tuples(st.booleans(), st.booleans(), st.integers(-200, 200))


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    others=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), said), min_size=1, max_size=CROWDS[0]),
    flood=st.lists(said, min_size=CROWDS[0] + 1, max_size=60),
    by_one_sender=st.booleans(),
)
def test_a_flood_moves_nobody_else_back(pattern: Case, others, flood, by_one_sender: bool) -> None:
    quiet = [copy_of(pattern, f"s{subject}", f"w{source}", *rest) for subject, source, rest in others]
    loud = [
        copy_of(
            pattern, f"loud{place}" if by_one_sender else "loud", "loud" if by_one_sender else f"loud{place}", *rest
        )
        for place, rest in enumerate(flood)
    ]
    with transaction.atomic():
        before = order_of(quiet)
        Case.objects.bulk_create(loud)
        everyone = fair(Case.objects.filter(pk__in=[row.id for row in quiet + loud]))
        rank = {row.id: (row.danger != "flagged", not row.affected) for row in quiet + loud}
        after = [case.id for case in everyone]
        transaction.set_rollback(True)
    for row in quiet:
        ahead_before = [case for case in before[: before.index(row.id)] if rank[case] == rank[row.id]]
        ahead_after = [case for case in after[: after.index(row.id)] if rank[case] == rank[row.id]]
        assert ahead_before == ahead_after
        assert all(rank[case] <= rank[row.id] for case in after[: after.index(row.id)])


def test_five_hundred_urgent_reports_on_one_person_stand_behind_the_only_one_on_another(pattern: Case) -> None:
    rows = [copy_of(pattern, "loud", f"w{place}", True, True, -500 + place) for place in range(500)]
    mine = copy_of(pattern, "quiet", "quiet", True, True, 400)
    with transaction.atomic():
        found = order_of([*rows, mine])
        transaction.set_rollback(True)
    assert found[0] == mine.id
