"""Letters in tests: an officer with a seat, a case's key, two sides, and fields for every notice.

from tests.web.notices.notices_room import Room, FIELDS
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.databases import Desk

from evenhand.context import Context
from evenhand.procedure.clocks import Calendar
from evenhand.procedure.notices import NoticeId
from evenhand.web.notices.actions import Letter, send
from evenhand.web.notices.recipient import Recipient
from evenhand.web.notices.words import By
from evenhand.web.record.ids import ActorId, KeyId, SealedId
from evenhand.web.record.keys import create_key
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.seats import grant_seat
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify

CALENDAR = Calendar("Europe/Dublin")
LETTERS_TOML = """site = "https://unit.quillhaven.example"
telephone = "01 555 0100"
address = "Complaints Unit, 1 Harbour Road, Quillhaven"
"""
_FRONT: dict[str, Any] = {
    "front_act": "one post you shared on 3 March 2026",
    "front_rule": "Rule 4: we do not mock people for who they are",
    "front_most_that_can_follow": "a reminder in writing; nothing more",
    "front_one_date": date(2026, 3, 30),
}
FIELDS: dict[NoticeId, dict[str, Any]] = {
    NoticeId.N1: {
        "case_number": "2026-0014", "time": datetime(2026, 3, 2, 8, 55, tzinfo=UTC),
        "commitment": "5f2b8c11d09a4e6f", "log_index": 412,
        "next_dates": [date(2026, 3, 9)],
    },
    NoticeId.N2: {"handler_role": "Assessor", "handler_pseudonym": "Heron"},
    NoticeId.N3: _FRONT | {
        "allegation_what": "You shared a post that says: “the treasurer is a clown”.",
        "allegation_where": "https://social.example/posts/991", "allegation_when": date(2026, 3, 3),
        "rule_text": "We argue about what people do, not about who they are.", "rule_id": "4",
        "rule_version": "2.1", "rule_in_force_interval": "since 1 January 2025",
        "who_complains": "Another member.", "automated_detection": False,
        "dates": ["You hear from us again by 30 March 2026."],
    },
    NoticeId.N5: _FRONT | {
        "particulars": ["On 3 March 2026 you shared the post “the treasurer is a clown”."],
        "evidence_hashes": ["Picture of the post, 9f86d081884c7d659a2feaa0c55ad015"],
        "exculpatory_evidence": "You deleted the post on 4 March 2026.",
        "searches_made": "Your other posts of that week: nothing else about the treasurer.",
        "reply_date": date(2026, 3, 30),
    },
    NoticeId.N13: {
        "answer": "There is too little to go on.", "code": "The place of the post is not known.",
        "reasons_per_allegation": "We asked for the address of the post and did not get it.",
        "review_date": date(2026, 4, 6),
    },
    NoticeId.N3C: {"rules_concerned": "Rule 4", "timetable": ["Facts are looked into until 20 April 2026."]},
    NoticeId.N5C: {"timetable": ["The answer is expected by 30 March 2026."]},
    NoticeId.N6: {"bundle": "Twelve pages, on our site.", "hearing_date": date(2026, 4, 20), "form": "On paper."},
    NoticeId.N7: {"outcome": "It happened and it broke rule 4. You receive a reminder.", "reasons": ["One.", "Two."]},
    NoticeId.N8: {"until_when": date(2026, 5, 4)},
    NoticeId.N9: {
        "stage": "we look at what was sent", "old_date": date(2026, 3, 16), "new_date": date(2026, 3, 23),
        "reason": "Somebody fell ill.",
    },
    NoticeId.N10: {
        "retention_date": date(2027, 5, 4), "contact_count": 0,
        "read_log_summary": ["An assessor, on 3 March 2026.", "Three panel members, on 20 April 2026."],
    },
    NoticeId.N12: {
        "gaps": ["where the post stands", "who wrote it"], "cures": ["its address", "a link to the account"],
        "until_when": date(2026, 3, 16),
    },
    NoticeId.N15: {
        "names": ["Ada Moss", "Bo Reed", "Cy Fern"], "professions": ["lawyer", "harbour expert", "member"],
        "conflict_declarations": ["none", "none", "none"], "draw_proof": "seed 5f2b8c11d09a4e6f",
        "challenge_date": date(2026, 4, 2),
    },
    NoticeId.N19: {},
    NoticeId.N4: {
        "measure": "You step back from the chat group.", "criterion": "Ground 2", "specific_risk": "more such posts",
        "reasons": ["Two posts within an hour."], "what_is_restricted": "posting there",
        "end_date": date(2026, 5, 25), "review_date": date(2026, 3, 30),
    },
    NoticeId.N4C: {},
    NoticeId.N7A: {"outcome": "The decision stands.", "reasons": ["One."], "answer_to_each_ground": ["To the first."]},
    NoticeId.N8A: {"until_when": date(2026, 5, 18)},
    NoticeId.N14: {"proposal": "You delete the post, and both of you talk."},
    NoticeId.N16: {"reason": "Illness.", "end_date": date(2026, 4, 1), "review_date": date(2026, 3, 30)},
    NoticeId.N17: {"ground": "New papers were found.", "material": ["Two letters."], "reply_date": date(2026, 4, 1)},
    NoticeId.N18: {
        "terms": "A reminder in writing.", "end_date": date(2027, 3, 2), "what_counts_as_compliance": ["Nothing."],
    },
    NoticeId.N20: {"receipt": "A copy of what we hold about you.", "due_date": date(2026, 4, 2)},
    NoticeId.N21: {
        "conduct": ["Forty messages in one night."], "tests": ["How many, and why."],
        "what_would_follow": "For six months we would read one message a week from you.",
    },
    NoticeId.N24: {},
    NoticeId.N22: {"exact_text_shown": "Another member says that you shared a post about the treasurer."},
    NoticeId.N23: {"what_was_found": "On 1 March 2026 several posts were aimed at you.", "sent_by": "Heron"},
}  # fmt: skip


_TO_R = frozenset({NoticeId.N3, NoticeId.N4, NoticeId.N5, NoticeId.N18})


def side_of(notice: NoticeId) -> str:
    """A side that a notice goes to."""
    return "protected" if notice is NoticeId.N23 else "respondent" if notice in _TO_R else "complainant"


@dataclass(slots=True)
class Room:
    """One case as letters see it: its key, an officer, the two sides, a clock that can be moved."""

    desk: Desk
    ctx: Context
    clock: list[datetime]
    key: KeyId
    case: str
    officer: ActorId
    address: SealedId

    def later(self, **by: float) -> Context:
        """Move the clock on and return the context."""
        self.clock[0] += timedelta(**by)
        return self.ctx

    def side(self, side: str = "respondent", *, locale: str = "en", by: By = By.PAGE, code: str = "") -> Recipient:
        """A recipient; by mail with the address."""
        contact = self.address if by is By.MAIL else None
        return Recipient(self.ctx.new_id(), side, locale, by, self.key, contact, code)

    def send(self, notice: NoticeId, party: Recipient | None = None, **changed: Any) -> Letter:
        """Send a letter with the fields of this room, some of them changed."""
        side = side_of(notice)
        options = {name: changed.pop(name) for name in ("out_of_scope", "withheld") if name in changed}
        with recording(actor=self.officer, ctx=self.ctx, purpose="notice") as r:
            return send(
                r, notice=notice, case=self.case, number="2026-0014", party=party or self.side(side),
                fields=FIELDS[notice] | changed, ctx=self.ctx, **options,
            )  # fmt: skip

    def seat(self, party: Recipient) -> None:
        """Give a side its seat on the case's key."""
        with recording(actor=self.officer, ctx=self.ctx, purpose="seat a party") as r:
            grant_seat(r, key=self.key, actor=ActorId(party.id), role=party.side, since=self.ctx.now())
            r.add(type="party.recorded", key=self.key, case=self.case, body={})


def furnished(desk: Desk) -> Room:
    """A case's key on which an officer holds a seat; a mail address under it; the unit's telephone is known."""
    (desk.home.root / "letters.toml").write_text(LETTERS_TOML)
    clock = [desk.ctx.now()]
    ctx = Context(now=lambda: clock[0], random=desk.ctx.random)
    officer, case = ActorId(ctx.new_id()), ctx.new_id()
    key = create_key(ctx=ctx, scope=case, kind="case", actor=officer)
    with recording(actor=officer, ctx=ctx, purpose="open a case") as r:
        grant_seat(r, key=key, actor=officer, role="officer", since=ctx.now())
        address = seal_text(r, key=key, field="contact", text="reader@example.org")
        r.add(type="party.recorded", key=key, case=case, body={})
    return Room(desk, ctx, clock, key, case, officer, address)


def findings(room: Room) -> list[object]:
    """What `ledger verify` finds wrong once every reading that is over stands in the log."""
    close_read_windows(room.ctx)
    return [found for found in verify(room.ctx).as_json()["findings"] if found["verdict"] == "failed"]
