"""Sharing from a phone into one's own shield: two taps, nothing kept before the second, never a case by itself."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from django.test import Client
from tests.cast import visitor
from tests.databases import Desk
from tests.web.desk.desk_room import Room, evening, make_officer, word_list
from tests.web.share.share_room import at_her_phone, give_ana_her_shield

from evenhand.codes import builtin
from evenhand.corpus.store import Corpus
from evenhand.web.cases.models import Case
from evenhand.web.desk.finding import screen_new_posts
from evenhand.web.desk.models import Lead, Protected, Reading
from evenhand.web.live import drafts
from evenhand.web.live.models import HandedIn
from evenhand.web.office.shield import show_to
from evenhand.web.people.actions import create_person, grant_role
from evenhand.web.people.models import User
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.verify import verify
from evenhand.web.sources.queries import corpus_here, query
from evenhand.web.vault.objects import read_object

PNG = b"\x89PNG\r\n\x1a\n" + b"a small picture"


@pytest.fixture
def room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Room:
    room = evening(desk, monkeypatch)
    give_ana_her_shield(room)
    return room


@pytest.fixture
def ana(room: Room) -> Client:
    return at_her_phone()


def picture(number: int = 0) -> BytesIO:
    file = BytesIO(PNG + bytes([number]))
    file.name = f"shot{number}.png"
    return file


def confirmed(client: Client, page: str) -> int:
    fields = dict(re.findall(r'name="(draft|csrfmiddlewaretoken|target)" value="([^"]+)"', page))
    return client.post("/share/keep", fields).status_code


def screened(room: Room) -> None:
    corpus: Corpus = corpus_here()
    screen_new_posts(corpus, room.later(minutes=1), screen=word_list, code=builtin("quillhaven"))


def test_a_phone_learns_how_to_share_here() -> None:
    described = json.loads(visitor().get("/manifest.webmanifest").content)
    target = described["share_target"]
    assert (target["action"], target["method"], target["enctype"]) == ("/share", "POST", "multipart/form-data")
    assert target["params"]["files"][0]["name"] == "images"
    assert described["display"] == "standalone"


def test_link_words_and_pictures_in_two_taps(room: Room, ana: Client) -> None:  # FMT-C28
    before = room.later(minutes=1).now()
    files = [picture(number) for number in range(20)]
    sent = {"text": "you idiot https://x.com/somebody/status/5001", "images": files}
    page = ana.post("/share", sent).content.decode()
    assert "Pictures: 20" in page and "x.com" in page and "idiot" not in page
    assert query("SELECT * FROM observations").num_rows == 0 and not HandedIn.objects.exists()
    assert confirmed(ana, page) == 302
    found = query("SELECT platform, count(*) AS n FROM posts GROUP BY platform ORDER BY platform").to_pylist()
    assert found == [{"platform": "other", "n": 1}, {"platform": "screenshot", "n": 20}, {"platform": "x", "n": 1}]
    row = HandedIn.objects.get()
    assert (row.target, row.kind, row.pictures, row.at >= before.replace(microsecond=0)) == (
        room.ana,
        "picture",
        20,
        True,
    )
    attachment = query("SELECT attachments FROM posts WHERE platform = 'screenshot' ORDER BY record_key LIMIT 1")
    uri = attachment["attachments"][0].as_py()[0]["uri"]
    assert read_object(uri.partition(":")[2], actor=room.officer, purpose="test", ctx=room.ctx).startswith(PNG)
    assert not list((room.desk.home.root / "drafts").iterdir())
    screened(room)
    assert Lead.objects.get(record_key__startswith="other:").target == room.ana
    tally = dict(Reading.objects.filter(target=room.ana).values_list("outcome", "posts"))
    assert tally["no_text"] >= 21  # pictures and the link are counted as not read, never as harmless
    assert not Case.objects.exists()
    assert verify(room.ctx).exit_code != 1


def test_twenty_one_pictures_are_said_to_be_too_many(ana: Client) -> None:  # FMT-C28
    answer = ana.post("/share", {"images": [picture(number) for number in range(21)]})
    assert answer.status_code == 422 and "20 at most" in answer.content.decode()


@pytest.mark.parametrize("sent", [{}, {"text": "x" * 10_001}, {"url": "javascript:alert(1)"}, {"images": "no file"}])
def test_what_cannot_be_taken_is_said(ana: Client, sent: dict[str, str]) -> None:
    answer = ana.post("/share", sent)
    assert answer.status_code == 422 and "was not taken" in answer.content.decode()
    text = BytesIO(b"plain words")
    text.name = "shot.png"
    assert ana.post("/share", {"images": text}).status_code == 422


def test_the_second_tap_twice_is_once_and_needs_its_token(room: Room, ana: Client) -> None:
    page = ana.post("/share", {"text": "you idiot"}).content.decode()
    without = re.sub(r"csrfmiddlewaretoken", "other", page)
    assert confirmed(ana, without) == 403
    assert [confirmed(ana, page), confirmed(ana, page)] == [302, 302]
    assert HandedIn.objects.count() == 1
    assert query("SELECT count(*) AS n FROM observations")["n"].to_pylist() == [1]


def test_while_an_import_runs_the_page_asks_again(ana: Client) -> None:
    page = ana.post("/share", {"images": picture()}).content.decode()
    with corpus_here().writing():
        assert confirmed(ana, page) == 200
    assert confirmed(ana, page) == 302
    assert HandedIn.objects.count() == 1


def test_nobody_else_can_confirm_and_after_an_hour_nobody(room: Room, ana: Client) -> None:
    page = ana.post("/share", {"images": picture()}).content.decode()
    make_officer("third", room.ctx)
    dana = PersonId(create_person(username="dana", password="four calm words here", ctx=room.ctx).pk)
    grant_role(person=dana, role=Role.DELEGATE, actor=SYSTEM, ctx=room.ctx)
    other = Client(HTTP_HOST="localhost")
    other.force_login(User.objects.get(username="third"))
    assert confirmed(other, page) == 404
    show_to(target=room.ana, username="dana", actor=room.officer, ctx=room.ctx)
    delegate = Client(HTTP_HOST="localhost")
    delegate.force_login(User.objects.get(username="dana"))
    assert confirmed(delegate, page) == 422 and not HandedIn.objects.exists(), "only the same sign-in confirms"
    drafts.forget_drafts(room.later(hours=30_000))
    assert not list((room.desk.home.root / "drafts").iterdir())
    answer = confirmed(ana, page)
    assert answer == 400 and not HandedIn.objects.exists()


def test_sign_in_first_and_the_link_comes_along(room: Room, ana: Client) -> None:
    nobody = visitor()
    answer = nobody.post("/share", {"text": "see https://x.com/somebody/status/5001", "images": picture()})
    assert answer.status_code == 302 and answer["Location"].startswith("/account/login")
    assert "5001" not in answer["Location"]
    assert not (room.desk.home.root / "drafts").exists()
    back = re.search(r"next=([^&]+)", answer["Location"])[1]  # type: ignore[index]
    from urllib.parse import unquote

    page = ana.get(unquote(back)).content.decode()
    assert "x.com" in page and confirmed(ana, page) == 302


def test_another_site_can_put_nothing_in(ana: Client) -> None:
    assert ana.post("/share", {"text": "x"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_who_has_no_shield_has_no_such_page(room: Room) -> None:
    officer = Client(HTTP_HOST="localhost")
    officer.force_login(User.objects.get(username="an-officer"))
    assert [officer.get("/share").status_code, officer.post("/share", {"text": "x"}).status_code] == [404, 404]
    assert Protected.objects.count() == 2


def test_the_pages_speak_german(ana: Client) -> None:
    german = {"Accept-Language": "de"}
    assert "Bildschirmfotos in Ihren Schild legen" in ana.get("/my", headers=german).content.decode()
    assert "In Ihren Schild" in ana.get("/share", headers=german).content.decode()
    assert "In meinen Schild" in ana.post("/share", {"text": "x"}, headers=german).content.decode()
