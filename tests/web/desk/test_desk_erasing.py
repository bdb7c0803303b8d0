"""Words of an erased post go from leads and samples; what was found and answered stays without them."""

from __future__ import annotations

from tests.web.desk.desk_room import Room
from tests.web.desk.test_desk_finding import wrong_tables

from evenhand.web.desk.erasing import erase_posts
from evenhand.web.desk.models import Example, Lead
from evenhand.web.record.models import SealedText
from evenhand.web.record.verify import verify


def test_words_of_a_lead_and_of_a_sample_go_and_the_rest_stays(room: Room) -> None:
    room.find("you idiot", "an idiot speaks", "a fine speech")
    lead, other = Lead.objects.order_by("id")
    sample = Example.objects.get()
    assert sample.record_key
    assert erase_posts([lead.record_key, sample.record_key, "x:1"], room.ctx) == 3
    there = set(SealedText.objects.values_list("id", flat=True))
    assert not {lead.snapshot, lead.author, sample.snapshot} & there and {other.snapshot, other.author} <= there
    assert Lead.objects.count() == 2 and Example.objects.get().forgotten_at is not None
    assert erase_posts([lead.record_key, sample.record_key], room.ctx) == 0
    assert wrong_tables(room) == [] and verify(room.ctx).exit_code == 0
