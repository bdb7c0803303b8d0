"""Welfare is written to when a call waits: one mail to `welfare_mail` of letters.toml, with no word of who or why."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.web.notices.organisation import welfare_mail
from evenhand.web.notices.transport import connection_here, sender_here
from evenhand.web.record import outbox
from evenhand.web.welfare.actions import told
from evenhand.web.welfare.models import Call

WRITE: Final = "write-to-welfare"
AGAIN_AFTER: Final = 15 * 60  # seconds, while the mail server does not take it
_log = logging.getLogger(__name__)


def tell_welfare(_ctx: Context) -> int:
    """Enqueue one mail for the calls welfare was not written to about; return how many there are. Idempotent.

    Without an address nothing is written; the calls stand on welfare's first page either way.
    """
    calls = list(Call.objects.filter(told_at=None, ended_at=None).values_list("id", flat=True))
    if calls and welfare_mail(settings.HOME) and cache.add("welfare-mail", 1, AGAIN_AFTER):
        outbox.enqueue(WRITE, {"calls": calls})
    return len(calls)


def write(payload: dict[str, Any], ctx: Context) -> None:
    """Do the job: one mail, recorded once a server took it. A server that cannot be reached is no error of the job."""
    address = welfare_mail(settings.HOME)
    calls = list(Call.objects.filter(pk__in=payload["calls"], told_at=None, ended_at=None).values_list("id", flat=True))
    if not address or not calls:
        return
    body = _("Somebody should be rung today.\nSign in and look at your list. This mail holds nothing else.\n")
    mail = EmailMessage(_("Please look at your list"), body, sender_here(), [address])
    try:
        mail.connection = connection_here(settings.HOME)
        mail.send()
    except (SMTPException, OSError) as error:
        _log.warning("welfare was not reached: %s", type(error).__name__)
        return
    told(calls, ctx=ctx)
