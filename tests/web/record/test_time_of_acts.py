"""A unit of work may last: each act keeps the second in which it was done, in its document and in its leaf."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from tests.databases import Desk

from evenhand.context import Context
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify


def test_document_and_leaf_say_the_same_time_however_long_the_unit_lasts(desk: Desk) -> None:
    seconds = count()
    moving = Context(now=lambda: desk.ctx.now() + timedelta(seconds=next(seconds)), random=desk.ctx.random)
    with recording(actor=SYSTEM, ctx=moving, purpose="test") as r:
        for word in ("one", "two", "three"):
            r.add(type="lead.disposed", key=ORGANISATION, obj=moving.new_id(), body={"word": word})
    assert [finding for finding in verify(desk.ctx).findings if finding.reason == "document_mismatch"] == []
