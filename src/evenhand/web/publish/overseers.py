"""Once a month whoever oversees the organisation gets the signed checkpoint by mail, with counts and nothing personal.

They stand in the home's `overseers.txt`, an address to a line. Their copies are what shows later that nobody has
rewritten the record: also not whoever holds every key and every file here (EVIDENCE §1.12, §8).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from smtplib import SMTPException
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.ledger.files import write_durably
from evenhand.ledger.store import Checkpoint
from evenhand.web.notices.checkpoint_mark import note_of, qr_png
from evenhand.web.notices.organisation import unit
from evenhand.web.notices.transport import connection_here, sender_here
from evenhand.web.notices.wording import first_locale
from evenhand.web.publish.checked import checked_line
from evenhand.web.publish.trustees import overseers
from evenhand.web.record import outbox
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.queries import latest_checkpoint
from evenhand.web.record.unit import recording
from evenhand.web.vault.queries import Counts, counts_between

WRITE_TO_OVERSEERS: Final = "write-to-overseers"
AGAIN_AFTER: Final = 15 * 60  # seconds, while the mail server does not take it
_DECEMBER: Final = 12
_log = logging.getLogger(__name__)


def switched_on() -> str:
    """Return "on" where somebody is written to, else "": what the public page of what goes out asks."""
    return "on" if overseers(settings.HOME) else ""


def tell_overseers(ctx: Context) -> int:
    """Enqueue this month's mail while somebody has not got it, and return whether. Due work, idempotent.

    Before the first checkpoint there is nothing to send. A month begins by UTC.
    """
    month = f"{ctx.now():%Y-%m}"
    if not _untold(month) or latest_checkpoint() is None or not cache.add(f"overseers:{month}", 1, AGAIN_AFTER):
        return 0
    outbox.enqueue(WRITE_TO_OVERSEERS, {"month": month})
    return 1


def write_to_overseers(payload: dict[str, Any], ctx: Context) -> None:
    """Do the job: one mail to each who has not got this month's; each is noted at once, so that none comes twice.

    A server that cannot be reached is no error of the job: the due work tries again. What went out is recorded.
    """
    month = str(payload["month"])
    checkpoint, to = latest_checkpoint(), _untold(month)
    if checkpoint is None or not to:
        return
    subject, body = words_of(month, checkpoint, ctx)
    note = note_of(checkpoint)
    square = qr_png(note) if note else b""
    taken = [address for address in to if _taken(subject, body, square, address)]
    if not taken:
        return
    _note(month, taken)
    with recording(actor=SYSTEM, ctx=ctx, purpose="tell the overseers") as r:
        r.add(
            type="message.sent", key=ORGANISATION, obj=ctx.new_id(), commitments={"sent": body.encode()},
            body={"word": "overseers", "month": month, "addresses": len(taken), "size": checkpoint.size},
        )  # fmt: skip


def words_of(month: str, checkpoint: Checkpoint, ctx: Context) -> tuple[str, str]:
    """Return subject and body of a month's mail, in the unit's language: the month before, counted, and the note."""
    since, until = _month_before(month)
    locale = first_locale(settings.HOME)
    with translation.override(locale):
        here = unit(settings.HOME, locale)
        named = {"organisation": here.name, "month": date_format(since, "F Y"), "site": here.site}
        checked = checked_line(ctx.now())
        at = f" {date_format(checked.at, 'DATETIME_FORMAT')} UTC" if checked.at else ""
        parts = [
            _("This mail comes once a month. Please keep it: a copy outside shows later that nobody has rewritten the "
              "record, not even somebody who holds every key and every file."),
            _("The record: %(words)s") % {"words": f"{checked.words}{at}"},
            *_count_lines(counts_between(since, until, ctx), named["month"]),
            _("The signed checkpoint of the record, as it stood when this was written:"),
            checkpoint.published.decode().rstrip("\n"),
            *([_square_line(checkpoint)] if note_of(checkpoint) else []),
            _("To compare it later: save the lines from the name of the record to the last signature as a file and "
              "give it to an auditor, who runs “evenhand ledger verify --against FILE”; or look at %(site)s/ledger, "
              "which shows the newest one and how to check it.") % named,
            _("No name, no case and nothing that anybody wrote is in this mail. Nobody else is told that you get it."),
        ]  # fmt: skip
        return _("The record of %(organisation)s: %(month)s") % named, "\n\n".join(parts) + "\n"


def _square_line(checkpoint: Checkpoint) -> str:
    """Return what the attached picture is: the square that letters carry, of what the log itself signed."""
    if checkpoint.cosignatures:
        return _("The attached picture holds the same lines, without those of the witnesses, as a square that a "
                 "telephone reads.")  # fmt: skip
    return _("The attached picture holds the same lines as a square that a telephone reads.")


def _count_lines(counts: Counts, month: str) -> Sequence[str]:
    """Return the counts as one paragraph, a line each."""
    lines = [
        _("In %(month)s:") % {"month": month},
        _("Erasures finished: %(done)d. Begun and not finished today: %(open)d.")
        % {"done": counts.erasures_done, "open": counts.erasures_open},
        _("Holds placed: %(placed)d. Released: %(released)d. In force today: %(now)d, of these past their review: "
          "%(late)d.")
        % {"placed": counts.holds_placed, "released": counts.holds_released, "now": counts.holds_in_force,
           "late": counts.holds_late},
        _("Alarms about stored files: %(found)d. Nobody has looked into today: %(open)d.")
        % {"found": counts.alarms_found, "open": counts.alarms_open},
    ]  # fmt: skip
    return ["\n".join(lines)]


def _taken(subject: str, body: str, square: bytes, address: str) -> bool:
    try:
        mail = EmailMessage(subject, body, sender_here(), [address])  # one by one: nobody learns who else gets it
        if square:  # beside the text, which stands by itself; nothing is fetched from anywhere to show it
            mail.attach("checkpoint.png", square, "image/png")
        mail.connection = connection_here(settings.HOME)
        mail.send()
    except (SMTPException, OSError) as error:
        _log.warning("an overseer was not reached: %s", type(error).__name__)
        return False
    return True


def _month_before(month: str) -> tuple[datetime, datetime]:
    """Return the calendar month (UTC) before `YYYY-MM`: its first moment, and that of the next one."""
    until = datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC)
    year, before = (until.year - 1, _DECEMBER) if until.month == 1 else (until.year, until.month - 1)
    return until.replace(year=year, month=before), until


def _untold(month: str) -> list[str]:
    told = _told(month)
    return [address for address in overseers(settings.HOME) if _digest(address) not in told]


def _told(month: str) -> set[str]:
    """Return the digests of the addresses that got this month's mail, from a small file of the home."""
    try:
        said = json.loads(_path().read_text("utf-8"))
        return set(said["told"]) if said["month"] == month else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _note(month: str, addresses: Sequence[str]) -> None:
    told = sorted({*_told(month), *map(_digest, addresses)})
    write_durably(_path(), json.dumps({"month": month, "told": told}).encode(), mode=0o600)


def _digest(address: str) -> str:
    return sha256(address.encode()).hexdigest()


def _path() -> Path:
    return Path(settings.HOME.root) / "overseers-told.json"
