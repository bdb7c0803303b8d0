"""Danger nobody has opened: the rota is written to once, without a word of it, and never somebody who was excluded."""

from __future__ import annotations

from pathlib import Path
from smtplib import SMTPServerDisconnected

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from tests.databases import Desk
from tests.web.cases.cases_room import Company, received

from evenhand.web.cases.models import Case
from evenhand.web.office.models import RotaMail
from evenhand.web.office.rota_mail import addresses_for, lines_of, tell_rota, write_to_rota
from evenhand.web.record import outbox
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow


@pytest.fixture
def room(room: Desk) -> Desk:
    cache.clear()
    (room.home.root / "rota.txt").write_text(
        "# by day\nduty@quillhaven.example\nofficer_1 one@quillhaven.example\nnonsense\n"
    )
    return room


def mails(room: Desk) -> list[str]:
    folder: Path = room.home.root / "outbox"
    return [path.read_text() for path in sorted(folder.glob("*"))] if folder.exists() else []


def test_the_rota_is_told_once_and_learns_nothing_of_the_case(room: Desk, people: Company) -> None:
    calm, case = received(room.ctx).numbers[0], received(room.ctx, danger_claimed=True, subjects=("Ada Fenn",))
    assert tell_rota(room.ctx) == 1
    assert tell_rota(room.ctx) == 0, "not again within the quarter of an hour"
    outbox.run_pending()
    cache.clear()
    assert tell_rota(room.ctx) == 0, "nobody is told twice"
    said = "\n".join(mails(room))
    assert "duty@quillhaven.example" in said and "one@quillhaven.example" in said
    for word in (calm, case.numbers[0], "Ada", "muppet", case.cases[0]):
        assert word not in said
    assert RotaMail.objects.get().addresses == 2
    assert verify(room.ctx).exit_code == 0


def test_whoever_the_sender_excluded_is_not_written_to(room: Desk, people: Company) -> None:
    case = received(room.ctx, danger_claimed=True, excluded=(str(people["officer_1"]),)).cases[0]
    assert list(addresses_for(Case.objects.get(pk=case))) == ["duty@quillhaven.example"]


def test_a_server_that_is_down_is_asked_again(room: Desk, people: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    case = received(room.ctx, danger_claimed=True).cases[0]

    def down(_mail: EmailMessage) -> int:
        raise SMTPServerDisconnected("down")

    with monkeypatch.context() as patch:
        patch.setattr(EmailMessage, "send", down)
        write_to_rota({"case": case}, room.ctx)
    assert not RotaMail.objects.exists()
    write_to_rota({"case": case}, room.ctx)
    assert RotaMail.objects.get().addresses == 2


def test_without_a_rota_nothing_is_written_and_nothing_fails(room: Desk, people: Company) -> None:
    received(room.ctx, danger_claimed=True)
    (room.home.root / "rota.txt").write_bytes(b"\xff\xfe\x00 not text")
    assert lines_of(room.home) == [] and tell_rota(room.ctx) == 0
    (room.home.root / "rota.txt").unlink()
    assert tell_rota(room.ctx) == 0
