"""What the sender of a report sees of it: a list of what they may see, never "all of the case"."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.states import BEFORE_INVESTIGATION, NOT_LIVE, PARTY_WORDS, State
from evenhand.web.cases.clocks import window
from evenhand.web.cases.models import Case, Identity, Message, Party
from evenhand.web.cases.periods import calendar_of, due_from, promised
from evenhand.web.cases.queries import files_from
from evenhand.web.cases.steps.challenge import UPHELD, may_challenge
from evenhand.web.cases.steps.language import others_than
from evenhand.web.cases.steps.more_time import may_have_more
from evenhand.web.cases.steps.report import index_of
from evenhand.web.cases.steps.withdraw import Asked, asked
from evenhand.web.intake.care import CarePanel, care_panel
from evenhand.web.intake.lists import FileLine, LetterLine, file_lines, letter_lines
from evenhand.web.notices.queries import LetterRow, letters_of
from evenhand.web.record.ids import ActorId
from evenhand.web.record.queries import is_covered
from evenhand.web.record.sealed import open_texts

_PURPOSE = "follow a report"
_ASKS = frozenset({NoticeId.N12})
_ENDS = frozenset({NoticeId.N7, NoticeId.N7A, NoticeId.N13})
_TOLD_TO_ALL = BEFORE_INVESTIGATION | {State.MERGED, State.OUT_OF_SCOPE}


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the dialogue."""

    ours: bool
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FollowPage:
    """Everything on the page: `shown_text` is there only while the identity step waits for an answer.

    `answer_by`: until when it waits. `asked` and `decision`: the letter that asks for something, the one that says how
    it ended; "" where there is none. `taken_back`: that they asked to take it back, while they can change their mind.
    `zone`: the IANA zone in which the reader's days end.
    """

    number: str
    words: str
    due: datetime | None
    late: bool
    received_at: datetime
    sent: str
    letters: Sequence[LetterLine]
    lines: Sequence[Line]
    files: Sequence[FileLine]
    shown_text: str
    answer_by: datetime | None
    asked: str
    decision: str
    taken_back: Asked | None
    zone: str
    live: bool
    index: int
    covered: bool
    more_time: bool
    challenge: bool
    outside: bool
    languages: Sequence[tuple[str, str]]
    care: CarePanel | None


def follow_page(party: Party, ctx: Context) -> FollowPage:
    """Return the page of one sender. Opens their own words, and is logged as their reading."""
    case = party.case
    said = list(Message.objects.filter(case=case, party=party).exclude(kind=UPHELD).order_by("at", "id"))
    files = list(files_from(party))
    identity = _asked(case)
    wanted = [case.submission.explanation, *(row.text for row in said), *(row.name for row in files if row.name)]
    wanted += [identity.shown_text] if identity else []
    texts = open_texts(wanted, actor=ActorId(party.id), purpose=_PURPOSE, ctx=ctx)
    live = State(case.state) not in NOT_LIVE
    letters, index = letters_of(case.id, party.id), index_of(case)
    return FollowPage(
        number=case.number,
        words=state_words(case, party.side),
        due=promised(case, ctx.now()) if live else None,
        late=bool(live and case.due and case.due < ctx.now()),
        received_at=case.received_at,
        sent=texts.get(case.submission.explanation, ""),
        letters=letter_lines(letters),
        lines=[Line(not row.from_party, texts.get(row.text, ""), row.at) for row in said],
        files=file_lines(files, texts),
        shown_text=texts.get(identity.shown_text, "") if identity else "",
        answer_by=_answer_by(case, identity, ctx.now()) if identity else None,
        asked=_last(letters, _ASKS) if State(case.state) is State.MORE_INFO_REQUESTED else "",
        decision=_last(letters, _ENDS),
        taken_back=asked(case) if live else None,
        zone=calendar_of(case).timezone,
        live=live,
        index=index,
        covered=is_covered(index),
        more_time=may_have_more(case, window(case, ClockId.INFO, party.id), ctx),
        challenge=may_challenge(party),
        outside=case.outside,
        languages=others_than(party.locale),
        care=care_panel(party),
    )


def _asked(case: Case) -> Identity | None:
    """Return the identity step while its answer can still change what the other side is told."""
    if State(case.state) not in BEFORE_INVESTIGATION:
        return None
    return Identity.objects.filter(case=case, answer=None).first()


def _answer_by(case: Case, identity: Identity, now: datetime) -> datetime | None:
    """Return the day the letter named, None once it is over: an answer is still taken until the other side is told."""
    until = due_from(case, ClockId.IDENTITY, identity.served_at or identity.asked_at).bound
    return until if until is not None and until >= now else None


def _last(letters: Sequence[LetterRow], kinds: Set[NoticeId]) -> str:
    """Return the newest letter of these kinds, "" where there is none."""
    return next((row.id for row in reversed(letters) if row.notice in kinds), "")


def state_words(case: Case, side: str) -> str:
    """Return where the case stands in the reader's language, from the sender's side (§2.6).

    A reporter who is not affected is told that it is handled and that it is concluded, no more (§2.5).
    """
    state = State(case.state)
    if side == "reporter" and state not in _TOLD_TO_ALL:
        return _("it is concluded") if state in NOT_LIVE else _("it is being handled; you hear when it is concluded")
    if state in {State.CHARGED, State.REPLY_WINDOW}:
        return _("formal allegations were made; the other side has time to answer")
    return _(PARTY_WORDS[state])
