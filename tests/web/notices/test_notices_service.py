"""Served, then counted: mails that are taken, come back, wait; paper; a reader who opens; what a person must mend."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import datetime, timedelta
from email import policy
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from tests.web.notices.notices_room import CALENDAR, Room, findings

import evenhand.web.notices.mailing as mailing
import evenhand.web.record.outbox as outbox
from evenhand.errors import UsageError
from evenhand.procedure.clocks import ServiceKind
from evenhand.procedure.notices import NoticeId
from evenhand.web.notices.actions import open_letter, send_again, served
from evenhand.web.notices.models import Accepted, Attempt, Service
from evenhand.web.notices.queries import served_at, service_events, service_of, unserved_letters
from evenhand.web.notices.words import By, Unserved
from evenhand.web.record.due import run_due
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.unit import recording

pytestmark = pytest.mark.slow


def mailed(room: Room, **options: Any) -> str:
    """A letter told of by mail; the mail is still in the queue."""
    return room.send(NoticeId.N3, room.side("respondent", by=By.MAIL, **options)).id


def post_office(room: Room) -> None:
    """Do the mails that wait, at the room's time."""
    for attempt in Attempt.objects.filter(accepted=None).values_list("id", flat=True):
        mailing.send_mail({"attempt": attempt}, room.ctx)


def mails(room: Room) -> list[email.message.EmailMessage]:
    folder = room.desk.home.root / "outbox"
    texts = [path.read_bytes() for path in sorted(folder.iterdir())] if folder.is_dir() else []
    found = [part for text in texts for part in text.split(b"\n" + b"-" * 79 + b"\n") if part.strip()]
    return [email.message_from_bytes(part, policy=policy.default) for part in found]


def when(room: Room, letter: str) -> datetime | None:
    return served_at(letter, calendar=CALENDAR, now=room.ctx.now())


def troubles(room: Room) -> list[Unserved]:
    return [found.why for found in unserved_letters([room.case], room.ctx.now())]


def come_back(room: Room, letter: str) -> None:
    with recording(actor=room.officer, ctx=room.ctx, purpose="service") as r:
        served(r, letter=letter, why=ServiceKind.BOUNCED, at=room.ctx.now())


def refuse_with(patch: pytest.MonkeyPatch, error: Exception) -> None:
    def deliver(_words: str, _address: str) -> None:
        raise error

    patch.setattr(mailing, "_deliver", deliver)


def test_the_job_waits_in_the_outbox_and_the_worker_does_it(room: Room) -> None:
    mailed(room)
    assert mails(room) == []
    assert outbox.run_pending() == 1
    assert len(mails(room)) == 1


@pytest.mark.parametrize(("locale", "subject"), [("en", "There is a letter for you"), ("de", "Ein Brief für Sie")])
def test_a_mail_says_that_there_is_a_letter_and_nothing_else(room: Room, locale: str, subject: str) -> None:
    letter = room.send(NoticeId.N3, room.side("respondent", by=By.MAIL, locale=locale, code="CODE-ONE"))
    room.send(NoticeId.N2, room.side("complainant", by=By.MAIL, locale=locale))
    post_office(room)
    first, second = sorted(mails(room), key=lambda mail: "CODE-ONE" not in mail.get_content())
    assert first["Subject"] == second["Subject"] == subject
    assert first["To"] == "reader@example.org"
    body = first.get_content()
    assert "https://unit.quillhaven.example/answer" in body and letter.check_code in body
    assert "/follow" in second.get_content() and "/check-a-letter" in body and "01 555 0100" in body
    for word in ("complain", "rule", "post you", "treasurer", "beschwer", "2026-0014", "Heron", "Quillhaven Fed"):
        assert word not in body + second.get_content() + str(first.items())
    assert not list(first.iter_attachments())


def test_a_mail_taken_and_not_sent_back_for_a_day_is_delivered(any_room: Room) -> None:
    room = any_room
    letter = mailed(room)
    post_office(room)
    taken = room.ctx.now()
    room.later(hours=23)
    assert mailing.deliver_due(room.ctx) == 0 and when(room, letter) is None
    room.later(hours=1)
    assert mailing.deliver_due(room.ctx) == 1 and mailing.deliver_due(room.ctx) == 0
    assert when(room, letter) == taken + timedelta(hours=24)
    assert [event.recorded_by for event in service_events(letter)] == [SYSTEM]
    assert findings(room) == []


def test_tick_does_the_due_work(room: Room) -> None:
    letter = mailed(room)
    post_office(room)
    done = run_due(room.later(days=2))
    assert done["letters that count as delivered"] == 1
    assert when(room, letter)


def test_a_mail_that_comes_back_starts_no_clock_and_makes_a_task(any_room: Room) -> None:
    room = any_room
    letter = mailed(room)
    post_office(room)
    room.later(hours=2)
    come_back(room, letter)
    room.later(days=30)
    assert mailing.deliver_due(room.ctx) == 0
    assert when(room, letter) is None
    assert service_of([letter], calendar=CALENDAR, now=room.ctx.now())[letter].needs_task
    assert troubles(room) == [Unserved.BOUNCED]


def test_a_bounce_after_a_day_undoes_the_delivery(room: Room) -> None:
    letter = mailed(room)
    post_office(room)
    room.later(days=2)
    mailing.deliver_due(room.ctx)
    assert when(room, letter)
    come_back(room, letter)
    assert when(room, letter) is None and troubles(room) == [Unserved.BOUNCED]


def test_another_address_mends_a_bounce(room: Room) -> None:
    letter = mailed(room)
    post_office(room)
    come_back(room, letter)
    with recording(actor=room.officer, ctx=room.later(days=1), purpose="mend") as r:
        send_again(r, letter=letter, contact=room.address, ctx=room.ctx)
    assert troubles(room) == []
    outbox.run_pending()
    assert len(mails(room)) == 2
    again = Accepted.objects.order_by("-attempt__made_at").first()
    assert again is not None and mails(room)[0].get_content() == mails(room)[1].get_content()
    assert findings(room) == []


def test_a_server_that_refuses_for_good_is_a_bounce(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = mailed(room)
    refuse_with(monkeypatch, SMTPRecipientsRefused({"reader@example.org": (550, b"no such user")}))
    post_office(room)
    assert [event.kind for event in service_events(letter)] == [ServiceKind.BOUNCED]
    assert troubles(room) == [Unserved.BOUNCED]
    post_office(room)
    assert Service.objects.count() == 1


@pytest.mark.parametrize("contact", ["", "Ada Moss, 1 Harbour Road", "ring 01 555 0100", "ada@localhost"])
def test_a_contact_without_an_address_is_a_bounce(room: Room, contact: str) -> None:
    mail_to(room, contact)
    assert troubles(room) == [Unserved.BOUNCED] and mails(room) == []


@pytest.mark.parametrize(
    "contact", ["Ada Moss <ada@moss.example>", "ada@moss.example, 01 555 0100", " ada@moss.example\nx: y"]
)
def test_the_address_is_found_in_what_was_written(room: Room, contact: str) -> None:
    mail_to(room, contact)
    assert [mail["To"] for mail in mails(room)] == ["ada@moss.example"]


def mail_to(room: Room, contact: str) -> None:
    with recording(actor=room.officer, ctx=room.ctx, purpose="contact") as r:
        sealed = seal_text(r, key=room.key, field="contact", text=contact)
        r.add(type="party.recorded", key=room.key, case=room.case, body={})
    room.send(NoticeId.N3, replace(room.side("respondent", by=By.MAIL), contact=sealed))
    post_office(room)


@pytest.mark.parametrize(
    "error",
    [SMTPServerDisconnected("gone"), ConnectionRefusedError(), SMTPRecipientsRefused({"a@b.example": (451, b"later")})],
)
def test_a_server_that_is_away_is_tried_again_and_told_of(
    room: Room, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    mailed(room)
    with monkeypatch.context() as patch:
        refuse_with(patch, error)
        post_office(room)
    assert troubles(room) == [] and mailing.try_again_due(room.ctx) == 0
    room.later(minutes=61)
    assert troubles(room) == [Unserved.NOT_ACCEPTED]
    assert mailing.try_again_due(room.ctx) == 1
    assert mailing.try_again_due(room.ctx) == 0, "once in a quarter of an hour"
    outbox.run_pending()
    assert len(mails(room)) == 1 and troubles(room) == []


def test_after_three_days_a_person_has_to_mend_it(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    mailed(room)
    refuse_with(monkeypatch, ConnectionRefusedError())
    room.later(days=3, minutes=1)
    assert mailing.try_again_due(room.ctx) == 0
    assert troubles(room) == [Unserved.NOT_ACCEPTED]


def test_a_mail_is_sent_once_however_often_the_job_runs(room: Room) -> None:
    mailed(room)
    (attempt,) = Attempt.objects.values_list("id", flat=True)
    for _ in range(3):
        mailing.send_mail({"attempt": attempt}, room.ctx)
    mailing.send_mail({"attempt": "f" * 32}, room.ctx)
    assert len(mails(room)) == 1


def test_paper_counts_after_three_working_days(room: Room) -> None:
    letter = room.send(NoticeId.N3, room.side("respondent", by=By.POST)).id
    assert troubles(room) == [Unserved.TO_POST]
    with recording(actor=room.officer, ctx=room.ctx, purpose="service") as r:
        served(r, letter=letter, why=ServiceKind.POSTED, at=room.ctx.now())  # Monday
    assert troubles(room) == []
    assert when(room, letter) is None
    room.later(days=4)
    found = when(room, letter)
    assert found is not None and (found.day, found.hour) == (5, 23)


def test_paper_that_comes_back_starts_no_clock(room: Room) -> None:
    letter = room.send(NoticeId.N3, room.side("respondent", by=By.POST)).id
    with recording(actor=room.officer, ctx=room.ctx, purpose="service") as r:
        served(r, letter=letter, why=ServiceKind.POSTED, at=room.ctx.now())
    room.later(days=5)
    come_back(room, letter)
    assert when(room, letter) is None and troubles(room) == [Unserved.BOUNCED]


def test_its_reader_serves_a_letter_by_opening_it(any_room: Room) -> None:
    room = any_room
    party = room.side("respondent")
    letter = room.send(NoticeId.N3, party).id
    room.seat(party)
    open_letter(letter, room.officer, "read a letter", room.ctx)
    assert when(room, letter) is None, "somebody else's reading is no service"
    opened = room.later(hours=5).now()
    for _ in range(2):
        open_letter(letter, ActorId(party.id), "read my letter", room.ctx)
    assert when(room, letter) == opened
    assert len(service_events(letter)) == 1


def test_opening_counts_also_after_a_bounce(room: Room) -> None:
    party = room.side("respondent", by=By.MAIL)
    letter = room.send(NoticeId.N3, party).id
    room.seat(party)
    post_office(room)
    come_back(room, letter)
    open_letter(letter, ActorId(party.id), "read my letter", room.ctx)
    assert when(room, letter) == room.ctx.now() and troubles(room) == []


def test_a_letter_by_mail_without_an_address_is_a_task(room: Room) -> None:
    room.send(NoticeId.N3, replace(room.side("respondent", by=By.MAIL), contact=None))
    (found,) = unserved_letters([room.case], room.ctx.now())
    assert (found.why, found.case, found.notice) == (Unserved.NO_ADDRESS, room.case, NoticeId.N3)
    assert unserved_letters([room.ctx.new_id()], room.ctx.now()) == []


def test_a_letter_cannot_arrive_before_it_was_sent(room: Room) -> None:
    letter = room.send(NoticeId.N3, room.side("respondent", by=By.POST)).id
    with pytest.raises(UsageError, match="before"), recording(actor=room.officer, ctx=room.ctx, purpose="s") as r:
        served(r, letter=letter, why=ServiceKind.POSTED, at=room.ctx.now() - timedelta(seconds=1))
    with pytest.raises(UsageError, match="nothing was sent"):
        come_back(room, letter)


def test_tasks_of_many_cases_cost_the_same_queries(room: Room) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            unserved_letters([room.case], room.ctx.now())
        return len(captured)

    mailed(room)
    few = queries()
    for _ in range(3):
        mailed(room)
    assert queries() == few <= 4
