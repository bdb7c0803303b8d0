"""The verbs: send a letter, say what became of it, send word of it again, open it.

    with recording(actor=officer, ctx=ctx, purpose="notice") as r:
        send(r, notice=NoticeId.N2, case=case.id, number=case.number, party=recipient, fields={…}, ctx=ctx)

A letter that lacks what it must say is refused before anything is stored, so the caller's whole unit is undone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from django.conf import settings

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.clocks import ServiceKind
from evenhand.procedure.notices import NoticeId
from evenhand.web.notices import queries
from evenhand.web.notices.checkpoint_mark import newest_note
from evenhand.web.notices.codes import check_digest, new_check_code
from evenhand.web.notices.composing import Composed, Fields, Frame, compose
from evenhand.web.notices.mailing import SEND_MAIL, mail_words
from evenhand.web.notices.models import Attempt
from evenhand.web.notices.models import Letter as Row
from evenhand.web.notices.organisation import unit
from evenhand.web.notices.recipient import Recipient
from evenhand.web.notices.serving import as_said, served
from evenhand.web.notices.wording import known_locale
from evenhand.web.notices.words import By
from evenhand.web.record.ids import ActorId, DocumentId, KeyId, SealedId
from evenhand.web.record.sealed import open_texts, seal_text
from evenhand.web.record.unit import Recorder, recording

__all__ = ["Letter", "open_letter", "send", "send_again", "served"]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that was sent: its id, the code that proves it is ours, the document that says so."""

    id: str
    notice: NoticeId
    check_code: str
    document: DocumentId
    html: str


def send(
    r: Recorder,
    *,
    notice: NoticeId,
    case: str | None,
    number: str,
    party: Recipient,
    fields: Fields,
    ctx: Context,
    out_of_scope: bool = False,
    withheld: bool = False,
    own_text: str | None = None,
) -> Letter:
    """Send one letter inside the caller's unit of work and return it; word of it by mail goes after the commit.

    `fields`: what only this case knows, by the names of `procedure.notices.NOTICES`; a value is a text, a number,
    a day, a moment or a list of those, True or False where the letter asks yes or no. The standing words (rights,
    promises) are filled in. `own_text`: the organisation's own template of this notice, which its procedure names.
    `out_of_scope`: the one text of N13; `withheld`: N3 and N5 must say why and by whom.
    Raises MissingFields (naming them) or NotAllowed (UsageErrors) before anything is stored. `r.actor` needs a seat
    on `party.key`. Cost: one letter rendered (a few ms), three rows, one document.
    """
    at = ctx.now().replace(microsecond=0)
    code = new_check_code(ctx)
    known = unit(settings.HOME, known_locale(party.locale))
    frame = Frame(known, number, at, code, party.place, party.code, out_of_scope, withheld, newest_note())
    shown = frame if party.code_in_letter else replace(frame, code="")
    made = compose(notice=notice, side=party.side, locale=party.locale, fields=fields, frame=shown, own_text=own_text)
    return _stored(r, notice=notice, case=case, party=party, made=made, frame=frame)


def send_again(r: Recorder, *, letter: str, contact: SealedId, ctx: Context) -> str:
    """Send word of a letter by mail to another address and return the attempt's id: what mends a bounce.

    The letter itself stays as it was sent. `contact`: the sealed address. UsageError if there is no such letter.
    """
    row = queries.letter(letter)
    attempt = _fresh_attempt(r, row.id, contact)
    r.add(
        type="message.sent", key=KeyId(row.key), case=row.case_id, obj=attempt["id"],
        body={"attempt": as_said(attempt)}, commitments={"sent": row.mail.encode()},
    )  # fmt: skip
    _on_its_way(r, attempt)
    return str(attempt["id"])


def open_letter(letter_id: str, actor: ActorId, purpose: str, ctx: Context) -> str:
    """Return the letter's HTML as it was sent; the reading is logged. Opened by its own party it is served by that.

    Raises UsageError if there is no such letter, KeyRefused without a seat on its key. Not inside a transaction.
    """
    row = queries.letter(letter_id)
    html = open_texts([row.html], actor=actor, purpose=purpose, ctx=ctx).get(row.html)
    if html is None:
        raise UsageError("this letter was removed when the time for keeping it was over")
    if actor == row.party and not queries.was_opened(row.id):
        with recording(actor=actor, ctx=ctx, purpose=purpose) as r:
            served(r, letter=row.id, why=ServiceKind.OPENED, at=max(ctx.now(), row.sent_at))
    return html


def _stored(
    r: Recorder, *, notice: NoticeId, case: str | None, party: Recipient, made: Composed, frame: Frame
) -> Letter:
    locale = known_locale(party.locale)
    row = {
        "id": r.ctx.new_id(), "case_id": case, "notice": notice.value, "party": party.id, "side": str(party.side),
        "locale": locale, "by": party.by.value, "key": party.key,
        "html": seal_text(r, key=party.key, field="letter.html", text=made.html),
        "mail": seal_text(r, key=party.key, field="letter.mail", text=mail_words(frame, locale)),
        "template": made.template, "check_digest": check_digest(frame.check_code), "sent_at": frame.sent_at,
    }  # fmt: skip
    mailed = party.by is By.MAIL and party.contact is not None
    attempt = _fresh_attempt(r, str(row["id"]), party.contact) if mailed and party.contact else None
    document = r.add(
        type="case.notice_sent" if case else "message.sent", key=party.key, case=case, obj=str(row["id"]),
        body={"letter": as_said(row), "attempt": attempt and as_said(attempt)},
        commitments={"sent": sha256(made.html.encode()).digest()},
    )  # fmt: skip
    Row.objects.create(**row, document=document)
    if attempt:
        _on_its_way(r, attempt)
    return Letter(str(row["id"]), notice, frame.check_code, document, made.html)


def _fresh_attempt(r: Recorder, letter: str, contact: SealedId) -> dict[str, Any]:
    return {
        "id": r.ctx.new_id(),
        "letter_id": letter,
        "contact": contact,
        "made_at": r.ctx.now().replace(microsecond=0),
    }


def _on_its_way(r: Recorder, attempt: dict[str, Any]) -> None:
    Attempt.objects.create(**attempt)
    r.enqueue(SEND_MAIL, {"attempt": attempt["id"]})
