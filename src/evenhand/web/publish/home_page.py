"""What the first page shows: what is here, and what is switched off since when; from the table of steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from evenhand.procedure.transitions import OVERLAYS, TABLE
from evenhand.web.publish.queries import record_started


@dataclass(frozen=True, slots=True)
class HomePage:
    """The first page. `off`: steps of the procedure that are not offered here, in words; `since`: since when."""

    off: tuple[str, ...]
    since: datetime | None


def home_page() -> HomePage:
    """Return the first page's facts. One small read."""
    here = {edge.id for edge in TABLE if edge.offered}
    steps = [(edge.id, edge.name) for edge in TABLE if edge.id not in here]
    overlays = [(rule.id, rule.name) for rule in OVERLAYS if not rule.offered]
    words = _off_words()
    off = dict.fromkeys(words.get(step, _(name)) for step, name in (*steps, *overlays))
    return HomePage(tuple(off), record_started())


def _off_words() -> dict[str, str]:
    """Return words for the steps whose names on a button would tell a reader little."""
    # The letter about a decision (N8) promises appeals, so this must say how they are heard all the same.
    appeals = _("appeals in this system: who asks, as the letter about the decision says, is heard outside it")
    return {
        "T05": _("an agreed solution in place of a formal case"),
        "T05a": _("an agreed solution in place of a formal case"),
        "T08a": _("accepting the allegations, so that only what follows is decided"),
        "T13a": _("sending a decision back to new people after a check from outside"),
        "T21a": _("going on with a case whose report was taken back"),
        "T06a": _("temporary measures while facts are looked into"),
        "T06b": _("putting a case on hold"),
        "T15": appeals,
        "T15a": _("asking that somebody new checks a refusal"),
        "T16": appeals,
        "T19": _("asking to look again at a case that is over"),
        "T20": _("what happens when somebody leaves while their case is open"),
        "T20a": _("what happens when somebody leaves while their case is open"),
    }
