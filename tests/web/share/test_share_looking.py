"""Officers see what was handed in: words and pictures behind veils, mails with what their signatures said then."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.databases import Desk
from tests.evidence.test_evi_mail import NAME, pair, signed
from tests.live.live_room import UNIT, mail
from tests.web.cases.test_contact_step import png
from tests.web.desk.desk_room import Room
from tests.web.share.share_room import at_her_phone, evening_with_mail
from tests.web.share.test_share_forwarding import deliver, given
from tests.web.share.test_share_pages import confirmed

from evenhand.evidence.mail import KeyAnswer
from evenhand.web.live.models import Arrival
from evenhand.web.people.models import User
from evenhand.web.record.models import SealedText
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify
from evenhand.web.share import judging
from evenhand.web.sources.retention import forget_due
from evenhand.web.vault.models import VaultObject

pytestmark = pytest.mark.slow


@pytest.fixture
def room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Room:
    return evening_with_mail(desk, monkeypatch)


@pytest.fixture
def ana(room: Room) -> Client:
    return at_her_phone()


@pytest.fixture
def officer(room: Room) -> Client:
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username="an-officer"))
    return client


def shot() -> SimpleUploadedFile:
    return SimpleUploadedFile("shot.png", png())


def share(ana: Client, **sent: object) -> None:
    assert confirmed(ana, ana.post("/share", sent).content.decode()) == 302


def only_page(officer: Client) -> tuple[str, str]:
    """Return the address and the page of the one thing that was handed in."""
    [address] = re.findall(r'href="(/handed-in/[0-9a-f]{32})"', officer.get("/handed-in").content.decode())
    return address, officer.get(address).content.decode()


def test_words_link_and_pictures_are_shown_veiled_and_only_as_working_copies(
    room: Room, ana: Client, officer: Client
) -> None:
    assert "Nothing was handed in" in officer.get("/handed-in").content.decode()
    share(ana, text="see https://x.com/somebody/status/5001 what a mild word", images=[shot()])
    listed = officer.get("/handed-in").content.decode()
    assert "Councillor, ward 3" in listed and "mild word" not in listed
    address, page = only_page(officer)
    assert "https://x.com/somebody/status/5001" in page and "Nobody has opened this link here." in page
    veiled = re.findall(r"<details.*?</details>", page, re.S)
    assert [("mild word" in veil, "<img" in veil) for veil in veiled] == [(True, False), (False, True)]
    assert "Picture, not read by the detector." in page
    at = Arrival.objects.get().at.strftime("%Y-%m-%d %H:%M UTC")
    assert f"file uploaded at {at}; source unknown; unchanged since." in page
    assert (
        "by the clock of this installation" in page
        and "by the clock of this installation" in ana.get("/share").content.decode()
    )
    picture = officer.get(f"{address}/1")
    [original] = VaultObject.objects.filter(source=None, channel="share")
    [copy] = VaultObject.objects.filter(source=original)
    assert (picture["Content-Type"], len(picture.content)) == ("image/png", copy.size)
    assert "sandbox" in picture["Content-Security-Policy"] and picture["X-Content-Type-Options"] == "nosniff"
    assert officer.get(f"{address}/1").content == picture.content
    assert VaultObject.objects.filter(source=original).count() == 1
    assert [officer.get(f"{address}/{place}").status_code for place in (0, 2)] == [404, 404]
    german = {"Accept-Language": "de"}
    assert "Eingereicht" in officer.get("/handed-in", headers=german).content.decode()
    assert f"Datei, hochgeladen am {at}; Quelle unbekannt" in officer.get(address, headers=german).content.decode()
    assert "nach der Uhr dieser Installation" in officer.get(address, headers=german).content.decode()
    assert "Bild, vom Erkenner nicht gelesen." in officer.get(address, headers=german).content.decode()
    assert [ana.get(other).status_code for other in ("/handed-in", address, f"{address}/1")] == [403, 403, 403]
    assert officer.get(f"/handed-in/{'0' * 32}").status_code == 404
    assert verify(room.ctx).exit_code != 1


def test_a_mail_bears_what_its_signatures_said_and_its_key(
    room: Room, ana: Client, officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def fetched(names: tuple[str, ...], *, resolver: str, ctx: object) -> tuple[KeyAnswer, ...]:
        asked.append((names, resolver))
        return (KeyAnswer(NAME, "found", pair(2048)[1], resolver, datetime(2026, 3, 12, 10, tzinfo=UTC)),)

    monkeypatch.setenv(judging.RESOLVER, "192.0.2.53")
    monkeypatch.setattr(judging, "fetch_keys", fetched)
    assert deliver(room, signed(mail(1, to=given(ana, "kit@post.example"), sender="kit@post.example"))) == 1
    _, page = only_page(officer)
    assert asked == [((NAME,), "192.0.2.53")]
    assert "Signature: the signature is valid under the key that was kept." in page
    assert "It stands for the domain post.example, the sender’s own." in page
    assert NAME in page and "192.0.2.53" in page
    assert "kit@post.example" in page and "hello 1" in re.findall(r"<details.*?</details>", page, re.S)[0]
    assert officer.get("/handed-in").content.decode().count("Councillor, ward 3") == 1
    assert verify(room.ctx).exit_code != 1


def test_a_mail_to_the_unit_is_looked_at_too_and_goes_in_time(room: Room, ana: Client, officer: Client) -> None:
    assert deliver(room, mail(2, to=UNIT, sender="anybody@elsewhere.example")) == 1
    _, page = only_page(officer)
    assert "the unit itself" in officer.get("/handed-in").content.decode()
    assert "the mail bears no signature" in page
    judged = Arrival.objects.get().judged
    assert SealedText.objects.filter(pk=judged).exists()
    close_read_windows(room.later(days=31))
    forget_due(room.ctx)
    assert "Nothing was handed in" in officer.get("/handed-in").content.decode()
    assert not SealedText.objects.filter(pk=judged).exists()
    assert verify(room.ctx).exit_code != 1


def test_a_mail_that_cannot_be_judged_is_kept_and_said(
    room: Room, officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(judging.RESOLVER, "no address")
    assert deliver(room, signed(mail(3, to=UNIT))) == 1
    assert "were not judged when it came" in only_page(officer)[1]
