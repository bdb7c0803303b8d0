"""Leads that somebody must not see: what stands in a case they weigh (INV-42).

A lead shows what the detector thought of a post. Whoever weighs a case about that post decides without it; a colleague
looks at the lead. The desk knows no cases: the room above registers who weighs what.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet

from django.utils.translation import gettext as _

from evenhand.errors import UsageError

Weighed = Callable[[str, Collection[str]], AbstractSet[str]]
_WEIGHED: list[Weighed] = []


def register(weighed: Weighed) -> None:
    """Add a source: it returns which of some posts (their record keys) a person weighs in a case."""
    _WEIGHED.append(weighed)


def withheld_from(person: str, posts: Collection[str]) -> frozenset[str]:
    """Return which of these posts (their record keys) a person must not see as leads."""
    return frozenset().union(*(weighed(person, posts) for weighed in _WEIGHED)) if posts else frozenset()


def must_not_weigh(person: str, post: str) -> None:
    """Raise UsageError, in words, where the post stands in a case that this person weighs."""
    if withheld_from(person, [post]):
        raise UsageError(
            _("This post is in a case that you weigh, so you decide without what a machine says of it."),
            mend=_("A colleague looks at this lead."),
        )
