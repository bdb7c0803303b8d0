"""Notifications come page by page, each once per cursor; the token goes to the named server and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.live.fake_streams import MastodonFake, MastodonHandler
from tests.live.fakes import served
from tests.live.live_room import DECLARED, none_held

from evenhand.live import Unreachable, sift
from evenhand.live.mastodon import Mastodon

pytestmark = pytest.mark.usefixtures("loopback")


def notification(number: int, *, mentions: str = "ana", kind: str = "mention") -> dict[str, Any]:
    account = {"id": "900", "acct": "someone@elsewhere.example", "username": "someone", "display_name": "Some One"}
    status = {
        "id": str(number + 1000), "uri": f"https://elsewhere.example/notes/{number}", "account": account,
        "created_at": "2026-03-02T08:00:00.000Z", "content": f"<p>a word {number}</p>", "visibility": "public",
        "mentions": [{"id": "1", "acct": mentions, "username": mentions, "url": f"https://a.example/@{mentions}"}],
    }  # fmt: skip
    about = {"created_at": "2026-03-02T08:00:00.000Z", "account": account, "status": status}
    return {"id": str(number), "type": kind, **about}


@pytest.fixture
def fake() -> MastodonFake:
    return MastodonFake()


@pytest.fixture
def server(fake: MastodonFake, loopback: None) -> Iterator[Mastodon]:
    with served(MastodonHandler, fake) as port:
        yield Mastodon(f"http://127.0.0.1:{port}", fake.token)


def test_it_begins_where_it_was_switched_on(server: Mastodon, fake: MastodonFake) -> None:
    assert server.poll("").cursor == "0"
    fake.notifications = [notification(7)]
    assert (server.poll("").records, server.poll("").cursor) == ((), "7")


def test_every_notification_once_over_pages(server: Mastodon, fake: MastodonFake) -> None:
    fake.notifications = [notification(n) for n in range(1, 101)]
    found, cursor, more = [], "0", True
    while more:
        polled = server.poll(cursor)
        found += polled.records
        cursor, more = polled.cursor, polled.more
    assert (len(found), len(set(found)), cursor) == (100, 100, "100")
    assert server.poll(cursor).records == ()
    assert server.poll("90").records == tuple(found[90:])


def test_what_is_about_no_post_and_aimed_at_nobody_is_dropped(server: Mastodon, fake: MastodonFake) -> None:
    without = notification(3)
    del without["status"]
    fake.notifications = [notification(1), notification(2, mentions="other"), without, notification(4, kind="follow")]
    polled = server.poll("0")
    assert (len(polled.records), polled.dropped) == (2, 1)
    sifted = sift(polled.records, DECLARED, none_held, name="fediverse", reads_as=server.reads_as)
    assert (sifted.kept, sifted.not_aimed) == (1, 1)


@pytest.mark.parametrize(("status", "words"), [(500, "answered 500"), (429, "fewer questions"), (302, "answered 302")])
def test_trouble_is_said(server: Mastodon, fake: MastodonFake, status: int, words: str) -> None:
    fake.status = status
    with pytest.raises(Unreachable, match=words):
        server.poll("1")


def test_a_wrong_token_and_a_silent_server(server: Mastodon) -> None:
    with pytest.raises(Unreachable, match="Check the token") as error:
        Mastodon(server.server, "another-token").poll("")
    assert "another-token" not in str(error.value)
    with pytest.raises(Unreachable, match="cannot be reached"):
        Mastodon("http://127.0.0.1:9", "x").poll("")
