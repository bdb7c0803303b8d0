"""Where a thing's leaf stands: found from a known place on without reading what came before."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.databases import Desk
from tests.web.cases.cases_room import received

from evenhand.errors import UsageError
from evenhand.web.cases.models import Case, Party
from evenhand.web.record.queries import leaf_about, log_size

pytestmark = pytest.mark.slow


def test_the_first_leaf_of_a_type_about_a_thing(any_desk: Desk) -> None:
    cases = [received(any_desk.ctx).cases[0] for _ in range(3)]
    places = [leaf_about(case, "case.opened") for case in cases]
    assert places == sorted(places) and len(set(places)) == 3
    assert [leaf_about(case, "case.opened", since=place) for case, place in zip(cases, places, strict=True)] == places
    for case, place in zip(cases, places, strict=True):
        sent = leaf_about(Case.objects.get(pk=case).submission_id, "submission.received")
        assert sent < place, "a case is opened after its report was received: `since` may be the receipt's place"
        with pytest.raises(UsageError, match="no such leaf"):
            leaf_about(case, "case.opened", since=place + 1)
    assert Party.objects.count() == 3


def test_it_begins_at_the_place_it_is_given(any_desk: Desk) -> None:
    case = received(any_desk.ctx).cases[0]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        leaf_about(case, "case.opened", since=log_size() - 5)
    assert "seq >=" in asked.captured_queries[-1]["sql"]
