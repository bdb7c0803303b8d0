"""Once a month overseers get the checkpoint and counts: once each, again where a server was down, nobody named."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from smtplib import SMTPServerDisconnected

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage as Outgoing
from tests.cast import text_of, visitor
from tests.clock import MovingClock
from tests.databases import Desk
from tests.qr import in_picture
from tests.qr import text_of as held_by

from evenhand.ledger.checkpoint import open_checkpoint
from evenhand.web.notices.checkpoint_mark import MOST
from evenhand.web.publish import overseers as sending
from evenhand.web.publish.overseers import overseers, tell_overseers, words_of, write_to_overseers
from evenhand.web.record.checkpoints import keyring, make_checkpoint
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.outbox import run_pending
from evenhand.web.record.queries import latest_checkpoint, log_size, log_store
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify
from evenhand.web.vault.alarms import raise_alarm
from evenhand.web.vault.models import VaultObject
from evenhand.web.vault.objects import Capture, keep, prepare

pytestmark = pytest.mark.slow
TWO = "# trustees\nada@trust.example\nada@trust.example\nbo@union.example\nno address\nC D c@d.example\n"


def mails(room: Desk) -> list[EmailMessage]:
    # Files are named by the second and by an address in memory, so that two mails may stand in one.
    files = [path.read_bytes() for path in sorted((room.home.root / "outbox").glob("*"))]
    each = [mail for file in files for mail in file.split(b"-" * 79 + b"\n") if mail.strip()]
    return [message_from_bytes(mail, policy=default) for mail in each]


def plain(mail: EmailMessage) -> str:
    (body,) = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    return str(body.get_content())


def pictures(mail: EmailMessage) -> list[bytes]:
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds in (["text/plain"], ["text/plain", "image/png"]), "plain text first, and nothing to be fetched"
    return [part.get_content() for part in mail.iter_attachments()]


def monthly(room: Desk) -> int:
    cache.clear()
    count = tell_overseers(room.ctx)
    run_pending()
    return count


def test_each_gets_it_once_a_month_and_it_says_what_stands(
    room: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = room.ctx
    assert monthly(room) == 0, "nobody is named"
    (room.home.root / "overseers.txt").write_text(TWO)
    assert overseers(room.home) == ["ada@trust.example", "bo@union.example"]
    made = prepare(b"one", key=ORGANISATION, scope="a" * 32, actor=SYSTEM, purpose="test", ctx=ctx)
    with recording(actor=SYSTEM, ctx=ctx, purpose="test") as r:
        kept = keep(r, made, kind="text", capture=Capture())
    raise_alarm(VaultObject.objects.get(pk=kept), found="read", reason="changed", ctx=ctx)
    make_checkpoint(ctx)
    clock.move(days=31)
    send = Outgoing.send

    def down(mail: Outgoing) -> int:
        if mail.to == ["bo@union.example"]:
            raise SMTPServerDisconnected("down")
        return send(mail)

    with monkeypatch.context() as patch:
        patch.setattr(Outgoing, "send", down)
        assert monthly(room) == 1
    assert tell_overseers(ctx) == 0, "not again within the quarter of an hour"
    assert [monthly(room), monthly(room)] == [1, 0]
    sent = mails(room)
    assert sorted(str(mail["To"]) for mail in sent) == ["ada@trust.example", "bo@union.example"]
    body = plain(sent[0])
    note = latest_checkpoint()
    assert note is not None and note.note.decode().rstrip("\n") in body.replace("\r\n", "\n")
    assert "In March 2026:\nErasures finished: 0." in body and "Alarms about stored files: 1." in body
    assert "Somebody must look into it" in body and not re.search(r"[0-9a-f]{32}|ada@|bo@", body)
    leaves = [json.loads(entry.data) for entry in log_store().entries(0, log_size())]
    assert [leaf["t"] for leaf in leaves].count("message.sent") == 2
    assert "trust.example" not in (room.home.root / "overseers-told.json").read_text()
    clock.move(days=31)
    assert monthly(room) == 1 and len(mails(room)) == 4
    assert "Once a month the signed checkpoint" in text_of(visitor().get("/sources"))
    assert verify(ctx).exit_code == 0


def test_a_saved_mail_is_compared_by_the_command(room: Desk, tmp_path: Path) -> None:
    (room.home.root / "overseers.txt").write_text("ada@trust.example\n")
    (room.home.root / "letters.toml").write_text('language = "de"\n')
    make_checkpoint(room.ctx)
    note = latest_checkpoint()
    assert note is not None
    subject, body = words_of("2026-03", note, room.ctx)
    assert "Februar 2026" in subject and "Löschungen abgeschlossen: 0." in body
    assert words_of("2027-01", note, room.ctx)[0].endswith("Dezember 2026")
    saved = tmp_path / "note"
    saved.write_text(body[body.index(note.note.decode().split("\n")[0]) :].split("\n\nDas angehängte Bild")[0] + "\n")
    assert saved.read_bytes() == note.note
    (room.home.root / "overseers.txt").unlink()
    write_to_overseers({"month": "2026-03"}, room.ctx)
    assert not (room.home.root / "outbox").exists()


def test_the_square_holds_the_note_and_the_note_verifies(room: Desk, tmp_path: Path) -> None:
    (room.home.root / "overseers.txt").write_text("ada@trust.example\n")
    made = make_checkpoint(room.ctx)
    assert monthly(room) == 1
    (mail,) = mails(room)
    (picture,) = pictures(mail)
    held = held_by(in_picture(picture, dots=4))
    assert held == made.note and len(held) <= MOST == 500
    assert held.decode() in plain(mail).replace("\r\n", "\n")
    assert "The attached picture holds the same lines as a square" in plain(mail)
    copy = tmp_path / "read by a telephone"
    copy.write_bytes(held)
    assert open_checkpoint(held, keyring(room.home)).head.size == made.size
    assert verify(room.ctx, against=copy).findings == ()
    copy.write_bytes(held.replace(b"A", b"B", 1))
    assert verify(room.ctx, against=copy).findings, "a square that holds anything else is no copy"


def test_what_witnesses_add_is_in_the_text_only_and_a_note_too_long_goes_as_text_alone(
    room: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_checkpoint(room.ctx)
    assert "telephone" in words_of("2026-03", made, room.ctx)[1]
    cosigned = replace(made, cosignatures=("— witness.example AAAA",))
    body = words_of("2026-03", cosigned, room.ctx)[1]
    assert cosigned.published.decode().rstrip("\n") in body and "without those of the witnesses" in body
    long = replace(made, note=made.note + b"x" * MOST)
    assert "telephone" not in words_of("2026-03", long, room.ctx)[1]
    (room.home.root / "overseers.txt").write_text("ada@trust.example\n")
    for checkpoint, squares in ((cosigned, [made.note]), (long, [])):
        for of_the_round_before in [*(room.home.root / "outbox").glob("*"), room.home.root / "overseers-told.json"]:
            of_the_round_before.unlink(missing_ok=True)
        monkeypatch.setattr(sending, "latest_checkpoint", lambda given=checkpoint: given)
        write_to_overseers({"month": "2026-03"}, room.ctx)
        (mail,) = mails(room)  # which of two files of one second is the newer, their names do not tell
        assert [held_by(in_picture(each, dots=4)) for each in pictures(mail)] == squares
