"""The unit of work: one transaction, the documents of all its verbs, one append at its end.

    with recording(actor=actor, ctx=ctx, purpose="triage") as r:
        lead.state = "dropped"; lead.save()
        r.add(type="lead.disposed", obj=lead.id, key=lead.key_id, body={"state": "dropped"})

Nested units join the outermost; one that raises loses its rows (savepoint) and its documents. Documents are held as
on-commit callbacks until the end, because Django forgets those with the very savepoint that is rolled back,
whoever opened it. The head lock is taken last, so nested verbs cannot deadlock on PostgreSQL.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.draft import Draft
from evenhand.ledger.registry import REGISTRY
from evenhand.web.record import outbox
from evenhand.web.record.documents import canonical, instant
from evenhand.web.record.durability import check_durability
from evenhand.web.record.ids import SYSTEM, ActorId, DocumentId, KeyId, SealedId, hex_id
from evenhand.web.record.turns import taking_turns
from evenhand.web.record.writing import KeyRing, Pending, SeatFact, Written, write

_here = threading.local()


@dataclass(slots=True)
class _Unit:
    """The outermost unit of this thread's connection."""

    ctx: Context
    keys: KeyRing
    events: list[_Event] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    finishing: bool = False

    def remember(self, event: _Event) -> None:
        """Hold an event for the end, unless the savepoint it belongs to is rolled back."""
        if self.finishing:
            raise UsageError("the unit of work is over; nothing can be added to it")
        transaction.on_commit(event)
        self.events.append(event)

    def finish(self) -> None:
        """Append what survived, once."""
        self.finishing = True
        survivors = {id(function) for _, function, *_ in connection.run_on_commit}
        kept = [event for event in self.events if id(event) in survivors]
        written = write(_acts(kept), self.keys, self.ctx)
        transaction.on_commit(lambda: self.written.extend(written))


class _Event:
    """Something to be recorded; a callable, because that is what Django keeps per savepoint."""

    def __init__(self, what: Pending | Draft | SealedId | SeatFact) -> None:
        self.what = what

    def __call__(self) -> None:
        """Nothing happens on commit: the document is in the log by then."""


def _acts(events: Sequence[_Event]) -> list[Pending | Draft]:
    """Return the acts in order, each document with the texts and seats that were made since the one before it."""
    acts: list[Pending | Draft] = []
    made: list[SealedId | SeatFact] = []
    for event in events:
        if isinstance(event.what, Pending):
            _attach(event.what, made)
            made = []
        if isinstance(event.what, Pending | Draft):
            acts.append(event.what)
        else:
            made.append(event.what)
    if made:
        _attach(_last_document(acts), made)
    return acts


def _last_document(acts: Sequence[Pending | Draft]) -> Pending:
    documents = [act for act in acts if isinstance(act, Pending)]
    if not documents:
        raise UsageError(
            "text was sealed or a seat was changed, but no document says why", mend="Add the document of the act."
        )
    return documents[-1]


def _attach(document: Pending, made: Sequence[SealedId | SeatFact]) -> None:
    document.sealed += tuple(what for what in made if isinstance(what, str))
    document.seats += tuple(what.plain() for what in made if isinstance(what, SeatFact))


class Recorder:
    """What a verb holds while it works: it adds documents and jobs to the unit. Made by `recording`."""

    def __init__(self, unit: _Unit, actor: ActorId, ctx: Context, purpose: str) -> None:
        self._unit = unit
        self.actor = actor
        self.ctx = ctx
        self.purpose = purpose

    def add(
        self,
        *,
        type: str,
        key: KeyId,
        body: Mapping[str, Any],
        obj: str | None = None,
        case: str | None = None,
        why: str | None = None,
        ref: Sequence[int] = (),
        pub: Mapping[str, bytes | str] | None = None,
        commitments: Mapping[str, bytes] | None = None,
        items: Sequence[bytes] = (),
    ) -> DocumentId:
        """Add the document of one act and return its id. It is in the log when the outermost unit has committed.

        `type`: a leaf type of the registry. `key`: the data key it is sealed under. `body`: plain JSON, no floats.
        `obj`, `case`: ids (hex32) of the thing, never of a person. `why`: a word of the leaf. `ref`: earlier leaf
        indexes. `pub`: SHA-256 digests of public documents. `commitments`: further fields to open singly, by value.
        `items`: canonical bytes of a batch's items, in order (evidence.batch_sealed only). Raises UsageError for
        anything that cannot be recorded.
        """
        if type not in REGISTRY:
            raise UsageError(f"there is no leaf type '{type}'", mend="docs/reference lists them.")
        for name, value in (("obj", obj), ("case", case), ("key", key)):
            if value is not None:
                hex_id(value, name)
        canonical(body)  # refuse here, where the verb can say which field is wrong
        pending = Pending(
            id=DocumentId(self.ctx.new_id()), type=type, at=instant(self.ctx.now()), actor=self.actor,
            purpose=self.purpose, key=key, case=case, obj=obj, why=why, ref=tuple(ref), body=dict(body),
            pub={name: _digest(value) for name, value in (pub or {}).items()},
            commitments=dict(commitments or {}), items=tuple(items),
        )  # fmt: skip
        self._unit.remember(_Event(pending))
        return pending.id

    def add_bare(self, leaf: Draft) -> None:
        """Add a leaf of the log about itself (key.*, log.*); such acts have no document."""
        self._unit.remember(_Event(leaf))

    def note(self, made: SealedId | SeatFact) -> None:
        """Note a text or seat made in this unit; the next document names it. Called by `seal_text`, `grant_seat`."""
        self._unit.remember(_Event(made))

    def data_key(self, key: KeyId) -> bytes:
        """Return an opened data key for this unit; the key service checks the seat on first use."""
        return self._unit.keys.open(key, self.actor, self.purpose)

    def enqueue(self, name: str, payload: Mapping[str, Any]) -> None:
        """Enqueue a job by name; it is there exactly if the unit commits."""
        outbox.enqueue(name, payload)

    def on_commit(self, function: Callable[[], None]) -> None:
        """Call a function after the outermost commit: the earliest moment anything may be shown or sent."""
        transaction.on_commit(function)

    @property
    def acknowledged(self) -> tuple[Written, ...]:
        """What the outermost unit wrote: (document id, leaf index, leaf hash); empty until it has committed."""
        return tuple(self._unit.written)


@contextmanager
def recording(*, actor: ActorId, ctx: Context, purpose: str) -> Iterator[Recorder]:
    """Open a unit of work, or join the one that is open; give a Recorder.

    `actor`: the person's id (hex32) or SYSTEM; `purpose`: plain words, logged with every key that is opened.
    Raises UsageError inside a transaction that is not ours, UnsafeSettings before anything is written if commits on
    this connection are not durable. Cost: one commit (two fsyncs at most) whatever the number of documents.
    """
    if actor != SYSTEM:
        hex_id(actor, "actor")
    outer: _Unit | None = getattr(_here, "unit", None)
    if outer is not None:
        with _nested(outer):
            yield Recorder(outer, actor, ctx, purpose)
        return
    if connection.in_atomic_block:
        raise UsageError("a unit of work cannot begin inside another transaction", where="record")
    check_durability(connection)
    unit = _here.unit = _Unit(ctx, KeyRing())
    try:
        with taking_turns(connection), transaction.atomic():
            yield Recorder(unit, actor, ctx, purpose)
            unit.finish()
    finally:
        unit.finishing = True
        _here.unit = None


@contextmanager
def _nested(outer: _Unit) -> Iterator[None]:
    if outer.finishing:
        raise UsageError("the unit of work is being written; no verb may begin now", where="record")
    with transaction.atomic():
        yield


def _digest(value: bytes | str) -> bytes:
    """Return 32 bytes from themselves or from `sha256:<64 hex>`."""
    if isinstance(value, bytes):
        return value
    return bytes.fromhex(value.removeprefix("sha256:"))
