"""When the record was last checked as a whole, with what result, in calm words: the same on every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from evenhand.ledger.checking import Verdict
from evenhand.web.home import Home
from evenhand.web.record.nightly import checked_at
from evenhand.web.record.verify import last_check
from evenhand.web.vault.queries import first_alarm_at

LATELY = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """One line: words, the moment they are about (None: never), and whether somebody should look."""

    words: str
    at: datetime | None
    care: bool


def checked_line(now: datetime) -> CheckedLine:
    """Return what can be said of the last check of this installation. One small file and one query."""
    if found_at := first_alarm_at():
        words = _("A stored file is not what came in, or is missing. Somebody must look into it. Found:")
        return CheckedLine(words, found_at, True)
    return _of_the_record(now)


def _of_the_record(now: datetime) -> CheckedLine:
    report = last_check(Home.here())
    at = checked_at(report)
    if report is None or at is None:
        return CheckedLine(_("The record has not been checked as a whole yet. That is done every night."), None, False)
    found = str(report.get("verdict"))
    if found == Verdict.FAILED:
        words = _("The last check found something in the record that does not hold. What you do is still recorded;"
                  " the auditor looks into it.")  # fmt: skip
        return CheckedLine(words, at, True)
    if found != Verdict.VERIFIED:
        words = _("The last check could not read everything, so nobody can say yet whether something was changed.")
        return CheckedLine(words, at, True)
    if now - at > LATELY:
        words = _("When the record was last checked, nothing had been changed. The nightly check has not run since.")
        return CheckedLine(words, at, True)
    if at.date() == now.date() and at.hour < now.hour:
        return CheckedLine(_("Record checked last night: nothing was changed."), at, False)
    return CheckedLine(_("Record checked: nothing was changed."), at, False)
