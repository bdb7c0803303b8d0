"""T00: a report is received. Its receipt is a leaf of the log before any person reads it (D15).

One unit of work: the submission, its items (known by a keyed hash, so that the same post is one item whoever names
it), who must not see it, and one case per person complained of. Keys come first, durable, then the transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import Max

from evenhand.context import Context
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.roles import FORM_ROLES, CaseRole
from evenhand.procedure.states import State
from evenhand.procedure.transitions import TABLE_VERSION
from evenhand.web.cases import clocks
from evenhand.web.cases.acts import Act, acting
from evenhand.web.cases.keyed import keyed, name_form
from evenhand.web.cases.models import Case, Event, Exclusion, Item, Party, Submission, SubmissionItem
from evenhand.web.cases.periods import due_from, moment
from evenhand.web.cases.pinned import Pinned, pinned_on
from evenhand.web.cases.refusals import Refused
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.keys import create_key
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.seats import grant_seat
from evenhand.web.record.unit import Recorder, recording

_RECEIPT_LOCK: Final = 0x63617365  # "case": one receipt at a time on PostgreSQL, so that numbers have no gaps
_DRAFT: Final = State.DRAFT.value


@dataclass(frozen=True, slots=True)
class SaidItem:
    """One post or act a sender names. `canonical`: its platform id or canonical URL (evidence.item_id)."""

    canonical: str
    locator: str
    kind: str = "post"  # post, mail, message, act
    text: str | None = None
    happened_on: date | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody sent, checked by the form already. Free words are sealed; `excluded` are ids of people.

    `sender`: target, representative, witness or other. `subjects`: the names of those complained of, one case each.
    `outside`: the case is for people from outside alone. `code_digest`: of the one-time code in the receipt.
    """

    sender: str
    explanation: str
    subjects: tuple[str, ...]
    items: tuple[SaidItem, ...] = ()
    channel: str = "form"  # form, mail, letter, telephone, officer
    locale: str = "en"
    by: str = "page"  # how notices reach the sender: page, mail, post
    anonymous: bool = False
    contact: str | None = None
    name: str | None = None
    danger_claimed: bool = False
    protected_characteristic: bool = False
    excluded_words: str | None = None
    excluded: tuple[str, ...] = ()
    outside: bool = False
    own_motion: bool = False
    restricted_linked: bool = False
    found_by_machine: bool = False
    code_digest: str | None = None
    account: str | None = None
    seeded: bool = False

    @property
    def role(self) -> CaseRole:
        """The part the sender has in the case: complainant or reporter."""
        return FORM_ROLES[self.sender]


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of a report: ids, the numbers to print, and where its receipt stands in the log."""

    submission: str
    submission_key: KeyId
    cases: tuple[str, ...]
    numbers: tuple[str, ...]
    parties: tuple[str, ...]
    items: tuple[str, ...]
    received_at: datetime
    document: str
    index: int
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class _Receipt:
    """One report on its way in: who it comes from in each case, the keys that were made before, what it pins."""

    report: Report
    submission: str
    parties: tuple[ActorId, ...]  # one per case; of own motion the officer
    said: Mapping[str, SaidItem]  # item hash -> the item, each once
    lookups: tuple[str, ...]  # of each subject
    source: str  # keyed: who sent it
    submission_key: KeyId
    case_keys: tuple[KeyId, ...]
    item_keys: Mapping[str, KeyId]
    pinned: Pinned
    at: datetime

    @property
    def sender(self) -> ActorId:
        """Who writes the submission, and may open it as the maker of its key."""
        return self.parties[0]


def open_case(*, report: Report, ctx: Context, submission: str | None = None, actor: ActorId | None = None) -> Opened:
    """Receive a report (T00) and return what came of it; everything in one unit of work, or nothing.

    `actor`: the officer of an own motion, which has no complainant; else the sender's party acts. Raises Refused for
    a report without a person complained of. Cost: a key per submission, case and new item, then one commit; receipts
    queue up behind one another, so that case numbers have no gaps.
    """
    if not report.subjects:
        raise Refused("the report names nobody", mend="Say who it is about, or that you do not know.")
    if report.own_motion != (actor is not None):
        raise Refused("an own motion, and nothing else, is opened by an officer", where="report")
    receipt = _prepare(report, submission or ctx.new_id(), actor, ctx)
    with recording(actor=receipt.sender, ctx=ctx, purpose="receive a report") as r:
        _one_at_a_time()
        row, items = _receive(r, receipt)
        cases = [_open(r, receipt, row, items, place) for place in range(len(report.subjects))]
    first = r.acknowledged[0]
    return Opened(
        submission=row.id, submission_key=receipt.submission_key, cases=tuple(case.id for case in cases),
        numbers=tuple(case.number for case in cases), parties=receipt.parties,
        items=tuple(item.id for item in items), received_at=receipt.at, document=first.document,
        index=first.index, leaf_hash=first.leaf_hash,
    )  # fmt: skip


def _prepare(report: Report, submission: str, actor: ActorId | None, ctx: Context) -> _Receipt:
    parties = tuple(actor or ActorId(ctx.new_id()) for _ in report.subjects)
    hashes = keyed("item", *(item.canonical for item in report.items)) if report.items else ()
    said = dict(zip(reversed(hashes), reversed(report.items), strict=True))
    known = set(Item.objects.filter(item_hash__in=hashes).values_list("item_hash", flat=True))
    return _Receipt(
        report=report, submission=submission, parties=parties, said=dict(reversed(said.items())),
        lookups=keyed("subject", *map(name_form, report.subjects)), source=_source(report, submission),
        submission_key=create_key(ctx=ctx, scope=submission, actor=parties[0]),
        case_keys=tuple(create_key(ctx=ctx, scope=submission, actor=party) for party in parties),
        item_keys={each: create_key(ctx=ctx, scope=submission, actor=parties[0]) for each in said if each not in known},
        pinned=pinned_on(ctx.now().date()), at=moment(ctx),
    )  # fmt: skip


def _source(report: Report, submission: str) -> str:
    """Return what tells that two reports come from one sender; somebody nobody knows is a sender of their own."""
    known = report.account or report.contact
    return keyed("source", name_form(known))[0] if known else submission


def _one_at_a_time() -> None:
    """Keep other receipts out until the commit; on SQLite a write transaction does that by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_RECEIPT_LOCK])


def _receive(r: Recorder, receipt: _Receipt) -> tuple[Submission, list[Item]]:
    """Write down the submission, its items and who must not see it: the document behind the receipt."""
    report, key = receipt.report, receipt.submission_key
    with acting(
        r, "submission.received", key=key, obj=receipt.submission, why=report.channel,
        commitments={"sent": report.explanation.encode("utf-8", "surrogatepass")},
    ) as act:  # fmt: skip
        row = act.insert(_submission(act, receipt))
        for person in dict.fromkeys(report.excluded):
            act.insert(Exclusion(submission=row, person=person))
        items = _items(act, receipt)
        for item in items:
            act.insert(SubmissionItem(submission=row, item=item))
        for party in _senders(receipt):
            for opened in (key, *(KeyId(item.key) for item in items)):
                grant_seat(r, key=opened, actor=party, role=report.role.value, since=receipt.at)
    return row, items


def _senders(receipt: _Receipt) -> tuple[ActorId, ...]:
    """Return the parties who get to see what they sent; nobody for an own motion."""
    return () if receipt.report.own_motion else tuple(dict.fromkeys(receipt.parties))


def _submission(act: Act, receipt: _Receipt) -> Submission:
    report = receipt.report

    def sealed(name: str, text: str | None) -> str | None:
        return act.seal(f"submission.{name}", text) if text else None

    return Submission(
        id=receipt.submission, key=receipt.submission_key, channel=report.channel, sender=report.sender,
        anonymous=report.anonymous, danger_claimed=report.danger_claimed, locale=report.locale,
        explanation=act.seal("submission.explanation", report.explanation), contact=sealed("contact", report.contact),
        excluded_words=sealed("excluded", report.excluded_words), received_at=receipt.at, seeded=report.seeded,
    )  # fmt: skip


def _items(act: Act, receipt: _Receipt) -> list[Item]:
    """Return the items of the report, the new ones inserted; what is known keeps the words it is known by."""
    known = {item.item_hash: item for item in Item.objects.filter(item_hash__in=list(receipt.said))}
    return [known.get(each) or _new_item(act, receipt, each, said) for each, said in receipt.said.items()]


def _new_item(act: Act, receipt: _Receipt, item_hash: str, said: SaidItem) -> Item:
    key = receipt.item_keys[item_hash]
    return act.insert(
        Item(
            id=act.r.ctx.new_id(), key=key, item_hash=item_hash, kind=said.kind,
            locator=act.seal("item.locator", said.locator, key=key),
            text=act.seal("item.text", said.text, key=key) if said.text else None,
            happened_on=said.happened_on, first_seen_at=receipt.at, found_by_machine=receipt.report.found_by_machine,
        )
    )  # fmt: skip


def _open(r: Recorder, receipt: _Receipt, submission: Submission, items: list[Item], place: int) -> Case:
    """Open the case of one subject: its number, its first event, its clocks, the sender as a party."""
    actor, key = receipt.parties[place], receipt.case_keys[place]
    with recording(actor=actor, ctx=r.ctx, purpose="open a case") as theirs:
        case = _case(receipt, submission, key, r.ctx)
        case.subject_name = seal_text(
            r, key=receipt.submission_key, field="case.subject", text=receipt.report.subjects[place]
        )
        case.subject_lookup, case.source_lookup = receipt.lookups[place], receipt.source
        pub = {"procedure": bytes.fromhex(case.procedure), "code": bytes.fromhex(receipt.pinned.code)}
        with acting(theirs, "case.opened", case=case, obj=case.id, pub=pub) as act:
            act.fact(codes=list(receipt.pinned.codes))
            act.insert(case)
            _party(act, receipt, case, actor)
            act.insert(_first_event(case, receipt, actor, r.ctx))
            clocks.begin_stage(act, case, State.RECEIVED, receipt.at)
            clocks.begin_whole(act, case, receipt.at)
            if receipt.report.danger_claimed:
                clocks.begin(act, case, ClockId.DANGER, receipt.at)
    return case


def _case(receipt: _Receipt, submission: Submission, key: KeyId, ctx: Context) -> Case:
    report, year = receipt.report, receipt.at.year
    place = (Case.objects.filter(year=year).aggregate(last=Max("place_in_year"))["last"] or 0) + 1
    case = Case(
        id=ctx.new_id(), number=f"{year}-{place:04d}", year=year, place_in_year=place, submission=submission, key=key,
        state=State.RECEIVED.value, table_version=TABLE_VERSION, procedure=receipt.pinned.procedure,
        owner_role=CaseRole.INTAKE.value, own_motion=report.own_motion, restricted_linked=report.restricted_linked,
        protected_characteristic=report.protected_characteristic, found_by_machine=report.found_by_machine,
        danger="flagged" if report.danger_claimed else "none", affected=report.role is CaseRole.COMPLAINANT,
        outside=report.outside, received_at=receipt.at, state_since=receipt.at,
    )  # fmt: skip
    due = due_from(case, ClockId.ACKNOWLEDGE, receipt.at)
    case.aim, case.due = due.aim, due.bound
    return case


def _first_event(case: Case, receipt: _Receipt, actor: ActorId, ctx: Context) -> Event:
    role = CaseRole.INTAKE if case.own_motion else receipt.report.role
    return Event(
        id=ctx.new_id(), case=case, place=1, transition="T00", table_version=case.table_version, source=_DRAFT,
        target=case.state, actor=actor, actor_role=role.value, human=True, at=receipt.at,
    )  # fmt: skip


def _party(act: Act, receipt: _Receipt, case: Case, actor: ActorId) -> None:
    """Make the sender a party of the case, with a seat on its key; an own motion has none."""
    report, key = receipt.report, receipt.submission_key
    if case.own_motion:
        return
    first = actor == receipt.parties[0]
    act.insert(
        Party(
            id=actor, case=case, side=report.role.value, key=key, locale=report.locale, by=report.by,
            code_digest=report.code_digest if first else None,
            code_made_at=receipt.at if first and report.code_digest else None,
            account=report.account, joined_at=receipt.at,
            # The address of the report itself, under the report's key: no seat on the case opens it.
            contact=case.submission.contact if report.by != "page" else None,
        )
    )  # fmt: skip
    grant_seat(act.r, key=KeyId(case.key), actor=actor, role=report.role.value, since=receipt.at)
