"""The words of the figures: what each label, unit, whole and stage is called, marked for translation.

Labels of documents are coded and stay as they are in JSON and CSV; only this page speaks. A test holds SENTENCES
equal to the fixed list of measures, and every coded label that can be printed in LABELS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.statistics import Dimension, MeasureId, Period, Statistic, Unit
from evenhand.statistics.disclosure import BELOW

Words = str | Promise

TITLES: Final[Mapping[tuple[MeasureId, Dimension], Words]] = {
    (MeasureId.M1, Dimension.END): _("What became of the messages"),
    (MeasureId.M1, Dimension.CHANNEL): _("How the messages came in"),
    (MeasureId.M1, Dimension.COMPLAINANT_TYPE): _("Who sent them"),
    (MeasureId.M2, Dimension.MEMBERSHIP): _("Whether the authors were members"),
    (MeasureId.M3, Dimension.WHOLE): _("Measured against all members"),
    (MeasureId.M7, Dimension.ROUTE): _("Which way the cases took"),
    (MeasureId.M7, Dimension.VEXATIOUS): _("Where the way somebody complains was at issue"),
    (MeasureId.M9, Dimension.RUNG): _("What followed"),
    (MeasureId.M10, Dimension.PAUSE_REASON): _("Why clocks stood still"),
    (MeasureId.M13, Dimension.RESULT): _("What people said of what the program found"),
    (MeasureId.M13, Dimension.REASON): _("What the program could not read"),
    (MeasureId.M14, Dimension.BODY): _("Who spoke to the people who handle cases"),
    (MeasureId.M14, Dimension.WHOLE): _("Whether that was written down in time"),
    (MeasureId.M14, Dimension.DECLARATION): _("Who declared whether anybody spoke to them"),
}
UNITS: Final[Mapping[Unit, Words]] = {
    Unit.SUBMISSION: _("submissions"),
    Unit.ITEM: _("items"),
    Unit.SUBJECT: _("people complained about"),
    Unit.CASE: _("cases"),
    Unit.COMPLAINANT: _("complainants"),
    Unit.CONTACT: _("recorded contacts"),
    Unit.SEAT: _("seats"),
    Unit.BRIEFING: _("briefings"),
    Unit.PAUSE: _("pauses of clocks"),
}
WHOLES: Final[Mapping[str, Words]] = {
    "submissions received": _("submissions received"),
    "items received": _("items received"),
    "people complained about": _("people complained about"),
    "cases whose way was settled": _("cases whose way was settled"),
    "complainants about whose way of complaining something was done": _(
        "complainants about whose way of complaining something was done"
    ),
    "cases decided": _("cases decided"),
    "people about whom something was decided": _("people about whom something was decided"),
    "pauses of clocks that ended": _("pauses of clocks that ended"),
    "contacts recorded": _("contacts recorded"),
    "seats that decided": _("seats that decided"),
    "briefings sent": _("briefings sent"),
    "members on average": _("members on average"),
    "cases that left this stage": _("cases that left this stage"),
    "cases that left this stage under a clock": _("cases that left this stage under a clock"),
    "cases open on the last day": _("cases open on the last day"),
    "leads the program put before a person": _("leads the program put before a person"),
    "posts aimed at protected people": _("posts aimed at protected people"),
    "items of reports found by both": _("items of reports that the program had found as well"),
}
SENTENCES: Final[Mapping[MeasureId, Words]] = {
    MeasureId.M1: _(
        "In {period} we received {value} of this kind ({label}), out of {whole}. "
        "One act can be reported many times, so submissions are not acts and not people."
    ),
    MeasureId.M2: _("In {period}, {value}, out of {whole}, fell under: {label}."),
    MeasureId.M3: _(
        "In {period} there were {value}, measured against {whole}. Being complained about is not a finding."
    ),
    MeasureId.M7: _("In {period}, {value}, out of {whole}, took this way: {label}."),
    MeasureId.M9: _("In {period}, {value}, out of {whole}, ended with: {label}."),
    MeasureId.M10: _("In {period}, {label}: {value}, over {whole}."),
    MeasureId.M13: _("In {period}, {value}, out of {whole}: {label}."),
    MeasureId.M14: _("In {period} there were {value} of this kind ({label}), out of {whole}. Zero is printed too."),
}
TOTAL: Final = _("In {period} there were {whole}.")
LABELS: Final[Mapping[str, Words]] = {
    "total": _("together"),
    "new": _("new: dealt with on its own"),
    "duplicate": _("about what was reported before: joined to that"),
    "end:out_of_scope": _("not something we can take further"),
    "merged": _("joined to another case"),
    "form": _("by the form"),
    "mail": _("by mail"),
    "letter": _("by letter"),
    "telephone": _("by telephone"),
    "in_person": _("in person"),
    "officer": _("taken down by an officer"),
    "affected": _("the person affected, or somebody for them"),
    "reporter": _("somebody else who saw it"),
    "own_motion": _("the unit itself"),
    "member_at_time": _("a member at the time of the act, not now"),
    "member_now": _("a member now, not at the time of the act"),
    "both": _("a member at the time of the act and now"),
    "membership:former": _("a former member"),
    "never": _("never a member"),
    "deceased": _("deceased"),
    "undetermined": _("not known, or not looked up yet"),
    "route:out_of_scope": _("not something we can take further"),
    "dismissed": _("too little to go on"),
    "informal": _("an agreed solution"),
    "formal": _("looked into as a formal case"),
    "warned": _("warned"),
    "labelled": _("limited in how they may complain"),
    "overturned": _("limited, and that was lifted again"),
    "L0": _("nothing"),
    "L0a": _("a private request to delete or correct it"),
    "L1": _("advice or a reminder"),
    "L2": _("an apology, a correction or training"),
    "L3": _("a formal warning"),
    "L4": _("removal from a role, or a bar from office for a term"),
    "L5": _("suspension of membership for a term"),
    "L6": _("expulsion, with a date to apply again"),
    "police": _("police are looking into it"),
    "court": _("a court is dealing with it"),
    "illness": _("somebody is ill"),
    "party_absent": _("one side could not be reached"),
    "leadership": _("the leadership and its office"),
    "executive": _("the executive"),
    "press_office": _("the press office"),
    "branch": _("a branch"),
    "candidate": _("candidates"),
    "outside": _("outside, such as the press"),
    "other": _("somebody else, or a side of the case"),
    "logged_in_time": _("written down in time"),
    "found_later": _("found out later"),
    "declared": _("said whether anybody spoke to them"),
    "not_declared": _("did not say"),
    "nobody_has_decided_yet": _("no person has said anything yet"),
    "not_abuse_criticism": _("not abuse: it is criticism"),
    "not_abuse_quotes_others": _("not abuse: it quotes others"),
    "not_abuse_condemns_abuse": _("not abuse: it condemns abuse"),
    "not_abuse_figure_of_speech": _("not abuse: a figure of speech"),
    "not_abuse_about_themselves": _("not abuse: it is about the author"),
    "not_abuse_not_aimed": _("not abuse: it is not aimed at the person"),
    "not_abuse_misread": _("not abuse: the program misread it"),
    "read": _("read by the program"),
    "members complained about": _("members complained about"),
    "briefings of the leadership": _("briefings of the leadership"),
    "reported items the program found too": _("items of reports that the program had found as well"),
    "age of open cases": _("age of open cases"),
}
STAGES: Final[Mapping[str, Words]] = {
    "received": _("until a report was acknowledged"),
    "acknowledged": _("until somebody looked for danger"),
    "triage": _("first checks"),
    "membership_check": _("whether we can deal with it"),
    "evidence_assessment": _("weighing what was sent"),
    "more_info_requested": _("waiting for what was asked of the sender"),
    "informal": _("an agreed solution"),
    "under_investigation": _("looking into the facts"),
    "case_to_answer": _("preparing formal allegations"),
    "charged": _("sending formal allegations"),
    "reply_window": _("the time to answer"),
    "admitted": _("accepted: what follows"),
    "panel_set": _("before three people met"),
    "hearing": _("three people consider it"),
    "liability_decided": _("what follows"),
    "sanction_decided": _("writing the reasons"),
    "independent_review": _("the check by an outside person"),
    "screening_review": _("a refusal checked by somebody new"),
    "appealed": _("new people look again"),
    "reopen_requested": _("somebody asks to look again"),
    "reopened": _("looking again"),
    "age of open cases": _("cases still open: their age"),
}
_QUARTERS: Final = (
    _("the first quarter of {year}"),
    _("the second quarter of {year}"),
    _("the third quarter of {year}"),
    _("the fourth quarter of {year}"),
)


def period_words(period: Period) -> str:
    """Return a period inside a sentence."""
    if period.is_year:
        return str(period.first.year)
    return str(_QUARTERS[period.first.number - 1]).format(year=period.first.year)


def number(text: str) -> str:
    """Return a printed number in the reader's language: `1,200`, `fewer than 10`, `not shown`."""
    if text == BELOW:
        return str(_("fewer than 10"))
    if not text.replace(".", "", 1).isdigit():
        return str(_("not shown"))
    whole = text.isdigit()
    return str(formats.number_format(int(text) if whole else float(text), use_l10n=True, force_grouping=True))


def about(text: str, words: Words) -> str:
    """Return a count in a sentence: `about 1,200 cases`, `fewer than 10 cases`, `no cases`."""
    if text == "0":
        return str(_("no %(units)s")) % {"units": words}
    facts = {"number": number(text), "units": words}
    return str(_("%(number)s %(units)s") if text == BELOW else _("about %(number)s %(units)s")) % facts


def label(dimension: Dimension, coded: str) -> str:
    """Return what a label is called; a coded label without words is shown as it is, in letters."""
    found = LABELS.get(f"{dimension}:{coded}") or LABELS.get(coded)
    return str(found) if found else coded.replace("_", " ")


def stage(coded: str) -> str:
    """Return what a stage is called."""
    return str(STAGES.get(coded) or coded.replace("_", " "))


DAYS: Final[Mapping[Statistic, Words]] = {
    Statistic.MEDIAN_DAYS: _("half of them within"),
    Statistic.P90_DAYS: _("nine in ten within"),
    Statistic.MAX_DAYS: _("the longest"),
    Statistic.SHARE: _("in time"),
}
