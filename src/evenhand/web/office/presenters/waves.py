"""A wave file as a card: numbers, no word of a post, no account; membership is unknown until there is a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evenhand.context import Context
from evenhand.web.desk.models import Lead
from evenhand.web.desk.presenters.cards import category_words
from evenhand.web.desk.protection import seat_officer
from evenhand.web.desk.queries import protected
from evenhand.web.desk.withheld import withheld_from
from evenhand.web.desk.words import BANDS, Band
from evenhand.web.office.models import Wave, WaveItem
from evenhand.web.office.waves import Figures, figures_of, sizes, slowing_since, unread_words, waves
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Item:
    """One post of the folder, without its words and without its author."""

    place: int
    at: datetime
    band: str
    danger: bool
    categories: str


@dataclass(frozen=True, slots=True)
class WavePage:
    """One wave file; `card` is what may be shown to others, blurred by having nothing of a post in it."""

    id: str
    label: str
    begins: datetime
    ends: datetime
    headline: str
    card: Sequence[tuple[str, str]]
    unread: str
    head: Sequence[str]
    hours: Sequence[tuple[str, int]]
    items: Sequence[Item]
    more: int


def labels(actor: ActorId, ctx: Context) -> dict[str, str]:
    """Return protected person -> the label officers know them by; one logged reading."""
    people = protected()
    seat_officer(actor, [key for key, _label in people.values()], ctx)
    texts = open_texts([label for _key, label in people.values()], actor=actor, purpose="desk.waves", ctx=ctx)
    return {person: texts[label] for person, (_key, label) in people.items() if label in texts}


def wave_list(people: Mapping[str, str]) -> list[tuple[str, str, datetime, datetime, int]]:
    """Return the wave files as rows: id, aimed at, from, until, how many posts."""
    found = waves()
    number = sizes(found)
    unnamed = _("a protected person")
    return [(w.id, people.get(w.target, unnamed), w.begins, w.ends, number.get(w.id, 0)) for w in found]


def wave_page(wave: Wave, actor: ActorId, ctx: Context) -> WavePage:
    """Return the page of one wave file for an officer. The label is opened and logged; no post is."""
    figures = figures_of(wave)
    items = _items(wave, actor)
    return WavePage(
        id=wave.id, label=labels(actor, ctx).get(wave.target, _("a protected person")), begins=wave.begins,
        ends=wave.ends, headline=headline(figures), card=card_rows(figures), unread=unread_words(figures),
        head=[_("Hour (UTC)"), _("Posts")],
        hours=[(date_format(at, _("j F, H:i")), number) for at, number in figures.hours[-72:]],
        items=items, more=max(figures.posts - len(items), 0),
    )  # fmt: skip


def headline(figures: Figures) -> str:
    """Return how many posts, and whether it is slowing."""
    posts = ngettext("%(n)d post was pointed out.", "%(n)d posts were pointed out.", figures.posts) % {
        "n": figures.posts
    }
    since = slowing_since(figures.hours)
    if since is None:
        return posts
    return posts + " " + _("It has been slowing since %(at)s (UTC).") % {"at": date_format(since, _("j F, H:i"))}


def card_rows(figures: Figures) -> list[tuple[str, str]]:
    """Return the card: how many people against how many posts, danger first, membership in one line."""
    wrote = ngettext(
        "%(few)d account wrote %(share)d %% of them", "%(few)d accounts wrote %(share)d %% of them", figures.few
    )
    return [
        (_("May be a danger"), str(figures.danger)),
        (_("Accounts that wrote them"), str(figures.accounts)),
        (_("How few wrote most"), wrote % {"few": figures.few, "share": figures.share} if figures.few else "–"),
        (
            _("Members among them"),
            _("Not known. People are looked up one by one, and only after there is a case."),
        ),
    ]


def _items(wave: Wave, actor: ActorId) -> list[Item]:
    """Return the first posts of a wave; what the detector said of those that the reader weighs is left out."""
    inside = WaveItem.objects.filter(wave=wave).values("lead")
    rows = list(Lead.objects.filter(pk__in=inside).order_by("band", "posted_at", "id")[:SHOWN])
    withheld = withheld_from(actor, [row.record_key for row in rows])
    return [
        Item(
            place, row.posted_at or row.found_at, str(BANDS[Band(row.band)]), row.band == Band.DANGER,
            ", ".join(category_words(word) for word in row.categories.split()),
        )
        for place, row in enumerate((row for row in rows if row.record_key not in withheld), 1)
    ]  # fmt: skip
