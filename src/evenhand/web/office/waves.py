"""Wave files: posts aimed at one protected person in one stretch of time, to be looked at together (D14).

A folder of items. It has no respondent, no state and no owner, and it is never a case: whatever becomes a case does so
one by one, by a complaint of the person concerned or by own motion. Person-level look-ups happen after that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.notices import NoticeId
from evenhand.web.cases.acts import acting
from evenhand.web.cases.periods import moment
from evenhand.web.desk.models import Lead, Protected
from evenhand.web.desk.protection import seat_officer
from evenhand.web.desk.queries import Tally, tallies
from evenhand.web.desk.words import Band
from evenhand.web.notices.actions import send
from evenhand.web.notices.recipient import Recipient
from evenhand.web.notices.words import By
from evenhand.web.office.models import Wave, WaveItem, WaveSaid
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.unit import recording

MOST_ITEMS: Final = 5_000
LONGEST: Final = timedelta(days=31)
_HOUR: Final = timedelta(hours=1)
_FEW_ACCOUNTS: Final = 0.4  # "nine accounts wrote 41 %": the fewest that wrote at least this share
_PURPOSE: Final = "wave file"


@dataclass(frozen=True, slots=True)
class Figures:
    """A wave in numbers. `accounts` authors altogether, the busiest `few` of whom wrote `share` per cent.

    `hours`: (beginning of the hour, posts), gaps included; `peak` the beginning of the busiest one.
    """

    posts: int
    danger: int
    accounts: int
    few: int
    share: int
    hours: Sequence[tuple[datetime, int]]
    peak: datetime | None
    unread: Sequence[Tally]
    read: int


def file_wave(*, target: str, begins: datetime, ends: datetime, actor: ActorId, ctx: Context) -> str:
    """Make a wave file of the leads aimed at one protected person in a stretch of time; return its id.

    Raises UsageError for somebody who is not protected, a stretch that is empty, backwards or over a month long.
    """
    person = Protected.objects.filter(pk=target).first()
    if person is None:
        raise UsageError(_("There is no such protected person."), mend=_("Choose one from the list."))
    if not timedelta(0) < ends - begins <= LONGEST:
        raise UsageError(
            _("The stretch of time must be forward and a month long at most."), mend=_("Check the two moments.")
        )
    leads = _leads(target, begins, ends)
    if not leads:
        raise UsageError(_("No post was pointed out in that time."), mend=_("Choose another stretch of time."))
    seat_officer(actor, [person.key], ctx)
    with (
        recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r,
        acting(r, "wave.filed", key=KeyId(person.key), obj=(new := ctx.new_id())) as act,
    ):
        wave = act.insert(
            Wave(id=new, target=target, key=person.key, begins=begins, ends=ends, filed_by=actor, filed_at=moment(ctx))
        )
        for lead in leads:
            act.insert(WaveItem(id=ctx.new_id(), wave=wave, lead=lead))
    return new


def invite(*, wave: Wave, sent_by: str, actor: ActorId, ctx: Context) -> str:
    """Invite the protected person, on a person's word, to say whether they want to complain (N23); the letter's id.

    Once per wave. `sent_by`: the name by which they may address the officer. No word of any post is in it.
    """
    seat_officer(actor, [wave.key], ctx)
    figures = figures_of(wave)
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        if WaveSaid.objects.filter(wave=wave).exists():
            raise UsageError(_("They were invited already."), mend=_("The letter is on their page."))
        party = Recipient(wave.target, "protected", "en", By.PAGE, KeyId(wave.key), None, "")
        fields = {"what_was_found": found_words(wave, figures, "en"), "sent_by": sent_by}
        letter = send(r, notice=NoticeId.N23, case=None, number="", party=party, fields=fields, ctx=ctx)
        with acting(
            r, "message.sent", key=KeyId(wave.key), obj=wave.id, commitments={"sent": letter.id.encode()}
        ) as act:
            act.insert(WaveSaid(wave=wave, letter=letter.id, invited_by=actor, invited_at=moment(ctx)))
    return letter.id


def found_words(wave: Wave, figures: Figures, locale: str) -> str:
    """Return what was found, in the reader's language: how many posts, when; nothing they say."""
    with override(locale):
        words = ngettext(
            "Between %(begins)s and %(ends)s (UTC) we noticed %(n)d post aimed at you that may be abuse.",
            "Between %(begins)s and %(ends)s (UTC) we noticed %(n)d posts aimed at you that may be abuse.",
            figures.posts,
        )
        form = _("j F Y, H:i")
        return words % {
            "begins": date_format(wave.begins, form),
            "ends": date_format(wave.ends, form),
            "n": figures.posts,
        }


def figures_of(wave: Wave) -> Figures:
    """Return a wave in numbers. Four queries, whatever its size; authors are counted by pseudonym, never opened."""
    leads = Lead.objects.filter(pk__in=WaveItem.objects.filter(wave=wave).values("lead"))
    times = [posted or found for posted, found in leads.values_list("posted_at", "found_at")]
    authors = sorted(leads.values_list("source").annotate(n=Count("id")).values_list("n", flat=True), reverse=True)
    few, share = few_wrote(authors)
    counted = [tally for tally in tallies() if tally.target == wave.target]
    hours = by_hour(times)
    return Figures(
        posts=len(times), danger=leads.filter(band=Band.DANGER).count(), accounts=len(authors), few=few, share=share,
        hours=hours, peak=max(hours, key=lambda hour: hour[1])[0] if hours else None,
        unread=[tally for tally in counted if tally.outcome != "read"],
        read=sum(tally.posts for tally in counted if tally.outcome == "read"),
    )  # fmt: skip


def few_wrote(authors: Sequence[int]) -> tuple[int, int]:
    """Return how few authors (the busiest first) wrote at least 40 % of all posts, and their share in per cent."""
    total, so_far = sum(authors), 0
    for place, posts in enumerate(authors, 1):
        so_far += posts
        if so_far >= _FEW_ACCOUNTS * total:
            return place, round(100 * so_far / total)
    return 0, 0


def by_hour(times: Sequence[datetime]) -> list[tuple[datetime, int]]:
    """Return the posts per hour from the first to the last, hours without any among them; a month at most."""
    counts: dict[datetime, int] = {}
    for at in times:
        hour = at.replace(minute=0, second=0, microsecond=0)
        counts[hour] = counts.get(hour, 0) + 1
    if not counts:
        return []
    first, last = min(counts), max(counts)
    return [(hour, counts.get(hour, 0)) for n in range((last - first) // _HOUR + 1) for hour in [first + n * _HOUR]]


def slowing_since(hours: Sequence[tuple[datetime, int]]) -> datetime | None:
    """Return since when a wave has been slowing: the end of its busiest hour; None while that is the last one."""
    if not hours:
        return None
    peak = max(range(len(hours)), key=lambda place: (hours[place][1], place))
    return hours[peak][0] + _HOUR if peak < len(hours) - 1 else None


def waves() -> list[Wave]:
    """Return the wave files, the latest first; the two hundred newest. One query."""
    return list(Wave.objects.order_by("-filed_at", "id")[:200])


def sizes(found: Sequence[Wave]) -> Mapping[str, int]:
    """Return wave -> how many items it holds. One query."""
    rows = WaveItem.objects.filter(wave__in=found).values_list("wave").annotate(n=Count("id"))
    return dict(rows)


def unread_words(figures: Figures) -> str:
    """Return how many posts aimed at this person could not be read; every figure carries it (INV-57)."""
    missing = sum(tally.posts for tally in figures.unread)
    return _("We could not read %(missing)d of %(all)d posts that were brought in for this person.") % {
        "missing": missing, "all": missing + figures.read,
    }  # fmt: skip


def _leads(target: str, begins: datetime, ends: datetime) -> list[str]:
    posted = Lead.objects.filter(target=target, posted_at__gte=begins, posted_at__lt=ends)
    undated = Lead.objects.filter(target=target, posted_at=None, found_at__gte=begins, found_at__lt=ends)
    return sorted(
        {*posted.values_list("id", flat=True)[:MOST_ITEMS], *undated.values_list("id", flat=True)[:MOST_ITEMS]}
    )
