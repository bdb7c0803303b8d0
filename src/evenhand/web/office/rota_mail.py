"""Danger nobody has opened: whoever stands in the home's `rota.txt` is written to at once, with no word of the case.

One address to a line; before it, if the sender may have excluded that person, their sign-in name:

    duty@quillhaven.example
    officer_2 ash@quillhaven.example

A named person whom the sender excluded is not written to: they are not to learn that there is a report (INV-47).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from smtplib import SMTPException
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Case, Exclusion
from evenhand.web.cases.periods import moment
from evenhand.web.home import Home
from evenhand.web.notices.transport import connection_here, sender_here
from evenhand.web.office.models import RotaMail
from evenhand.web.people.models import User
from evenhand.web.record import outbox
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.unit import recording

WRITE_TO_ROTA: Final = "write-to-rota"
AGAIN_AFTER: Final = 15 * 60  # seconds, while the mail server does not take it
MOST: Final = 20
_MOST_LINES: Final = 200
_AT_ONCE: Final = 100
_log = logging.getLogger(__name__)


def rota_file(home: Home) -> Path:
    """Return where the addresses of the rota are looked for."""
    return home.root / "rota.txt"


def lines_of(home: Home) -> list[tuple[str, str]]:
    """Return (sign-in name or "", address) of each usable line; [] where there is no file or none can be read."""
    try:
        lines = rota_file(home).read_text(encoding="utf-8-sig").splitlines()[:_MOST_LINES]
    except (OSError, UnicodeDecodeError):
        return []
    words = [line.split() for line in lines if not line.lstrip().startswith("#")]
    found = [(line[0] if len(line) > 1 else "", line[-1]) for line in words if line and "@" in line[-1]]
    return list(dict.fromkeys(found))[:MOST]


def tell_rota(ctx: Context) -> int:
    """Enqueue a mail for each danger report nobody has answered and nobody was told of; return how many. Idempotent.

    Without a rota nothing is written; the report stands on top of every officer's first screen either way.
    """
    if not lines_of(settings.HOME):
        return 0
    waiting = Case.objects.filter(danger="flagged", owner_role__isnull=False)
    untold = waiting.exclude(pk__in=RotaMail.objects.values("pk")).order_by("received_at", "id")
    due = [case for case in untold.values_list("id", flat=True)[:_AT_ONCE] if _first_try(case)]
    for case in due:
        outbox.enqueue(WRITE_TO_ROTA, {"case": case})
    return len(due)


def write_to_rota(payload: dict[str, Any], ctx: Context) -> None:
    """Do the job: one mail, recorded once a server took it. It names no case, nobody, and nothing that was written.

    A server that cannot be reached is no error of the job: the due work tries again.
    """
    case = Case.objects.filter(pk=payload["case"], danger="flagged").first()
    if case is None or RotaMail.objects.filter(pk=case.id).exists():
        return
    to = addresses_for(case)
    body = _(
        "A report that says somebody may be in danger is waiting, and nobody has answered it.\n"
        "Sign in and look at the top of the first page. This mail holds nothing else.\n"
    )
    try:
        for address in to:  # one by one: nobody learns who else is told
            mail = EmailMessage(_("Please look at the desk now"), body, sender_here(), [address])
            mail.connection = connection_here(settings.HOME)
            mail.send()
    except (SMTPException, OSError) as error:
        _log.warning("the rota was not reached: %s", type(error).__name__)
        return
    _told(case, body, len(to), ctx)


def addresses_for(case: Case) -> Sequence[str]:
    """Return the addresses of the rota for one report: none of somebody its sender excluded."""
    lines = lines_of(settings.HOME)
    people = dict(User.objects.filter(username__in=[name for name, _at in lines]).values_list("username", "pk"))
    excluded = set(Exclusion.objects.filter(submission=case.submission_id).values_list("person", flat=True))
    return [address for name, address in lines if people.get(name) not in excluded]


def _told(case: Case, body: str, number: int, ctx: Context) -> None:
    with (
        recording(actor=SYSTEM, ctx=ctx, purpose="tell the rota") as r,
        acting(r, "message.sent", key=ORGANISATION, obj=case.id, commitments={"sent": body.encode()}) as act,
    ):
        act.insert(RotaMail(case_id=case.id, at=moment(ctx), addresses=number))


def _first_try(case: str) -> bool:
    """Return whether no other try was made within the last quarter of an hour."""
    return bool(cache.add(f"rota:{case}", 1, AGAIN_AFTER))
