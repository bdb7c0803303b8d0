"""PERSP-P10: a used-up quota is 429 as the original words it, with Retry-After; a request costs one unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.perspective.worlds import SIX

from evenhand.perspective.quota import Allowance, Bucket, take


def used_up(world, allowance=None, **how):
    key_id, secret = world.new_key("small", allowance or Allowance(60, 2))
    for _ in range(2):
        assert world.analyze(secret=secret, **how).status == 200
    return key_id, secret


def test_p10_the_body_key_by_key(make):
    world = make(help_url="https://help.example/quota")
    _, secret = used_up(world, Allowance(600, 2))
    answer = world.analyze(secret=secret, headers={"host": "scores.example:8443"})
    number = 2
    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    assert answer.body == {"error": {
        "code": 429,
        "message": "Quota exceeded for quota metric 'Analysis requests (AnalyzeComment)' and limit 'Analysis requests "
                   "(AnalyzeComment) per minute' of service 'scores.example' for consumer "
                   f"'project_number:{number}'.",
        "status": "RESOURCE_EXHAUSTED",
        "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED",
             "domain": "scores.example", "metadata": {
                 "quota_limit_value": "600", "quota_limit": "AnalyzeRequestsPerMinutePerProject",
                 "consumer": f"projects/{number}", "service": "scores.example", "quota_location": "global",
                 "quota_metric": "scores.example/analyze_requests"}},
            {"@type": "type.googleapis.com/google.rpc.Help", "links": [
                {"description": "Ask who runs this service for a higher quota.", "url": "https://help.example/quota"}]},
        ],
    }}  # fmt: skip


def test_p10_six_attributes_cost_one_unit(world):
    _, secret = used_up(world, attributes=SIX)
    assert world.analyze(secret=secret).status == 429


def test_p10_waiting_as_long_as_said_is_enough(world):
    _, secret = used_up(world, Allowance(6, 2))
    wait = int(world.analyze(secret=secret).headers["Retry-After"])
    assert wait == 10
    world.clock.forward(seconds=wait - 1)
    assert world.analyze(secret=secret).status == 429
    world.clock.forward(seconds=1)
    assert world.analyze(secret=secret).status == 200


def test_p10_suggestions_have_a_quota_of_their_own(world):
    _, secret = used_up(world)
    world.secret = secret
    assert [world.suggest().status for _ in range(3)] == [200, 200, 429]
    assert "SuggestCommentScore" in world.suggest().message


def test_p10_other_keys_are_not_touched(world):
    _, secret = used_up(world)
    assert world.analyze(secret=secret).status == 429
    assert world.analyze().status == 200


def test_p10_the_default_of_a_new_key(world):
    _, secret = world.new_key("default")
    statuses = [world.analyze(secret=secret).status for _ in range(51)]
    assert statuses == [200] * 50 + [429]


def test_p10_a_quota_outlives_a_restart(make, tmp_path):
    world = make(path=tmp_path / "same.sqlite3")
    _, secret = used_up(world)
    world.service.close()
    again = make(path=tmp_path / "same.sqlite3")
    assert again.analyze(secret=secret).status == 429


@pytest.mark.slow
@given(st.integers(1, 1000), st.integers(1, 50), st.lists(st.floats(0, 100), min_size=1, max_size=60))
def test_p10_never_more_than_burst_and_rate_allow(per_minute, burst, pauses):
    allowance, bucket, now, passed = Allowance(per_minute, burst), None, 0.0, 0
    for pause in pauses:
        now += pause
        bucket, wait = take(bucket, now, allowance)
        passed += wait == 0
        assert wait >= 0 and bucket.level >= 0
    assert passed <= burst + per_minute / 60 * now + 1e-6


def test_p10_a_clock_that_went_back_gives_nothing():
    bucket, _ = take(Bucket(0.0, 100.0), 50.0, Allowance(60, 5))
    assert bucket.level == 0.0
