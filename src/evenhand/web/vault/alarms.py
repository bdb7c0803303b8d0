"""Alarms: that a stored file is not what came in. Recorded when it is found, open until a person has seen it."""

from __future__ import annotations

from django.db.models import QuerySet

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.unit import recording
from evenhand.web.vault.models import Alarm, VaultObject
from evenhand.web.vault.words import State


def raise_alarm(row: VaultObject, *, found: str, reason: str, ctx: Context) -> None:
    """Record that a file is not what came in (`evidence.integrity_failed`).

    Nothing while the same alarm is open, and nothing of a file that was erased while it was read.
    """
    erased = VaultObject.objects.filter(pk=row.pk, state=State.ERASED).exists()
    if erased or open_alarms().filter(object=row, reason=reason).exists():
        return
    now = ctx.now().replace(microsecond=0)
    with recording(actor=SYSTEM, ctx=ctx, purpose="check the vault") as r:
        alarm = Alarm(id=ctx.new_id(), object=row, found=found, reason=reason, found_at=now)
        alarm.save(force_insert=True)
        # Under the organisation's key: it must outlive the case, and the case's own key may be what is gone.
        r.add(type="evidence.integrity_failed", key=ORGANISATION, case=row.case, obj=row.id, body={ROWS: [said(alarm)]})


def open_alarms() -> QuerySet[Alarm]:
    """Return the alarms that nobody has seen, oldest first."""
    return Alarm.objects.filter(seen_at=None).select_related("object").order_by("found_at", "id")


def see_alarm(alarm: str, *, actor: ActorId, ctx: Context) -> None:
    """Record that a person has seen an alarm and looks into it; it leaves their first page, never the record."""
    with recording(actor=SYSTEM, ctx=ctx, purpose="check the vault") as r:
        row = open_alarms().filter(pk=alarm).first()
        if row is None:
            raise UsageError("there is no open alarm with this id")
        row.seen_by, row.seen_at = actor, ctx.now().replace(microsecond=0)
        row.save(update_fields=["seen_by", "seen_at"])
        r.add(
            type="evidence.integrity_failed", key=ORGANISATION, case=row.object.case, obj=row.object_id,
            body={"change": "seen", ROWS: [said(row)]},
        )  # fmt: skip
