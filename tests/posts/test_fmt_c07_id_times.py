"""FMT-C7: the time inside an id, four known pairs for each formula; and where it disagrees with the time claimed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.fixtures.make_bluesky import TIDS, event, post
from tests.fixtures.make_exports import as_lines, status
from tests.fixtures.make_x import v1_tweet
from tests.posts.written import made

from evenhand.posts.id_times import discord_time, mastodon_time, tid_time, x_time

# Ids and times as the platforms' own documentation shows them; the time stands there to the second or millisecond.
PAIRS = [
    (x_time, "1050118621198921728", "2018-10-10T20:19:24.211Z"),
    (x_time, "1228393702244134912", "2020-02-14T19:00:55.723Z"),
    (x_time, "210462857140252672", "2012-06-06T20:07:10.010Z"),
    (x_time, "1346889436626259968", "2021-01-06T18:40:40.344Z"),
    (discord_time, "175928847299117063", "2016-04-30T11:18:25.796Z"),
    (discord_time, "0", "2015-01-01T00:00:00Z"),
    (discord_time, "4194304", "2015-01-01T00:00:00.001Z"),
    (discord_time, "80351110224678912", "2015-08-10T17:26:37.529Z"),
    (mastodon_time, "103270115826048975", "2019-12-08T03:48:33.849Z"),
    (mastodon_time, "103254962155278888", "2019-12-05T11:34:47.183Z"),
    (mastodon_time, "108880211901672326", "2022-08-24T22:29:46.487Z"),
    (mastodon_time, "111679871385600001", "2024-01-01T09:00:00Z"),
    (tid_time, "3jzfcijpj2z2a", "2023-06-30T15:03:01.887007Z"),
    (tid_time, "2222222222222", "1970-01-01T00:00:00Z"),
    (tid_time, "2222222222322", "1970-01-01T00:00:00.000001Z"),
    (tid_time, TIDS[0], "2023-07-01T09:00:00Z"),
]
NONE = [
    *[(x_time, name) for name in ("20", "29700859246", "", "-1", "1e18", "٣" * 18, "9" * 20, "18446744073709551616")],
    *[(mastodon_time, name) for name in ("9", "104024097356", "x")],
    *[(tid_time, name) for name in ("zzzzzzzzzzzzz", "short", "3jzfcijpj2z2!", "")],
]


@pytest.mark.parametrize(("formula", "name", "time"), PAIRS)
def test_an_id_says_when_it_was_made(formula, name: str, time: str) -> None:
    found = formula(name)
    moment = datetime.fromtimestamp(found // 10**6, UTC).replace(microsecond=found % 10**6)
    assert moment == datetime.fromisoformat(time)


@pytest.mark.parametrize(("formula", "name"), NONE)
def test_an_id_that_only_counts_says_nothing(formula, name: str) -> None:
    assert formula(name) is None


def test_a_time_that_disagrees_with_the_id_is_flagged_and_kept(tmp_path: Path) -> None:
    late = "2023-07-01T09:11:00Z"
    old = event("create", record=post(createdAt=late))
    old["time_us"] += 660_000_000  # the server says as the author does, the key does not
    content = {
        "bluesky": as_lines(old, event("create", TIDS[1])),
        "mastodon": as_lines(
            status(1, created_at="2024-01-01T09:10:01Z"), status(2, created_at="2024-01-01T09:09:59Z")
        ),
        "x": as_lines(v1_tweet("1346889436626259968"), v1_tweet("20")),
    }
    for made_of in content.values():
        wrong, right = made(tmp_path, made_of).posts
        assert (wrong.tz_status, right.tz_status != wrong.tz_status) == ("server_vs_claimed_conflict", True)
        assert wrong.claimed_at is not None and wrong.flags
