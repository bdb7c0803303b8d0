"""The verb that says what became of a letter on its way; when that counts is for `queries.served_at`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from evenhand.errors import UsageError
from evenhand.procedure.clocks import ServiceKind
from evenhand.web.notices import queries
from evenhand.web.notices.models import Service
from evenhand.web.record.ids import KeyId
from evenhand.web.record.projections import plain
from evenhand.web.record.unit import Recorder


def served(r: Recorder, *, letter: str, why: ServiceKind, at: datetime, attempt: str | None = None) -> None:
    """Record what became of a letter at a time; whether and when that counts is `queries.served_at`'s to say.

    `posted` is an officer's word that paper went off. A bounce undoes the named attempt, by default the last one;
    UsageError if there is none. `opened` is the reader's own act.
    """
    row = queries.letter(letter)
    if at < row.sent_at:
        raise UsageError("a letter cannot arrive before it was sent", mend="Correct the day.")
    event = r.ctx.new_id()
    facts = {
        "id": event, "letter_id": row.id, "kind": why.value, "at": at.replace(microsecond=0),
        "attempt": _undone(row.id, why, attempt, event), "recorded_by": r.actor,
        "recorded_at": r.ctx.now().replace(microsecond=0),
    }  # fmt: skip
    Service.objects.create(**facts)
    r.add(
        type="notice.served", key=KeyId(row.key), case=row.case_id, obj=row.id, why=why.value,
        body={"service": as_said(facts)},
    )  # fmt: skip


def as_said(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as its document says it."""
    return {name: plain(value) for name, value in row.items()}


def _undone(letter: str, why: ServiceKind, attempt: str | None, event: str) -> str | None:
    """Return the attempt an event belongs to: its own for paper, the last one for a bounce that names none."""
    if why is ServiceKind.OPENED:
        return None
    if why is ServiceKind.POSTED:
        return event
    found = attempt or queries.last_attempt(letter)
    if found is None:
        raise UsageError("nothing was sent that could come back or arrive", mend="Record first that it was posted.")
    return found
