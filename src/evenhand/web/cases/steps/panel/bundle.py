"""The bundle: what the panel reads, and nothing else: allegations with their rules, evidence, searches, replies.

Opening it is noted, because a decision needs a bundle that was open long enough to be read (INV-31).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Allegation, AllegationItem, Case, Item, Reading, Reply, Search
from evenhand.web.cases.periods import moment
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording
from evenhand.web.rules.queries import ClauseText, clause_text

WHAT: Final = "bundle"
_BASE, _PER_ITEM = timedelta(seconds=60), timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Alleged:
    """One allegation as the panel reads it."""

    id: str
    number: int
    particulars: str
    clause: ClauseText
    most: str
    items: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything the panel reads, opened for one member."""

    alleged: Sequence[Alleged]
    searches: Sequence[tuple[str, str]]
    replies: Sequence[tuple[str, str]]
    facts: str


def bundle_of(case: Case, actor: ActorId, ctx: Context) -> Bundle:
    """Return the bundle, its texts opened in one logged reading. The same for all three, and for both parties."""
    rows = list(Allegation.objects.filter(case=case, drop_reason=None).order_by("number"))
    links = list(AllegationItem.objects.filter(allegation__in=rows, disclosed_at__isnull=False).select_related("item"))
    searches = list(Search.objects.filter(case=case).order_by("made_at"))
    replies = list(Reply.objects.filter(case=case).order_by("at"))
    texts = open_texts(_wanted(case, rows, links, searches, replies), actor=actor, purpose="read the bundle", ctx=ctx)
    return Bundle(
        alleged=[_alleged(row, links, texts) for row in rows],
        searches=[(texts.get(search.what, ""), texts.get(search.result, "")) for search in searches],
        replies=[(reply.answer, texts.get(reply.text or "", "")) for reply in replies],
        facts=texts.get(case.facts or "", ""),
    )


def _wanted(
    case: Case, rows: list[Allegation], links: list[AllegationItem], searches: list[Search], replies: list[Reply]
) -> list[str]:
    wanted = [row.particulars for row in rows] + [text for search in searches for text in (search.what, search.result)]
    wanted += [text for link in links for text in (link.item.locator, link.item.text) if text]
    wanted += [reply.text for reply in replies if reply.text]
    return [*wanted, *([case.facts] if case.facts else [])]


def _alleged(row: Allegation, links: list[AllegationItem], texts: dict[str, str]) -> Alleged:
    def words(item: Item) -> tuple[str, str]:
        said = texts.get(item.text or "", "")
        return item.id, f"{texts.get(item.locator, '')}\n{said}".strip()

    items = [words(link.item) for link in links if link.allegation_id == row.id]
    return Alleged(
        row.id, row.number, texts.get(row.particulars, ""), clause_text(row.clause_id), row.most_that_can_follow, items
    )


def note_reading(case: Case, actor: ActorId, ctx: Context) -> None:
    """Note that this person has the bundle open; the first time counts for how long it was open."""
    now = moment(ctx)
    row = Reading.objects.filter(case=case, person=actor, what=WHAT).first()
    with recording(actor=actor, ctx=ctx, purpose="read the bundle") as r, acting(r, "open.recorded", case=case) as act:
        if row is None:
            act.insert(Reading(case=case, person=actor, what=WHAT, first_at=now, last_at=now))
        else:
            act.change(row, last_at=max(now, row.last_at), seconds=int((now - row.first_at).total_seconds()))


def check_read(case: Case, actor: ActorId, ctx: Context) -> None:
    """Raise UsageError unless the bundle was open for a minute and five seconds an item before deciding (INV-31)."""
    row = Reading.objects.filter(case=case, person=actor, what=WHAT).first()
    items = AllegationItem.objects.filter(allegation__case=case).values("item").distinct().count()
    if row is None or moment(ctx) - row.first_at < _BASE + items * _PER_ITEM:
        raise UsageError(
            _("You have not had the papers open long enough to have read them."),
            mend=_("Read them, then come back. What you have written here is still in your browser: press “Back”."),
        )
