"""A mailbox is only read; of mail that was not sent to a declared address not even the text travels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.live.fakes import Imap, ImapHandler, served
from tests.live.live_room import UNIT, mail

from evenhand.live import Kind, Unreachable
from evenhand.live import mailbox as module
from evenhand.live.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def imap() -> Imap:
    return Imap()


@pytest.fixture
def box(imap: Imap, loopback: None) -> Iterator[Mailbox]:
    with served(ImapHandler, imap) as port:
        yield Mailbox("127.0.0.1", "unit", imap.password, frozenset({UNIT}), port=port)


def test_what_lay_there_before_stays_there(box: Mailbox, imap: Imap) -> None:
    imap.mails = {1: mail(1), 2: mail(2)}
    first = box.poll("")
    assert (first.records, first.cursor) == ((), "7:2")
    assert not [asked for asked in imap.asked if "FETCH" in asked]
    assert box.poll(first.cursor).records == ()


def test_ten_of_a_hundred_travel_whole(box: Mailbox, imap: Imap) -> None:  # FMT-C25
    imap.mails = {n: mail(n, to=UNIT if n % 10 == 0 else "other@quillhaven.example") for n in range(1, 101)}
    found, cursor, dropped, more = [], "7:0", 0, True
    while more:
        polled = box.poll(cursor)
        found += polled.records
        cursor, dropped, more = polled.cursor, dropped + polled.dropped, polled.more
    assert [record.data for record in found] == [imap.mails[n] for n in range(10, 101, 10)]
    assert {record.kind for record in found} == {Kind.MAIL}
    assert (cursor, dropped) == ("7:100", 90)
    assert len([asked for asked in imap.asked if "PEEK[])" in asked]) == 10
    assert not [asked for asked in imap.asked if "STORE" in asked or "SELECT" in asked]


def test_the_same_cursor_gives_the_same_again(box: Mailbox, imap: Imap) -> None:
    imap.mails = {5: mail(5)}
    assert box.poll("7:4").records == box.poll("7:4").records != ()
    assert box.poll("7:5").records == ()


def test_mails_numbered_anew_are_all_looked_at(box: Mailbox, imap: Imap) -> None:
    imap.mails, imap.validity = {1: mail(1)}, 8
    polled = box.poll("7:50")
    assert (len(polled.records), polled.cursor) == (1, "8:1")


def test_a_large_mail_is_named_and_left(box: Mailbox, imap: Imap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAIL_BYTES", 100)
    imap.mails = {1: mail(1)}
    polled = box.poll("7:0")
    assert (polled.records, polled.unread, polled.cursor) == ((), ("mail 1: larger than 25 MiB",), "7:1")


def test_trouble_is_said_without_what_the_server_repeats(box: Mailbox, imap: Imap) -> None:
    imap.mails = {1: mail(1)}
    imap.broken = True
    with pytest.raises(Unreachable, match="did not answer as it should"):
        box.poll("7:0")
    imap.broken = False
    wrong = Mailbox("127.0.0.1", "unit", "wrong", box.wanted, port=box.port)
    with pytest.raises(Unreachable) as error:
        wrong.poll("")
    assert "wrong" not in str(error.value)
    missing = Mailbox("127.0.0.1", "unit", imap.password, box.wanted, port=box.port, folder="Archive")
    with pytest.raises(Unreachable):
        missing.poll("")


def test_nobody_answers(loopback: None) -> None:
    with pytest.raises(Unreachable):
        Mailbox("127.0.0.1", "unit", "x", frozenset(), port=9).poll("")
