"""T00: the receipt is a leaf before anybody reads; numbers have no gaps; one post is one item."""

from __future__ import annotations

import pytest
from tests.databases import Desk
from tests.web.cases.cases_room import received

from evenhand.web.cases.models import Case, Event, Exclusion, Item, Party, Submission, SubmissionItem
from evenhand.web.cases.refusals import Refused
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.verify import verify


def test_a_report_is_received_and_the_record_rebuilds_it(any_desk: Desk) -> None:
    opened = received(any_desk.ctx, subjects=("Robin Quill", "Sam Reed"), excluded=("a" * 32,), danger_claimed=True)
    assert opened.numbers == ("2026-0001", "2026-0002")
    assert Submission.objects.count() == Item.objects.count() == SubmissionItem.objects.count() == 1
    assert Case.objects.count() == Party.objects.count() == Event.objects.count() == 2
    assert Exclusion.objects.get().person == "a" * 32
    case = Case.objects.get(pk=opened.cases[0])
    assert (case.state, case.owner_role, case.danger, case.affected) == ("received", "intake", "flagged", True)
    assert case.due is not None
    assert [finding for finding in verify(any_desk.ctx).findings if finding.verdict == "failed"] == []


def test_the_sender_opens_what_they_sent_and_nobody_else(desk: Desk) -> None:
    opened = received(desk.ctx)
    sent = Submission.objects.get().explanation
    party = ActorId(opened.parties[0])
    assert open_texts([sent], actor=party, purpose="follow", ctx=desk.ctx)[sent] == "He called me a muppet, twice."
    with pytest.raises(Exception, match="no seat"):
        open_texts([sent], actor=ActorId("b" * 32), purpose="follow", ctx=desk.ctx)


def test_the_same_post_is_one_item(desk: Desk) -> None:
    first, second = received(desk.ctx), received(desk.ctx)
    assert first.items == second.items
    assert second.numbers == ("2026-0002",)
    lookups = Case.objects.values_list("subject_lookup", flat=True)
    assert len(set(lookups)) == 1


def test_a_report_about_nobody_is_refused_whole(desk: Desk) -> None:
    with pytest.raises(Refused, match="names nobody"):
        received(desk.ctx, subjects=())
    assert Submission.objects.count() == 0
