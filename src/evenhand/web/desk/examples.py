"""Reads of labels and samples: what waits for an answer, the miss rate, and the examples of a refit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, QuerySet

from evenhand.categories import Category
from evenhand.context import Context
from evenhand.screening.local import Example as Labelled
from evenhand.screening.local import Opinion, agreed
from evenhand.statistics.intervals import wilson
from evenhand.web.desk.models import Example, Label, Lead
from evenhand.web.desk.policy import UNDO_WITHIN
from evenhand.web.desk.snapshot import Snapshot
from evenhand.web.desk.words import KINDS, Answer, Reason, Source, Status
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.sealed import open_texts

PURPOSE: Final = "desk.refit"


@dataclass(frozen=True, slots=True)
class Asked:
    """A post that a person is asked about: whose it is, and its sealed words. Nothing a machine or a colleague said."""

    id: str
    target: str
    snapshot: str


@dataclass(frozen=True, slots=True)
class MissRate:
    """Of `n` unflagged posts that a person looked at, how many were abuse, with the 95 % Wilson interval.

    `low` and `high` are None while n is 0. `cannot_say` and `waiting` count beside n, never as harmless.
    """

    n: int
    missed: int
    low: float | None
    high: float | None
    cannot_say: int
    waiting: int


def miss_rate() -> MissRate:
    """Return the miss rate of the random sample over all runs: for the leads page and for publishing. Two queries.

    Each post counts once, by its first answer, which was given without seeing any other.
    """
    drawn = Example.objects.filter(source=Source.SAMPLE)
    labels = Label.objects.filter(example__in=drawn.values("id")).order_by("at", "id").values_list("example", "answer")
    first: dict[str, str] = {}
    for example, answer in labels:
        first.setdefault(example, answer)
    said = list(first.values())
    missed, cannot_say = said.count(Answer.ABUSE), said.count(Answer.CANNOT_SAY)
    n = len(said) - cannot_say
    waiting = drawn.filter(forgotten_at=None).exclude(id__in=first).count()
    if not n:
        return MissRate(0, 0, None, None, cannot_say, waiting)
    interval = wilson(missed, n)
    return MissRate(n, missed, interval.low, interval.high, cannot_say, waiting)


def next_sample() -> Asked | None:
    """Return the oldest sampled post that nobody has answered for, None if there is none. One query."""
    open_ = Example.objects.filter(source=Source.SAMPLE, forgotten_at=None)
    return _asked(open_.exclude(id__in=Label.objects.values("example")).order_by("made_at", "id"))


def next_to_label(actor: str, now: datetime) -> tuple[Asked | None, int]:
    """Return the oldest post with one answer by somebody else, and how many wait for this person. Three queries.

    A lead counts once its ten minutes for an undo are over; one that is "not aimed at this person" says nothing
    about abuse and is left out.
    """
    leads = _one_sided_leads(now).exclude(disposed_by=actor).order_by("disposed_at", "id")
    single = _once_labelled()
    answered = Label.objects.filter(example__in=single).exclude(by=actor).exclude(answer=Answer.CANNOT_SAY)
    examples = Example.objects.filter(id__in=answered.values("example"), forgotten_at=None).order_by("made_at", "id")
    return _asked(examples) or _asked(leads), examples.count() + leads.count()


def _once_labelled() -> QuerySet[Label, Any]:
    once = Label.objects.values("example").annotate(people=Count("id")).filter(people=1)
    return once.values("example")


def _one_sided_leads(now: datetime) -> QuerySet[Lead]:
    settled = Lead.objects.filter(status=Status.DROPPED, disposed_at__lt=now - UNDO_WITHIN)
    return settled.exclude(reason=Reason.NOT_AIMED).exclude(id__in=Label.objects.values("example"))


def _asked(found: QuerySet[Example] | QuerySet[Lead]) -> Asked | None:
    row = found.values_list("id", "target", "snapshot").first()
    return Asked(*row) if row else None


@dataclass(frozen=True, slots=True)
class _Post:
    id: str
    snapshot: str
    at: datetime
    source: str


def labelled_examples(ctx: Context) -> list[Labelled]:
    """Return every post on which two people agree, opened by the system; each reading is logged. For a refit only.

    Cost: one read row per text. What was erased is left out.
    """
    usable = _usable(_opinions(ctx.now()))
    posts = _posts(usable)
    texts = open_texts([post.snapshot for post in posts], actor=SYSTEM, purpose=PURPOSE, ctx=ctx)
    return [
        Labelled(
            post.id, Snapshot.opened(texts[post.snapshot]).text, *usable[post.id], post.at.isoformat(), post.source
        )
        for post in posts
        if post.snapshot in texts
    ]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many posts have labels, on how many two people agree, and of these how many are abuse and not."""

    labelled: int
    agreed: int
    abuse: int
    not_abuse: int


def counts(now: datetime) -> Counts:
    """Return the counts of labelled posts; opens no text."""
    opinions = _opinions(now)
    usable = _usable(opinions)
    abuse = sum(heads[Category.ABUSE] for heads, _by in usable.values())
    return Counts(len(opinions), len(usable), abuse, len(usable) - abuse)


def _usable(opinions: dict[str, list[Opinion]]) -> dict[str, tuple[dict[Category, bool], tuple[str, ...]]]:
    """Return per post the shared labels and who gave them, where people agree whether it is abuse at all."""
    found = {example: agreed(said) for example, said in opinions.items()}
    return {example: one for example, one in found.items() if Category.ABUSE in one[0]}


def _opinions(now: datetime) -> dict[str, list[Opinion]]:
    """Return per post what people said, in the order of their answers; a lead put aside is its officer's "no"."""
    found: dict[str, list[Opinion]] = defaultdict(list)
    aside = Lead.objects.filter(status=Status.DROPPED, disposed_at__lt=now - UNDO_WITHIN)
    for lead, by in aside.exclude(reason=Reason.NOT_AIMED).values_list("id", "disposed_by"):
        found[lead].append(Opinion(str(by), heads_of(Answer.NOT_ABUSE, "")))
    reopened = set(Lead.objects.exclude(status=Status.DROPPED).values_list("id", flat=True))
    for example, by, answer, kinds in Label.objects.order_by("at", "id").values_list(
        "example", "by", "answer", "kinds"
    ):
        if example not in reopened:
            found[example].append(Opinion(by, heads_of(Answer(answer), kinds)))
    return found


def heads_of(answer: Answer, kinds: str) -> dict[Category, bool]:
    """Return an answer as labels: "not abuse" denies every kind, "abuse" affirms those named and denies the others."""
    if answer is Answer.CANNOT_SAY:
        return {}
    named = set(kinds.split())
    return {Category.ABUSE: answer is Answer.ABUSE} | {Category(kind): kind in named for kind in KINDS}


def _posts(ids: Iterable[str]) -> list[_Post]:
    """Return the posts of these ids, from either table, by id. Two queries per 500."""
    wanted, found = sorted(ids), []
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        examples = Example.objects.filter(id__in=some, forgotten_at=None)
        found += [_Post(*row) for row in examples.values_list("id", "snapshot", "made_at", "source")]
        leads = Lead.objects.filter(id__in=some).values_list("id", "snapshot", "found_at")
        found += [_Post(*row, "lead") for row in leads]
    return sorted(found, key=lambda post: post.id)
