"""What was read and what could not be, in words: counts of posts, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evenhand.web.desk.queries import Tally, unread
from evenhand.web.desk.words import OTHER_UNREAD, UNREAD
from evenhand.web.ui.counting import grouped

MOST_ROWS: Final = 20


UnreadRow = tuple[str, str, str]
"""Whom the posts are aimed at, how many of how many could not be read, and why."""


def unread_head() -> UnreadRow:
    """Return the headings of the table of unread posts."""
    return (_("Aimed at"), _("Not read"), _("Why"))


def unread_words(found: Sequence[Tally]) -> str:
    """Return how many posts could not be read of how many, and why; said also when it is none (INV-57)."""
    posts = sum(tally.posts for tally in found)
    missing = unread(found)
    count = sum(tally.posts for tally in missing)
    if not posts:
        return _("No post has been screened yet, so nothing can be said about what was written.")
    of_all = {"n": grouped(count), "posts": grouped(posts)}
    if not count:
        if posts == 1:
            return _("The one post aimed at protected people could be read.")
        return _("All %(posts)s posts aimed at protected people could be read.") % of_all
    words = ngettext(
        "%(n)s post of %(posts)s aimed at protected people could not be read: %(why)s.",
        "%(n)s posts of %(posts)s aimed at protected people could not be read: %(why)s.",
        count,
    )
    return words % (of_all | {"why": _reasons(missing)})


def unread_rows(found: Iterable[Tally], names: Mapping[str, str]) -> tuple[UnreadRow, ...]:
    """Return a row for each named person, in the order of `names`."""
    of_target: dict[str, list[Tally]] = defaultdict(list)
    for tally in found:
        of_target[tally.target].append(tally)
    return tuple(_unread_row(name, of_target[target]) for target, name in names.items())


def most_unread(found: Iterable[Tally]) -> list[str]:
    """Return the people with most unread posts, at most MOST_ROWS; the sentence above the table counts all."""
    counts: Counter[str] = Counter()
    for tally in unread(found):
        counts[tally.target] += tally.posts
    return [target for target, _posts in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_ROWS]]


def _unread_row(aimed_at: str, tallies: Sequence[Tally]) -> UnreadRow:
    missing = unread(tallies)
    count, posts = sum(tally.posts for tally in missing), sum(tally.posts for tally in tallies)
    return (aimed_at, _("%(n)s of %(posts)s") % {"n": grouped(count), "posts": grouped(posts)}, _reasons(missing))


def _reasons(missing: Iterable[Tally]) -> str:
    by_words: Counter[str] = Counter()
    for tally in missing:
        by_words[str(UNREAD.get(tally.outcome, OTHER_UNREAD))] += tally.posts
    return "; ".join(f"{grouped(posts)} {words}" for words, posts in by_words.most_common())
