"""Mails that lie as files, where no mail server is named: they go with the case they tell of, or after thirty days."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.databases import Desk
from tests.web.cases.cases_story import Story
from tests.web.cases.cases_story import story as walked
from tests.web.vault.test_vlt_holds import Staff

from evenhand.errors import UsageError
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.states import State
from evenhand.web.cases.erasing import erase_case
from evenhand.web.cases.steps.telling import tell_sender
from evenhand.web.notices import outbox_files
from evenhand.web.notices.outbox_files import forget_mails, mails_of, outbox_now, sweep_mails
from evenhand.web.record import outbox
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify
from evenhand.web.vault.words import Kind, Why

pytestmark = pytest.mark.slow


def mails(desk: Desk) -> list[Path]:
    return sorted((desk.home.root / "outbox").glob("*"))


def told(desk: Desk, contact: str, locale: str = "en", like: Story | None = None) -> Story:
    """Return a closed case whose sender was written a letter, with its mail in the folder."""
    report: Mapping[str, str] = {"by": "mail", "contact": contact, "locale": locale}
    case = walked(desk.ctx, until=State.CLOSED, people=like.people if like else None, report=report)
    fields = {"handler_role": "Intake", "handler_pseudonym": "Ash"}
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        tell_sender(r, case.case, NoticeId.N2, lambda: fields, ctx=desk.ctx)
    outbox.run_pending()
    return case


def erase(staff: Staff, case: Story) -> None:
    erase_case(case.case, why=Why.REQUEST, first=staff.dpo, second=staff.keeper, ctx=case.ctx)


def test_the_mails_of_an_erased_case_go_and_no_other_does(room: Desk) -> None:
    one = told(room, "robin@quillhaven.example", "de")
    two = told(room, "ash@quillhaven.example", like=one)
    (room.home.root / "outbox" / "note.txt").write_bytes(b"\xff\x00 not a mail\n\n")
    assert len(mails(room)) == 3
    staff = Staff(room)
    hold = staff.place(one.case_id, Kind.CASE)
    with pytest.raises(UsageError, match="hold"):
        erase(staff, one)
    assert len(mails(room)) == 3, "refused: nothing goes"
    staff.release(hold)
    erase(staff, one)
    rest = b"".join(path.read_bytes() for path in mails(room))
    assert b"ash@quillhaven.example" in rest and b"robin@quillhaven.example" not in rest and len(mails(room)) == 2
    erase(staff, two)
    assert [path.name for path in mails(room)] == ["note.txt"] and verify(room.ctx).exit_code == 0


def test_a_mail_goes_after_thirty_days_whatever_it_tells_of(desk: Desk) -> None:
    assert (outbox_now().count, outbox_now().goes, sweep_mails(desk.ctx)) == (0, None, 0)
    folder = desk.home.root / "outbox"
    folder.mkdir()
    now = desk.ctx.now().timestamp()
    for name, days in (("old", 31), ("young", 29)):
        (folder / name).write_text("a mail")
        os.utime(folder / name, (now - days * 86_400,) * 2)
    said = outbox_now()
    assert said.count == 2 and said.oldest and said.goes and (said.goes - said.oldest).days == 30
    assert sweep_mails(desk.ctx) == 1 and sweep_mails(desk.ctx) == 0
    assert [path.name for path in folder.iterdir()] == ["young"]


def test_a_mail_without_words_takes_no_other_along(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = desk.home.root / "outbox"
    folder.mkdir()
    (folder / "another").write_text("Subject: somebody else's\n\nwords")
    monkeypatch.setattr(outbox_files, "open_texts", lambda *_, **__: {"one": "A subject and nothing else"})
    words = mails_of(desk.ctx.new_id(), (), desk.ctx)
    assert words == frozenset() and forget_mails(words) == 0 and mails(desk)
