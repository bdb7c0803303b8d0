"""What the person complained about is shown: an explicit list, never "all of the case".

Nothing here reads a text of the report itself, its sender, or anybody else's words but what was disclosed: the
allegations, the items they rest on, what was looked for, the party's own letters and messages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from evenhand.codes import ActType, Rung
from evenhand.context import Context
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import NOT_LIVE, PARTY_WORDS, State
from evenhand.web.cases import clocks
from evenhand.web.cases.models import Allegation, AllegationItem, Case, Item, Message, Party, Search
from evenhand.web.cases.periods import calendar_of, promised
from evenhand.web.cases.queries import files_from
from evenhand.web.cases.steps.challenge import UPHELD, may_challenge
from evenhand.web.cases.steps.dialogue import Kind
from evenhand.web.cases.steps.identity import may_be_named
from evenhand.web.cases.steps.investigate.begin import front_act, interval_words
from evenhand.web.cases.steps.language import others_than
from evenhand.web.cases.steps.more_time import may_have_more
from evenhand.web.cases.steps.reply import answers_of, can_answer, complete
from evenhand.web.intake.care import CarePanel, care_panel
from evenhand.web.intake.lists import FileLine, LetterLine, file_lines, letter_lines
from evenhand.web.notices.presenters import unit_here
from evenhand.web.notices.queries import letters_of
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.queries import is_covered
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.seats import has_seat
from evenhand.web.rules.queries import ClauseText, clause_text

PURPOSE = "read the own side of a case"


@dataclass(frozen=True, slots=True)
class Front:
    """The first words: what it is about, the rule that day, the most that can follow, one date, one telephone."""

    act: str
    rule: str
    most: str
    until: datetime | None
    telephone: str


@dataclass(frozen=True, slots=True)
class AllegationLine:
    """One allegation with the rule as it stood on the day of the conduct."""

    number: int
    act: str
    what: str
    places: Sequence[str]
    on_day: date
    rule: str
    rule_text: str
    version: str
    interval: str
    most: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One piece of evidence: where it is, its words as they are known, its fingerprint."""

    place: str
    words: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class SearchLine:
    """One search for what speaks for the reader."""

    what: str
    result: str
    good: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the dialogue."""

    ours: bool
    text: str
    at: datetime
    about: str


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """Everything on the page of one side; `front` and what follows from it is there for the person complained about.

    `decision`: the letter that says how it ended, "" before it. `answer_until`: the end of the reader's own time, while
    it runs. `zone`: the IANA zone in which their days end. `covered`: whether the first letter can be proved yet.
    `files`: what they sent; None for a witness, who sends none.
    """

    number: str
    words: str
    decided: bool
    decision: str
    zone: str
    front: Front | None
    allegations: Sequence[AllegationLine]
    named: bool
    machine: bool
    evidence: Sequence[ItemLine]
    withheld: Sequence[str]
    searches: Sequence[SearchLine]
    answer_until: datetime | None
    more_time: bool
    can_answer: bool
    answered: int
    complete: bool
    may_challenge: bool
    letters: Sequence[LetterLine]
    covered: bool
    lines: Sequence[Line]
    files: Sequence[FileLine] | None
    keep_until: date | None
    languages: Sequence[tuple[str, str]]
    care: CarePanel | None


def answer_page(party: Party, ctx: Context) -> AnswerPage:
    """Return the page of one side. Opens what is shown on it, logged as the party's own reading."""
    case = party.case
    respondent = party.side == CaseRole.RESPONDENT.value
    rows = _allegations(case) if respondent else []
    links = _links(rows)
    searches = list(Search.objects.filter(case=case).order_by("made_at", "id")) if _formal(rows) else []
    said = list(Message.objects.filter(case=case, party=party).exclude(kind=UPHELD).order_by("at", "id"))
    files = list(files_from(party)) if respondent else []
    wanted = [row.particulars for row in rows] + [row.text for row in said] + [row.name for row in files if row.name]
    wanted += [text for row in searches for text in (row.what, row.result)]
    texts = _opened(party, wanted, links, ctx)
    window = clocks.window(case, ClockId.REPLY, party.id) if respondent else None
    done = complete(case, party.id)
    open_still = respondent and can_answer(case, party.id)
    answer_until = window.due if window is not None and open_still and not done else None
    decided = State(case.state) in _DECIDED
    until = None if decided else answer_until or promised(case, ctx.now())
    letters = letters_of(case.id, party.id)
    papers = letter_lines(letters)
    return AnswerPage(
        number=case.number,
        words=_(PARTY_WORDS[State(case.state)]),
        decided=decided,
        decision=next((row.id for row in reversed(letters) if row.notice in _ENDS), ""),
        zone=calendar_of(case).timezone,
        front=_front(rows, until) if rows else None,
        allegations=[_allegation(row, links, texts) for row in rows],
        named=may_be_named(case),
        machine=case.found_by_machine,
        evidence=_evidence(links, texts),
        withheld=[texts[link.gist] for link in links if link.gist and link.gist in texts],
        searches=[_search(row, texts) for row in searches],
        answer_until=answer_until,
        more_time=may_have_more(case, window, ctx) and not done,
        can_answer=open_still,
        answered=len(answers_of(case, party.id)),
        complete=done,
        may_challenge=may_challenge(party),
        letters=papers,
        covered=bool(papers) and is_covered(papers[0].entry),
        lines=[Line(not row.from_party, texts.get(row.text, ""), row.at, _about(row.kind)) for row in said],
        files=file_lines(files, texts) if respondent else None,
        keep_until=case.keep_until,
        languages=others_than(party.locale),
        care=care_panel(party),
    )


_DECIDED = NOT_LIVE | {State.SANCTION_ACTIVE, State.APPEALED}
_ENDS = frozenset({NoticeId.N7, NoticeId.N7A, NoticeId.N13})


def _allegations(case: Case) -> list[Allegation]:
    return list(Allegation.objects.filter(case=case, drop_reason=None).order_by("number"))


def _formal(rows: Sequence[Allegation]) -> bool:
    return any(row.formal_at for row in rows)


def _links(rows: Sequence[Allegation]) -> list[AllegationItem]:
    found = AllegationItem.objects.filter(allegation__in=rows).exclude(disclosed_at=None, gist=None)
    return list(found.select_related("item").order_by("item__first_seen_at", "item_id"))


def shown_items(party: Party, links: Sequence[AllegationItem], ctx: Context) -> list[Item]:
    """Return the items whose place and words this party may open: those disclosed to it, with a seat on their key."""
    items = {link.item_id: link.item for link in links if link.disclosed_at is not None}
    return [item for item in items.values() if has_seat(KeyId(item.key), ActorId(party.id), ctx.now())]


def _opened(party: Party, wanted: list[str], links: Sequence[AllegationItem], ctx: Context) -> Mapping[str, str]:
    """Return the texts asked for, with those of the items and gists that were disclosed, in one logged reading."""
    wanted += [link.gist for link in links if link.gist]
    wanted += [text for item in shown_items(party, links, ctx) for text in (item.locator, item.text) if text]
    return open_texts(wanted, actor=ActorId(party.id), purpose=PURPOSE, ctx=ctx) if wanted else {}


def _front(rows: Sequence[Allegation], until: datetime | None) -> Front:
    first = rows[0]
    clause = clause_text(first.clause_id)
    most = max((Rung(row.most_that_can_follow) for row in rows), key=lambda rung: rung.height)
    return Front(front_act(first), f"{clause.number} {clause.title}", _(most.words), until, unit_here().telephone)


def _allegation(row: Allegation, links: Sequence[AllegationItem], texts: Mapping[str, str]) -> AllegationLine:
    clause: ClauseText = clause_text(row.clause_id)
    mine = [link.item for link in links if link.allegation_id == row.id]
    return AllegationLine(
        number=row.number,
        act=_(ActType(row.act_type).words),
        what=texts.get(row.particulars, ""),
        places=[texts[item.locator] for item in mine if item.locator in texts],
        on_day=row.conduct_on,
        rule=f"{clause.number} {clause.title}",
        rule_text=clause.text,
        version=clause.version,
        interval=interval_words(clause),
        most=_(Rung(row.most_that_can_follow).words),
    )


def _search(row: Search, texts: Mapping[str, str]) -> SearchLine:
    return SearchLine(texts.get(row.what, ""), texts.get(row.result, ""), row.found != "nothing")


def _evidence(links: Sequence[AllegationItem], texts: Mapping[str, str]) -> list[ItemLine]:
    items = {link.item_id: link.item for link in links if link.disclosed_at is not None}
    return [
        ItemLine(texts.get(item.locator, ""), texts.get(item.text or "", ""), item.item_hash) for item in items.values()
    ]


def _about(kind: str) -> str:
    words = {
        Kind.MORE_TIME.value: _("more time"),
        Kind.COMPANION.value: _("who comes along"),
        Kind.CHALLENGE.value: _("one of the three people"),
    }
    return words.get(kind, "")
