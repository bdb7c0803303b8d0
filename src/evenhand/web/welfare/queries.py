"""Calls that wait: for welfare those it may open, for a person their own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from evenhand.context import Context
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.seats import has_seat
from evenhand.web.welfare.models import Call
from evenhand.web.welfare.words import Note

PURPOSE = "ring somebody"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One call with its note."""

    id: str
    due_at: datetime
    note: Note


def waiting_for(person: ActorId, ctx: Context) -> list[Waiting]:
    """Return the calls that wait and this person has a seat for, the most urgent first; their notes are opened."""
    rows = [
        row
        for row in Call.objects.filter(ended_at=None).order_by("due_at", "id")
        if has_seat(KeyId(row.key), person, ctx.now())
    ]
    wanted = [row.note for row in rows]
    texts = open_texts(wanted, actor=person, purpose=PURPOSE, ctx=ctx) if wanted else {}
    return [Waiting(row.id, row.due_at, Note(**json.loads(texts[row.note]))) for row in rows if row.note in texts]


def call_of(of: str) -> datetime | None:
    """Return by when somebody rings this person, None where no call waits. One query."""
    return Call.objects.filter(of=of, ended_at=None).order_by("due_at").values_list("due_at", flat=True).first()
