"""The verbs: ask that somebody is rung, say what came of it, say that one wants no call."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.people.queries import holders_of
from evenhand.web.people.roles import Role
from evenhand.web.record.ids import SYSTEM, ActorId, KeyId
from evenhand.web.record.keys import create_key
from evenhand.web.record.projections import plain
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.seats import grant_seat
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.welfare.models import Call
from evenhand.web.welfare.words import Note, Result

WITHIN: Final = timedelta(hours=24)
_PURPOSE: Final = "welfare"
_LEAF: Final = "welfare.called"


def new_key(actor: ActorId, ctx: Context) -> KeyId:
    """Return a fresh key for one call; made before the unit that uses it, as every key is."""
    return create_key(ctx=ctx, scope=actor, kind="subject", actor=actor)


def call(r: Recorder, *, key: KeyId, of: str, note: Note, barred: Collection[str], ctx: Context) -> None:
    """Ask in the caller's unit that welfare rings within a day. `r.actor` is the person, who may read it too.

    `barred`: people who must not learn of the report, whatever role they hold (INV-47). A call that waits for the same
    person is enough: nothing is added to it unless this one says how to reach them.
    """
    waiting = Call.objects.filter(of=of, ended_at=None).exists()
    if waiting and not note.reach:
        return
    now = ctx.now().replace(microsecond=0)
    for person in sorted({r.actor, *(set(holders_of(Role.WELFARE, now)) - set(barred))}):
        grant_seat(r, key=key, actor=ActorId(person), role=Role.WELFARE.value, since=now)
    row = {
        "id": ctx.new_id(), "of": of, "key": key, "made_at": now, "due_at": now + WITHIN, "told_at": None,
        "note": seal_text(r, key=key, field="welfare.note", text=json.dumps(asdict(note), ensure_ascii=False)),
        "result": None, "ended_at": None, "ended_by": None,
    }  # fmt: skip
    Call.objects.create(**row)
    _say(r, row)


def end(*, call: str, result: Result, actor: ActorId, ctx: Context) -> None:
    """Record what came of a call. UsageError where somebody has already."""
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        row = Call.objects.select_for_update().filter(pk=call, ended_at=None).first()
        if row is None:
            raise UsageError(_("Somebody has taken this call already."), mend=_("Look at the list again."))
        _change(r, row, result=result.value, ended_at=ctx.now().replace(microsecond=0), ended_by=actor)


def want_none(*, of: str, actor: ActorId, ctx: Context) -> None:
    """Record that a person wants no call; nothing happens where none waits."""
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        for row in Call.objects.select_for_update().filter(of=of, ended_at=None):
            _change(r, row, result=Result.NOT_WANTED.value, ended_at=ctx.now().replace(microsecond=0), ended_by=actor)


def told(calls: Collection[str], *, ctx: Context) -> None:
    """Record that welfare was written to about calls."""
    with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        for row in Call.objects.select_for_update().filter(pk__in=calls, told_at=None):
            _change(r, row, told_at=ctx.now().replace(microsecond=0))


def _change(r: Recorder, row: Call, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=list(columns))
    _say(r, {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields})


def _say(r: Recorder, row: dict[str, Any]) -> None:
    """Add the document that says the whole row, under the call's own key: a leaf that names no case."""
    body = {"call": {name: plain(value) for name, value in row.items()}}
    r.add(type=_LEAF, key=KeyId(row["key"]), obj=str(row["id"]), body=body)
