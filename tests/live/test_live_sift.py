"""Only what is aimed at somebody or something declared may be stored; the rest is counted and forgotten."""

from __future__ import annotations

from tests.fixtures.make_x import v1_tweet, v2_page, v2_tweet
from tests.live.live_room import DECLARED, line, none_held, to_ana, to_nobody

from evenhand.live import Arrived, sift
from evenhand.live.held import HeldSource


def kept_bytes(sifted: object) -> bytes:
    return b"".join(source.source.data for source in sifted.sources)  # type: ignore[attr-defined]


def test_ten_of_a_hundred_are_kept() -> None:  # FMT-C25
    records = [to_ana(str(n)) if n % 10 == 0 else to_nobody(str(n)) for n in range(1000, 1100)]
    sifted = sift(records, DECLARED, none_held, name="feed")
    assert (sifted.kept, sifted.not_aimed, sifted.unreadable) == (10, 90, 0)
    assert kept_bytes(sifted).split(b"\n")[:-1] == [record.data for record in records[::10]]
    assert b"something else" not in kept_bytes(sifted)


def test_what_is_kept_reads_like_a_file() -> None:
    sifted = sift([to_ana("5001")], DECLARED, none_held, name="feed")
    assert isinstance(sifted.sources[0].source, HeldSource)
    assert sifted.sources[0].source.name == "feed.jsonl"
    assert sifted.sources[0].source.size == len(kept_bytes(sifted))


def test_an_edit_or_a_deletion_is_kept_where_its_post_is_held() -> None:
    gone = line({"delete": {"status": {"id_str": "5001", "user_id_str": "8001"}}})
    edited = line(v1_tweet("5002", "no longer to her"))
    other = line({"delete": {"status": {"id_str": "5003", "user_id_str": "8001"}}})
    sifted = sift([gone, edited, other], DECLARED, lambda keys: set(keys) & {"x:5001", "x:5002"}, name="feed")
    assert (sifted.kept, sifted.not_aimed) == (2, 1)


def test_a_line_with_somebody_elses_posts_beside_is_not_stored() -> None:
    mine = v2_tweet("5001", "to you", in_reply_to_user_id="1001")
    page = line(v2_page([mine, v2_tweet("5002", "to nobody")]))
    sifted = sift([page], DECLARED, none_held, name="feed", reads_as="x_api")
    assert (sifted.kept, sifted.unreadable) == (0, 1)
    alone = sift([line(v2_page([mine]))], DECLARED, none_held, name="feed", reads_as="x_api")
    assert alone.kept == 1


def test_a_broken_line_is_counted_and_stops_nothing() -> None:
    sifted = sift([to_ana("1"), Arrived(b'{"id_str": "2", "us'), to_nobody("3")], DECLARED, none_held, name="feed")
    assert (sifted.kept, sifted.not_aimed, sifted.unreadable, sifted.dropped) == (1, 1, 1, 2)


def test_a_line_break_between_tokens_makes_no_two_records() -> None:
    record = Arrived(to_ana("1").data.replace(b", ", b",\r\n ", 1))
    sifted = sift([record, to_nobody("2")], DECLARED, none_held, name="feed")
    assert (sifted.kept, sifted.not_aimed) == (1, 1)
