"""FMT-T9: what a page names as not available is a row of its own, linked from whoever refers to it."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.make_x import jsonl, v2_page, v2_tweet

from evenhand.posts import Report, read

PROBLEM = "https://api.twitter.com/2/problems/"
ERRORS = [
    {
        "resource_type": "tweet",
        "parameter": "referenced_tweets.id",
        "value": "70",
        "title": "Authorization Error",
        "type": PROBLEM + "not-authorized-for-resource",
        "detail": "Sorry, you are not authorized to see the Tweet with referenced_tweets.id: [70].",
    },
    {
        "resource_type": "tweet",
        "parameter": "referenced_tweets.id",
        "resource_id": "71",
        "title": "Forbidden",
        "type": PROBLEM + "resource-not-found",
        "detail": "User has been suspended: [71].",
    },
    {"resource_type": "user", "value": "8009", "title": "Not Found Error", "type": PROBLEM + "resource-not-found"},
]


def test_withheld_and_suspended(tmp_path: Path) -> None:
    tweets = [
        v2_tweet("1", referenced_tweets=[{"type": "quoted", "id": "70"}]),
        v2_tweet("2", referenced_tweets=[{"type": "replied_to", "id": "71"}]),
    ]
    report = Report("page")
    path = jsonl(tmp_path / "page.jsonl", [v2_page(tweets, errors=ERRORS)])
    quoting, replying, withheld, suspended = read(path, report=report)
    assert (withheld.record_key, withheld.deletion_state, withheld.text_raw) == ("x:70", "withheld", None)
    assert (suspended.record_key, suspended.deletion_state, suspended.text_norm) == ("x:71", "account_suspended", None)
    assert (quoting.quote_of, replying.reply_to) == ("x:70", "x:71")
    assert report.control == 1
