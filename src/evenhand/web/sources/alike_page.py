"""What the page of records that may be one act shows: one pair, and the answers given so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evenhand.posts.times import to_datetime
from evenhand.web.sources.forms import SameActForm
from evenhand.web.sources.same_acts import Answer, suggested, told

_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Told:
    """One answer: its id, and what it says."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class AlikePage:
    """One suggested pair (`rows` is empty where there is none), the form about it, and what was answered."""

    form: SameActForm
    count: int
    following: int | None
    record: str
    rows: list[tuple[str, object]]
    text: str
    told: list[Told]


def alike_page(at: str, form: SameActForm) -> AlikePage:
    """Return the page that shows the `at`-th pair, from 1; the first where there is no such pair."""
    pairs = suggested()
    place = int(at) if at.isdecimal() and len(at) < 5 and 0 < int(at) <= len(pairs) else 1
    pair = pairs[place - 1] if pairs else None
    rows: list[tuple[str, object]] = []
    if pair:
        rows = [
            (_("Platform"), pair.platform), (_("By"), pair.author or _("not said")),
            (_("When, as the export has it"), pair.said_at or _("not said")),
            (_("First brought in"), _day(pair.first_us)), (_("Brought in again"), _day(pair.later_us)),
        ]  # fmt: skip
    return AlikePage(
        form=form,
        count=len(pairs),
        following=place + 1 if place < len(pairs) else None,
        record=pair.record if pair else "",
        rows=rows,
        text=pair.text if pair else "",
        told=[Told(row.id, _words(row.answer) % {"day": date_format(row.told_at)}) for row in told()[:_SHOWN]],
    )


def _words(answer: str) -> str:
    return _("%(day)s: one act, counted once") if answer == Answer.SAME else _("%(day)s: two acts")


def _day(us: int) -> str:
    day = to_datetime(us)
    return date_format(day) if day else ""
