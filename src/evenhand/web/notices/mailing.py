"""Word of a letter by e-mail: the same subject for everybody, no content, where to read it, how to check it is ours.

The job does nothing twice: an attempt that was accepted or came back is over. What cannot be delivered now is tried
again by the due work for three days; somebody is told after an hour.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.procedure.clocks import ServiceKind
from evenhand.web.notices.composing import Frame
from evenhand.web.notices.models import Accepted, Attempt, Service
from evenhand.web.notices.serving import as_said, served
from evenhand.web.notices.transport import connection_here, sender_here
from evenhand.web.record import outbox
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording

SEND_MAIL: Final = "send-letter-mail"
PURPOSE: Final = "tell of a letter by mail"
TRIED_FOR: Final = timedelta(days=3)
AGAIN_AFTER: Final = 15 * 60  # seconds
_COUNTS_AFTER: Final = timedelta(hours=24)
_PERMANENT: Final = 500
_ADDRESS: Final = re.compile(r"[^\s<>,;:\"'()]+@[^\s<>,;:\"'()@]+\.[^\s<>,;:\"'()@.]+")
_log = logging.getLogger(__name__)


class NoAddress(ValueError):
    """A contact that holds no e-mail address: as good as one that came back."""


def mail_words(frame: Frame, locale: str) -> str:
    """Return what the mail says: subject on the first line, then a blank line, then the body. Nothing of the letter."""
    around = frame.values(locale)
    with translation.override(locale):
        lines = [
            # Translators: the subject of every mail; it must never tell what the letter is about.
            _("There is a letter for you"),
            "",
            _("There is a letter for you. To read it, type this address yourself: %(address)s")
            % {"address": around["site"] + around["place"]},
            "",
            *([_("Your code: %(code)s") % {"code": frame.code}, ""] if frame.code else []),
            _("Is this mail real? Type %(address)s and enter %(check_code)s.")
            % {"address": around["site"] + "/check-a-letter", "check_code": frame.check_code},
            "",
            _("We never send files, and we never ask for a password. You can also ring us.")
            if not around["telephone"]
            else _("We never send files, and we never ask for a password. You can also ring us: %(telephone)s")
            % {"telephone": around["telephone"]},
        ]
    return "\n".join(lines) + "\n"


def send_mail(payload: dict[str, Any], ctx: Context) -> None:
    """Do the job: hand the mail of one attempt to the server and record that it was taken or refused for good.

    A server that cannot be reached now is no error of the job: the due work tries again.
    """
    attempt = Attempt.objects.select_related("letter").filter(id=payload["attempt"]).first()
    if attempt is None or _is_over(attempt.id):
        return
    wanted = [attempt.letter.mail, attempt.contact]
    texts = open_texts(wanted, actor=SYSTEM, purpose=PURPOSE, ctx=ctx)
    if len(texts) < len(wanted):
        return  # erased since: there is nobody left to write to
    try:
        _deliver(texts[attempt.letter.mail], texts[attempt.contact])
    except (SMTPException, OSError, NoAddress) as error:
        # Never the address nor the server's words, which may repeat it.
        _log.warning("mail %s was not taken: %s", attempt.id, type(error).__name__)
        if _for_good(error):
            _came_back(attempt, ctx)
        return
    _taken(attempt, texts[attempt.letter.mail], ctx)


def _deliver(words: str, address: str) -> None:
    """Hand one mail to the server. `address`: the sealed contact, which may say more than the address itself."""
    found = _ADDRESS.search(address)
    if found is None:
        raise NoAddress
    subject, body = words.split("\n\n", 1)
    way = connection_here(settings.HOME)
    EmailMessage(subject.strip(), body, sender_here(), [found.group()], connection=way).send()


def _for_good(error: Exception) -> bool:
    """Return whether a server said that it will never take this mail for this address."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= _PERMANENT for code, _ in error.recipients.values())
    return isinstance(error, NoAddress) or (isinstance(error, SMTPDataError) and error.smtp_code >= _PERMANENT)


def _taken(attempt: Attempt, words: str, ctx: Context) -> None:
    row = {"attempt_id": attempt.id, "at": ctx.now().replace(microsecond=0)}
    with recording(actor=SYSTEM, ctx=ctx, purpose=PURPOSE) as r:
        Accepted.objects.create(**row)
        r.add(
            type="message.sent", key=KeyId(attempt.letter.key), case=attempt.letter.case_id, obj=attempt.id,
            body={"accepted": as_said(row)}, commitments={"sent": sha256(words.encode()).digest()},
        )  # fmt: skip


def _came_back(attempt: Attempt, ctx: Context) -> None:
    with recording(actor=SYSTEM, ctx=ctx, purpose=PURPOSE) as r:
        served(r, letter=attempt.letter_id, why=ServiceKind.BOUNCED, at=_not_before(attempt, ctx), attempt=attempt.id)


def _not_before(attempt: Attempt, ctx: Context) -> datetime:
    return max(ctx.now(), attempt.made_at)


def _is_over(attempt: str) -> bool:
    return Accepted.objects.filter(attempt=attempt).exists() or attempt in _bounced([attempt])


def _bounced(attempts: Collection[str]) -> set[str | None]:
    found = Service.objects.filter(attempt__in=attempts, kind=ServiceKind.BOUNCED.value)
    return set(found.values_list("attempt", flat=True))


def deliver_due(ctx: Context) -> int:
    """Record as delivered what a server took a day ago and did not send back; return how many. Idempotent."""
    before = ctx.now() - _COUNTS_AFTER
    known = Exists(Service.objects.filter(attempt=OuterRef("attempt_id")))
    due = list(Accepted.objects.select_related("attempt").filter(~known, at__lte=before).order_by("at"))
    if due:
        with recording(actor=SYSTEM, ctx=ctx, purpose=PURPOSE) as r:
            for each in due:
                served(r, letter=each.attempt.letter_id, why=ServiceKind.DELIVERED, at=each.at, attempt=each.attempt_id)
    return len(due)


def try_again_due(ctx: Context) -> int:
    """Enqueue the mails that no server has taken yet, each at most every quarter of an hour; return how many."""
    since, young = ctx.now() - TRIED_FOR, ctx.now() - timedelta(seconds=AGAIN_AFTER)
    open_ones = Attempt.objects.filter(made_at__gt=since, made_at__lte=young, accepted__isnull=True)
    waiting = list(open_ones.values_list("id", flat=True))
    bounced = _bounced(waiting)
    due = [a for a in waiting if a not in bounced and cache.add(f"notices-mail-{a}", 1, timeout=AGAIN_AFTER)]
    for attempt in due:
        outbox.enqueue(SEND_MAIL, {"attempt": attempt})
    return len(due)
