"""What an officer does to a lead: puts it aside as not abuse, and takes that back. Each is recorded."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.desk.models import Lead
from evenhand.web.desk.policy import Standing, must_be_undoable, must_wait
from evenhand.web.desk.protection import seat_officer, whole_second
from evenhand.web.desk.withheld import must_not_weigh
from evenhand.web.desk.words import Reason, Status
from evenhand.web.record.documents import instant
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.unit import Recorder, recording

PURPOSE: Final = "desk.triage"


def put_aside(*, lead: str, reason: Reason, actor: ActorId, ctx: Context) -> None:
    """Record that a lead is not abuse, and why. Raises UsageError, in words, if it is not waiting."""
    _take_seat(lead, actor, ctx)
    with recording(actor=actor, ctx=ctx, purpose=PURPOSE) as r:
        row = _locked(lead)
        must_wait(_standing(row))
        must_not_weigh(actor, row.record_key)
        disposed = {"reason": reason.value, "disposed_by": actor, "disposed_at": whole_second(ctx)}
        _move(r, row, Status.DROPPED, disposed)


def take_back(*, lead: str, actor: ActorId, ctx: Context) -> None:
    """Record that the same person corrects themselves within ten minutes: the lead waits again.

    Nothing is deleted: the record holds both acts. Raises UsageError, in words, where it is not fair.
    """
    _take_seat(lead, actor, ctx)
    with recording(actor=actor, ctx=ctx, purpose=PURPOSE) as r:
        row = _locked(lead)
        must_be_undoable(_standing(row), actor=actor, now=whole_second(ctx))
        _move(r, row, Status.WAITING, {"reason": None, "disposed_by": None, "disposed_at": None})


def _take_seat(lead: str, actor: ActorId, ctx: Context) -> None:
    """Let an officer's role reach the key of a person declared before they had it; nobody else gets a seat."""
    seat_officer(actor, Lead.objects.filter(id=lead).values_list("key", flat=True), ctx)


def _locked(lead: str) -> Lead:
    """Return the row, locked where the database can; UsageError if there is none."""
    try:
        return Lead.objects.select_for_update().get(id=lead)
    except Lead.DoesNotExist:
        raise UsageError(_("There is no such lead."), where=lead, mend=_("Go back to the leads.")) from None


def _standing(row: Lead) -> Standing:
    return Standing(Status(row.status), row.disposed_by, row.disposed_at)


def _move(r: Recorder, row: Lead, status: Status, disposed: dict[str, Any]) -> None:
    """Change the row if it is still as it was read, and add the document that says the same."""
    changed = {"status": status.value} | disposed
    if Lead.objects.filter(id=row.id, status=row.status).update(**changed) != 1:
        raise UsageError(_("Somebody else changed this lead at the same moment."), mend=_("Go back to the leads."))
    said = changed | {"disposed_at": instant(at) if (at := disposed["disposed_at"]) else None}
    r.add(type="lead.disposed", obj=row.id, key=KeyId(row.key), body=said)
