"""What one side takes along with proofs: what it sent, the letters it got, the messages between it and the office.

An allow-list, by kind of act and by the id of its thing, never "the case without …": whatever is not named here stays
out, also its existence. The record's own documents stay closed: they name rows of everybody and who in the office
acted, and hold the words of nobody, only where these lie sealed. What was said is proved by the entry's own commitment
to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from evenhand.bundle import About, Item, Object, dated
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.cases.bundle_exports import OWN, fetch, keep_bundle, kept_file, making_place
from evenhand.web.cases.bundle_letters import Letters, holds_code, letter_object, letters_for
from evenhand.web.cases.bundle_making import Given, Target, check_possible, make_bundle
from evenhand.web.cases.models import Message, Party, Upload
from evenhand.web.cases.queries import files_from, side_of_files
from evenhand.web.cases.steps.challenge import UPHELD
from evenhand.web.notices.queries import letters_of
from evenhand.web.record.documents import instant
from evenhand.web.record.handing_out import HandedOut, living_of, open_keys, open_records
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.outbox import Queued, enqueue, queued
from evenhand.web.vault.queries import erased_among

JOB: Final = "export-own-bundle"
A_DAY: Final = 3
"""How many one side may have made within a day: each is a signature and a check of the worker's."""
_PURPOSE: Final = "take along what can be proved"
_DAY: Final = timedelta(days=1)
_FILE: Final = "evidence.quarantined"
_MESSAGES: Final = frozenset({"dialogue.recorded", "party.recorded"})
# What may be opened of an act: a digest, a side's own words, or the words of a message that stands on its page.
_OPEN: Final[Mapping[str, frozenset[str]]] = {
    "submission.received": frozenset({"sent"}),
    "case.reply_received": frozenset({"reply"}),
    "case.notice_sent": frozenset({"sent"}),
    _FILE: frozenset({"content"}),
    "dialogue.recorded": frozenset({"sent"}),
    "party.recorded": frozenset({"sent"}),
}
_WORDS: Final[Mapping[str, str]] = {
    "submission.received": "what this side reported, in its own words",
    "case.reply_received": "what this side answered",
    "case.notice_sent": "a letter to this side",
}
_ONLY_WRITTEN: Final = "a message between this side and the office: that it was written, and when"
_LEFT_OUT: Final = (
    "What others wrote, sent or were sent, and what was done in the case: this is what one side may take along.",
    "The record's own documents of these entries: they are withheld, so that nobody else is named.",
    "The files themselves: whoever sent one has it, and its SHA-256 stands at its entry.",
)


@dataclass(frozen=True, slots=True)
class Own:
    """The last bundle a side asked for: its name in the record, when, whether it is there or could not be made."""

    id: str
    at: datetime
    there: bool
    failed: bool


@dataclass(frozen=True, slots=True)
class _Theirs:
    """What one side may see of the record: its files with their places in its list, its letters, ids of all of it."""

    files: Mapping[str, tuple[int, Upload]]
    letters: Letters
    said: Mapping[str, Message]
    ids: frozenset[str]

    def holds(self, type: str, thing: str | None) -> bool:
        """Return whether an act is of a kind that is handed out, and about something of this side's."""
        return type in _OPEN and thing in (self.said if type in _MESSAGES else self.ids)


def own_of(party: Party) -> Own | None:
    """Return the last bundle a side asked for, while it is of any use to it. One query."""
    job = next(iter(reversed(_asked(party))), None)
    if job is None:
        return None
    new = str(job.payload["export"])
    there = kept_file(new) is not None
    return Own(new, job.at, there, job.failed) if there or job.failed or not job.over else None


def may_ask(party: Party, ctx: Context) -> bool:
    """Return whether a side may have another one made now: none is on its way, and not too many since yesterday."""
    asked = _asked(party)
    since = ctx.now() - _DAY
    return all(job.over for job in asked) and len([job for job in asked if job.at > since]) < A_DAY


def ask_for_own(*, party: Party, ctx: Context) -> str:
    """Put a side's own bundle into the worker's queue, which alone holds the log's key; return its id.

    UsageError for one too many: see `may_ask`.
    """
    if not may_ask(party, ctx):
        raise UsageError("this side asked for a bundle a moment ago, or too often since yesterday")
    new = ctx.new_id()
    enqueue(JOB, {"export": new, "party": party.id})
    return new


def make_own(payload: dict[str, Any], ctx: Context) -> None:
    """Do the job: make the bundle in the name of the side, and keep it sealed until it is fetched. Idempotent."""
    new = str(payload["export"])
    if kept_file(new) is not None:
        return
    party = Party.objects.select_related("case__submission").get(pk=payload["party"])
    case, actor = party.case, ActorId(party.id)
    (key,) = open_keys([KeyId(case.key)], case=case.id, actor=actor, purpose=_PURPOSE, ctx=ctx).values()
    with making_place() as folder:
        target = Target(folder / "bundle", zipped=True)
        check_possible(target, Given())
        theirs = _theirs(party, ctx)
        acts = _acts(party, theirs, ctx)
        items = [_item(act, theirs) for act in acts]
        left_out = (*_LEFT_OUT, *theirs.letters.left_out, *_silent(acts))
        title = f"Case {case.number}: what one side may take along"
        made = make_bundle(
            About(new, title, instant(ctx.now()), (), left_out), items, case=case, key=KeyId(case.key), how=OWN,
            target=target, given=Given(), actor=actor, ctx=ctx,
        )  # fmt: skip
        keep_bundle(made.path, new, key=key, ending="zip", ctx=ctx)


def fetch_own(party: Party, own: Own, ctx: Context) -> Iterator[bytes]:
    """Return the bytes of a side's own bundle; the reading is logged first. Raises KeyRefused."""
    return fetch(keys=[KeyId(party.case.key)], export=own.id, actor=ActorId(party.id), ctx=ctx)


def _asked(party: Party) -> list[Queued]:
    return [job for job in queued(JOB) if job.payload["party"] == party.id]


def _theirs(party: Party, ctx: Context) -> _Theirs:
    rows = letters_of(party.case_id, party.id)
    sent = list(files_from(party))
    gone = erased_among([file.id for file in sent])
    kept = {file.id: (n, file) for n, file in enumerate(sent, 1) if file.state != "restricted" and file.id not in gone}
    said = {row.id: row for row in Message.objects.filter(case=party.case, party=party).exclude(kind=UPHELD)}
    reported = side_of_files(party).get("submission_id", party.id)
    letters = letters_for(rows, closed=(), actor=ActorId(party.id), ctx=ctx, purpose=_PURPOSE)
    return _Theirs(kept, letters, said, frozenset({party.id, reported, *kept, *(row.id for row in rows)}))


def _acts(party: Party, theirs: _Theirs, ctx: Context) -> list[HandedOut]:
    """Open what is of the named kinds and about the side's own things; of all else nothing is read."""
    keys = living_of(list(dict.fromkeys([KeyId(party.key), KeyId(party.case.key)])))
    return open_records(
        keys, case=party.case_id, actor=ActorId(party.id), purpose=_PURPOSE, ctx=ctx,
        only=theirs.holds,
    )  # fmt: skip


def _item(act: HandedOut, theirs: _Theirs) -> Item:
    thing = str(json.loads(act.document)["obj"])
    opened = tuple(opening for opening in act.openings if opening.field in _OPEN[act.type] and not _coded(act))
    letter = letter_object(act, thing, theirs.letters)
    objects: tuple[Object, ...] = () if letter is None else (letter,)
    closed = {opening.field for opening in act.openings} - {opening.field for opening in opened}
    return Item(
        index=act.seq, entry=act.entry, wording=_wording(act, thing, theirs), opened=opened,
        withheld=tuple(sorted(closed)), objects=objects,
    )  # fmt: skip


def _wording(act: HandedOut, thing: str, theirs: _Theirs) -> str:
    """Return what may be said of an entry; of a file the digest by which its sender finds it again."""
    words = _WORDS.get(act.type, "")
    if act.type in _MESSAGES:
        words = _of_message(act, theirs.said[thing])
    if act.type == _FILE:
        place, file = theirs.files[thing]
        digest = next(opening.value for opening in act.openings if opening.field == "content").hex()
        words = f"file {place} of this side ({file.kind}, {file.size} bytes, SHA-256 {digest})"
    return f"{words}, {dated(act.at)}"


def _of_message(act: HandedOut, row: Message) -> str:
    if _words_of(act) is None or _coded(act):
        return _ONLY_WRITTEN
    return "what this side wrote to the office" if row.from_party else "what the office wrote to this side"


def _silent(acts: Sequence[HandedOut]) -> Iterator[str]:
    """Yield what is said of messages whose words do not go along."""
    messages = [act for act in acts if act.type in _MESSAGES]
    if any(_words_of(act) is None for act in messages):
        yield "The words of messages written before entries committed to them; they stand on the side's own page."
    for act in messages:
        if _coded(act):
            yield f"The words of the message of {act.at}: they hold a code that opens one side of the case."


def _words_of(act: HandedOut) -> bytes | None:
    """Return the words of a message to which its entry commits; older entries commit to the document alone."""
    return next((opening.value for opening in act.openings if opening.field == "sent"), None)


def _coded(act: HandedOut) -> bool:
    """Return whether the words of a message would let whoever gets the bundle in, as letters with a code would."""
    words = _words_of(act) if act.type in _MESSAGES else None
    return words is not None and holds_code(words.decode("utf-8", "surrogatepass"))
