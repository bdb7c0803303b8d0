"""What stands around the demonstration's cases: the danger rota, the wave file of its pile-on, who may look at it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final

from django.db.models import Count
from django.db.models.functions import TruncDate

from evenhand.context import Context
from evenhand.web.desk.models import Lead
from evenhand.web.home import Home
from evenhand.web.office.models import Shield, Wave
from evenhand.web.office.rota_mail import rota_file
from evenhand.web.office.shield import show_to
from evenhand.web.office.waves import file_wave, invite
from evenhand.web.record.ids import ActorId

ROTA: Final = """# Who is written to when somebody may be in danger and nobody has looked yet.
# More: docs/how-to/keep-the-danger-rota.md.
# A sign-in name before an address keeps that person out of what its sender excluded them from.
duty@quillhaven.example
officer officer@quillhaven.example
officer_2 officer_2@quillhaven.example
"""
_LONG: Final = timedelta(days=3)
_LOOKERS: Final = ("protected", "delegate")


def write_rota(home: Home) -> None:
    """Write the rota of the demonstration. Its mails go to files: no mail server is named."""
    if not rota_file(home).exists():
        rota_file(home).write_text(ROTA, encoding="utf-8")


def file_the_pile_on(*, people: Mapping[str, ActorId], ctx: Context) -> str | None:
    """File the pile-on as a wave, invite the person it was aimed at, let them and their delegate look; return its id.

    None where nothing was pointed out. Done again it changes nothing.
    """
    found = _busiest_day()
    if found is None or Wave.objects.exists():
        return None
    target, begins = found
    actor = people["officer"]
    wave = file_wave(target=target, begins=begins, ends=begins + _LONG, actor=actor, ctx=ctx)
    invite(wave=Wave.objects.get(pk=wave), sent_by="Ash", actor=actor, ctx=ctx)
    for name in _LOOKERS:
        if name in people and not Shield.objects.filter(target=target, person=people[name], ended_at=None).exists():
            show_to(target=target, username=name, actor=actor, ctx=ctx)
    return wave


def _busiest_day() -> tuple[str, datetime] | None:
    """Return at whom most leads of one day were aimed, and the beginning of that day (UTC). One query."""
    dated = Lead.objects.exclude(posted_at=None).annotate(day=TruncDate("posted_at", tzinfo=UTC))
    days = dated.values_list("target", "day").annotate(leads=Count("id")).order_by("-leads", "day", "target")
    top = days.first()
    return (top[0], datetime.combine(top[1], time(), UTC)) if top else None
