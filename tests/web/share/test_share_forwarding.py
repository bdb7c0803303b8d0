"""The private forwarding address: secret, replaceable, from named senders only, into one's own shield."""

from __future__ import annotations

import os
import re

import pytest
from django.test import Client
from tests.databases import Desk
from tests.live.live_room import UNIT, mail
from tests.web.desk.desk_room import Room
from tests.web.share.share_room import at_her_phone, evening_with_mail

from evenhand.web.live.actions import poll_due
from evenhand.web.live.models import ForwardingAddress, HandedIn
from evenhand.web.live.queries import state_of
from evenhand.web.record.verify import verify
from evenhand.web.sources.queries import query

ADDRESS = re.compile(r"<code>(unit\+([a-z2-7]{16})@quillhaven\.example)</code>")


@pytest.fixture
def room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Room:
    return evening_with_mail(desk, monkeypatch)


@pytest.fixture
def ana(room: Room) -> Client:
    return at_her_phone()


def given(ana: Client, senders: str = "Ana@home.example") -> str:
    page = ana.get("/share/forwarding").content.decode()
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)[1]  # type: ignore[index]
    answer = ana.post("/share/forwarding", {"senders": senders, "csrfmiddlewaretoken": token})
    assert answer.status_code == 302, answer.content.decode()
    return ADDRESS.search(ana.get("/share/forwarding").content.decode())[1]  # type: ignore[index]


def deliver(room: Room, *mails: bytes) -> int:
    for number, each in enumerate(mails):
        path = room.desk.home.root / "in" / f"{room.ctx.new_id()}-{number}.eml"
        path.write_bytes(each)
        os.utime(path, (1, 1))
    kept = 0
    for _ in mails:
        kept += poll_due(room.later(minutes=2))
    return kept


def test_a_forwarded_mail_comes_into_the_shield(room: Room, ana: Client) -> None:  # FMT-C28
    address = given(ana)
    assert "You have none yet" not in ana.get("/share/forwarding").content.decode()
    assert deliver(room, mail(1, to=address, text="somebody replied to you")) == 1
    [row] = query("SELECT side, text_norm FROM observations").to_pylist()
    assert dict(row["side"])["shield"] == room.ana and "replied to you" in row["text_norm"]
    item = HandedIn.objects.get()
    assert (item.target, item.kind) == (room.ana, "mail")
    assert "a forwarded mail" in ana.get("/share").content.decode()
    assert verify(room.ctx).exit_code != 1


def test_only_from_named_senders_and_only_to_the_address_in_use(room: Room, ana: Client) -> None:
    first = given(ana)
    second = given(ana)
    assert first != second
    strangers = mail(1, to=second, sender="troll@elsewhere.example")
    assert deliver(room, strangers, mail(2, to=first), mail(3, to="unit+aaaaaaaaaaaaaaaa@quillhaven.example")) == 0
    assert state_of(room.desk.home, "post").not_aimed == 3
    assert query("SELECT * FROM observations").num_rows == 0 and not HandedIn.objects.exists()
    assert deliver(room, mail(4, to=UNIT, sender="anybody@elsewhere.example")) == 1
    assert not HandedIn.objects.exists(), "mail to the unit itself is nobody's shield"


def test_the_address_lies_nowhere_in_plain(room: Room, ana: Client) -> None:
    secret = ADDRESS.search(f"<code>{given(ana)}</code>")[2]  # type: ignore[index]
    assert len(secret) == 16  # 80 random bits
    stored = b"".join(path.read_bytes() for path in room.desk.home.root.rglob("*") if path.is_file())
    assert secret.encode() not in stored and b"ana@home.example" not in stored
    assert verify(room.ctx).exit_code != 1
    ForwardingAddress.objects.update(target=room.ben)
    assert verify(room.ctx).exit_code == 1


@pytest.mark.parametrize("senders", ["", "no address", " ".join(f"a{n}@b.example" for n in range(6))])
def test_what_is_no_list_of_senders_is_said(ana: Client, senders: str) -> None:
    page = ana.get("/share/forwarding").content.decode()
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)[1]  # type: ignore[index]
    answer = ana.post("/share/forwarding", {"senders": senders, "csrfmiddlewaretoken": token})
    assert answer.status_code == 422 and "one to five" in answer.content.decode()


def test_without_a_mailbox_there_is_no_such_page(room: Room, ana: Client) -> None:
    assert "Forward mails" in ana.get("/share").content.decode()
    (room.desk.home.root / "live.toml").write_text("")
    assert ana.get("/share/forwarding").status_code == 404
    assert "Forward mails" not in ana.get("/share").content.decode()
