"""T00 by its sender: the report is received once, whatever is pressed twice; its receipt and its N1 letter follow."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.commitment import Opening
from evenhand.procedure.notices import NoticeId
from evenhand.web.cases.models import Case, Party, Submission
from evenhand.web.cases.receipt import Report, open_case
from evenhand.web.cases.steps.telling import sender_of, tell
from evenhand.web.notices.composing import Fields
from evenhand.web.notices.queries import letters_of
from evenhand.web.record.documents import instant
from evenhand.web.record.ids import ActorId
from evenhand.web.record.openings import open_commitment
from evenhand.web.record.queries import leaf_about
from evenhand.web.record.unit import recording

PURPOSE: Final = "receive a report"
_FIELD: Final = "sent"


@dataclass(frozen=True, slots=True)
class NextStep:
    """One line of "what happens next", with its date where there is one."""

    words: str
    when: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender keeps: the number, the place in the log, and (what, value) rows that open the commitment."""

    case: str
    number: str
    index: int
    received_at: datetime
    proof_rows: Sequence[tuple[str, str]]
    next_steps: Sequence[NextStep]


def receive_report(report: Report, *, submission: str, ctx: Context) -> Receipt:
    """Receive a report under the id its page carries and return the receipt; the same id again, the same receipt.

    The leaf is in the log when this returns, before any person has read a word. N1 follows in a unit of its own,
    because it names the place in the log; `send_receipts` catches up after a crash between the two.
    """
    if not Submission.objects.filter(pk=submission).exists():
        opened = open_case(report=report, ctx=ctx, submission=submission)
        Party.objects.filter(pk__in=opened.parties).update(receipt_index=opened.index)
    case = Case.objects.select_related("submission").get(submission=submission)
    send_receipt(case, ctx=ctx)
    return receipt_of(case, ctx=ctx)


def receipt_of(case: Case, *, ctx: Context) -> Receipt:
    """Return the receipt of a case, its commitment opened by its sender. One read row."""
    party = _sender(case)
    index = index_of(case)
    opening = open_commitment(index, _FIELD, actor=ActorId(party.id), purpose=PURPOSE, ctx=ctx)
    with translation.override(party.locale):
        return Receipt(
            case=case.id, number=case.number, index=index, received_at=case.received_at,
            proof_rows=_proof_rows(case, index, opening), next_steps=_next_steps(case),
        )  # fmt: skip


def index_of(case: Case) -> int:
    """Return the index of the leaf that says this report was received.

    The column remembers it; after a crash between the commit and the column the log itself is asked.
    """
    party = _sender(case)
    if party.receipt_index is None:
        party.receipt_index = leaf_about(case.submission_id, "submission.received")
        Party.objects.filter(pk=party.pk).update(receipt_index=party.receipt_index)
    return int(party.receipt_index)


def send_receipt(case: Case, *, ctx: Context) -> None:
    """Send N1 where it was not sent yet; idempotent."""
    party = _sender(case)
    if any(letter.notice is NoticeId.N1 for letter in letters_of(case.id, party.id)):
        return
    index, actor = index_of(case), ActorId(party.id)
    opening = open_commitment(index, _FIELD, actor=actor, purpose=PURPOSE, ctx=ctx)

    def words() -> Fields:
        return {
            "case_number": case.number, "time": case.received_at, "commitment": _b64(opening.commitment()),
            "log_index": index, "next_dates": [step.when for step in _next_steps(case) if step.when],
        }  # fmt: skip

    with recording(actor=actor, ctx=ctx, purpose=PURPOSE) as r:
        tell(r, party, NoticeId.N1, words, ctx=ctx)


def send_receipts(ctx: Context) -> int:
    """Send the N1 that a crash left unsent and return how many. Due work, idempotent."""
    from evenhand.web.notices.models import Letter

    told = Letter.objects.filter(notice=NoticeId.N1.value).values("case_id")
    waiting = Case.objects.exclude(pk__in=told).filter(submission__channel="form").select_related("submission")[:100]
    for case in waiting:
        send_receipt(case, ctx=ctx)
    return len(waiting)


def _sender(case: Case) -> Party:
    """Return the party that sent the report. Raises UsageError for an own motion, which nobody sent."""
    party = sender_of(case)
    if party is None:
        raise UsageError("nobody sent this: it is an own motion", where=case.number)
    return party


def _next_steps(case: Case) -> list[NextStep]:
    """Return what happens next, in order; the first has the date that binds us."""
    return [
        NextStep(_("A person opens your report and confirms that they have read it, at the latest by:"), case.due),
        NextStep(_("They look for danger first, and whether others reported the same.")),
        NextStep(_("They tell you what we can do, or who else can help.")),
        NextStep(_("Before the other side could learn who you are, you are asked.")),
    ]


def _proof_rows(case: Case, index: int, opening: Opening) -> list[tuple[str, str]]:
    return [
        (_("Number of the entry"), str(index)),
        (_("Received (UTC)"), instant(case.received_at)),
        (_("Commitment"), _b64(opening.commitment())),
        (_("Its random part"), _b64(opening.nonce)),
    ]


def _b64(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
