"""The pages that ask a person about one post, and the miss rate in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evenhand.context import Context
from evenhand.web.desk.examples import Asked, MissRate
from evenhand.web.desk.protection import seat_officer
from evenhand.web.desk.queries import protected
from evenhand.web.desk.snapshot import Snapshot
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts


@dataclass(frozen=True, slots=True)
class Question:
    """One post and nothing that a machine or a colleague said of it."""

    id: str
    title: str
    text: str


def question(asked: Asked, actor: ActorId, purpose: str, ctx: Context) -> Question:
    """Return the post opened for this person; the reading is logged."""
    people = names([asked.target], actor, purpose, ctx, [asked.snapshot])
    text = people.get(asked.snapshot)
    words = Snapshot.opened(text).text if text is not None else _("The words were erased.")
    return Question(asked.id, _("Aimed at %(whom)s") % {"whom": people[asked.target]}, words)


def names(
    ids: list[str] | None, actor: ActorId, purpose: str, ctx: Context, also: list[str] | None = None
) -> dict[str, str]:
    """Return protected person -> what officers call them, for these or all; and the other sealed texts by their id."""
    people = protected(ids)
    seat_officer(actor, [key for key, _label in people.values()], ctx)
    wanted = [label for _key, label in people.values()] + (also or [])
    texts = open_texts(wanted, actor=actor, purpose=purpose, ctx=ctx)
    unnamed = _("a protected person")
    return texts | {person: texts.get(label, unnamed) for person, (_key, label) in people.items()}


def miss_words(rate: MissRate) -> str:
    """Return the miss rate as a sentence with its interval; it never says that nothing was missed."""
    if not rate.n:
        return _("Nobody has looked at a sample of the posts without a lead yet, so nothing is known about those.")
    words = ngettext(
        "Of %(n)d post drawn at random from those without a lead, a person found %(missed)d to be abuse",
        "Of %(n)d posts drawn at random from those without a lead, a person found %(missed)d to be abuse",
        rate.n,
    )
    assert rate.low is not None and rate.high is not None
    known = _(" (95 %% interval: %(low)s to %(high)s %%).") % {"low": _percent(rate.low), "high": _percent(rate.high)}
    return words % {"n": rate.n, "missed": rate.missed} + known


def _percent(share: float) -> str:
    return str(number_format(f"{100 * share:.1f}", use_l10n=True))


def waiting_words(waiting: int) -> str:
    """Return how many posts wait for an answer, "" for none."""
    if not waiting:
        return ""
    words = ngettext("%(n)d post waits for an answer.", "%(n)d posts wait for an answer.", waiting)
    return words % {"n": waiting}
