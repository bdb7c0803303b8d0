"""Every letter carries the newest checkpoint, as text and as a square: a copy of the record's state outside."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.qr import in_path, text_of
from tests.web.notices.notices_room import FIELDS, Room
from tests.web.notices.test_notices_composing import FRAME, written

from evenhand.context import Context
from evenhand.ledger.checkpoint import TreeHead, open_checkpoint, sign_checkpoint
from evenhand.ledger.notes import Signer
from evenhand.procedure.notices import NoticeId
from evenhand.web.notices import actions
from evenhand.web.notices.checkpoint_mark import MOST, newest_note, qr_svg
from evenhand.web.notices.composing import compose
from evenhand.web.notices.pdf import blocks_of, pdf_of
from evenhand.web.notices.wording import LOCALES
from evenhand.web.record.checkpoints import keyring, make_checkpoint
from evenhand.web.record.verify import verify


@pytest.fixture
def note(ctx: Context) -> str:
    signer = Signer.generate("evenhand/0123456789abcdef", ctx)
    return sign_checkpoint(TreeHead(signer.name, 123_456, bytes(range(32))), [signer]).decode()


def letter(note: str, locale: str) -> str:
    frame = replace(FRAME, checkpoint=note)
    return compose(notice=NoticeId.N2, side="complainant", locale=locale, fields=FIELDS[NoticeId.N2], frame=frame).html


@pytest.mark.parametrize("locale", LOCALES)
def test_a_letter_shows_it_as_text_and_as_a_square(note: str, locale: str) -> None:
    shown = letter(note, locale)
    (lines,) = re.findall(r'<p class="note">(.*?)</p>', shown, re.DOTALL)
    assert html.unescape(lines.replace("<br>", "\n")) + "\n" == note
    (square,) = re.findall(r"<svg.*?</svg>", shown, re.DOTALL)
    drawn = re.search(r'<path[^>]* d="([^"]+)"', square)
    assert drawn is not None and text_of(in_path(drawn[1])) == note.encode()
    assert "style=" not in square and "/ledger" in shown


def test_paper_shows_the_same(note: str) -> None:
    blocks = {block["kind"]: block for block in blocks_of(letter(note, "en"))["blocks"]}
    assert blocks["note"]["text"] + "\n" == note
    assert blocks["drawing"]["text"] == "The same lines as a square that a telephone reads"
    assert blocks["drawing"]["svg"].startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert pdf_of(letter(note, "de")).startswith(b"%PDF")


def test_a_letter_before_the_first_checkpoint_shows_none() -> None:
    shown = written(NoticeId.N2, "en").html
    assert "<svg" not in shown and "The record on this day" not in shown


@pytest.mark.slow
def test_a_sent_letter_carries_the_newest_and_it_verifies(room: Room, tmp_path: Path) -> None:
    made = make_checkpoint(room.ctx)
    sent = room.send(NoticeId.N2)
    (lines,) = re.findall(r'<p class="note">(.*?)</p>', sent.html, re.DOTALL)
    copy = tmp_path / "typed"
    copy.write_text(html.unescape(lines.replace("<br>", "\n")) + "\n", encoding="utf-8")
    head = open_checkpoint(copy.read_bytes(), keyring(room.desk.home)).head
    assert head.size == made.size and copy.read_bytes() == made.note
    assert verify(room.ctx, against=copy).findings == ()
    assert len(newest_note().encode()) <= MOST


def test_a_note_too_long_for_a_square_is_left_out(monkeypatch: pytest.MonkeyPatch, note: str) -> None:
    from evenhand.ledger.store import Checkpoint
    from evenhand.web.notices import checkpoint_mark

    for length, shown in ((MOST, True), (MOST + 1, False)):
        long = note + "x" * (length - len(note.encode()))
        monkeypatch.setattr(checkpoint_mark, "latest_checkpoint", lambda long=long: Checkpoint(1, long.encode(), ""))
        assert bool(newest_note()) is shown
    monkeypatch.setattr(checkpoint_mark, "latest_checkpoint", lambda: None)
    assert newest_note() == ""
    assert qr_svg("x" * MOST, "t").startswith("<svg") and actions.newest_note is newest_note
