"""What /check-a-letter says: whether we sent a letter with this code, when, and of which kind. Never to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from evenhand.procedure.notices import NoticeId
from evenhand.web.notices.organisation import Unit, unit
from evenhand.web.notices.queries import LetterRow
from evenhand.web.notices.wording import known_locale

_N = NoticeId
KINDS: Final[dict[NoticeId, str | Promise]] = {
    _N.N1: _("It says that a report has arrived."),
    _N.N2: _("It says that a person has opened a report."),
    _N.N3: _("It says that somebody has complained, and that nothing is decided."),
    _N.N3C: _("It says that facts are being looked into."),
    _N.N5: _("It tells formal allegations and the time to answer."),
    _N.N5C: _("It says that formal allegations were made."),
    _N.N6: _("It says when three independent people consider a matter."),
    _N.N7: _("It tells a decision and its reasons."),
    _N.N8: _("It says how to ask that new people look again."),
    _N.N9: _("It says that something takes longer."),
    _N.N10: _("It says that a matter is finished."),
    _N.N12: _("It asks for something that is missing."),
    _N.N13: _("It says what has become of a report."),
    _N.N15: _("It names the three people who consider a matter."),
    _N.N19: _("It says where to find help in danger."),
    _N.N22: _("It shows words before they are shown to anybody else."),
    _N.N23: _("It says that something was written about somebody."),
    _N.N4: _("It tells of a temporary measure."),
    _N.N4C: _("It says that something was arranged for the time being."),
    _N.N7A: _("It tells what new people have decided, and their reasons."),
    _N.N8A: _("It says that somebody asked that new people look again."),
    _N.N14: _("It proposes to settle a matter by agreement."),
    _N.N16: _("It says that a matter is on hold."),
    _N.N17: _("It says that somebody asks to look at a finished matter again."),
    _N.N18: _("It says what follows, and until when."),
    _N.N20: _("It answers a request about personal data."),
    _N.N21: _("It is about the way complaints are made."),
    _N.N24: _("It asks how somebody is."),
}
"""What a letter of each kind is about, in the words its reader knows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found: `sent_at` and `kind` are empty when we sent no letter with this code."""

    sent_at: datetime | None
    kind: str | Promise

    @property
    def known(self) -> bool:
        """Whether a letter with this code was sent."""
        return self.sent_at is not None


def answer(found: LetterRow | None) -> Answer:
    """Return what the page says of a letter, or of none."""
    return Answer(found.sent_at, KINDS[found.notice]) if found else Answer(None, "")


def unit_here() -> Unit:
    """Return what the organisation says of itself in the language of the reader of a page; whom to ring, above all."""
    return unit(settings.HOME, known_locale(get_language() or ""))
