"""The story of one import: what it is, what was found, what was not taken, what it cannot show, what is next.

On the command line and on the page the same. The words are marked with `_`; whoever prints them hands in the
translation (the command line: none).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from evenhand.corpus.importing import Ingested
from evenhand.corpus.tally import Tally
from evenhand.posts import Direction, Recognised
from evenhand.posts.said import packed, unpacked
from evenhand.posts.telling import Say, Sort, format_words, refusals, remark, sort_of

_PLACES: Final = 5
_MOST_REFUSED: Final = 1_000
_MOST_NOTES: Final = 50


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading and its lines."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one import: plain JSON values only, so that it can be kept and told later."""

    source_format: str
    reasons: list[Any]  # sentences of readers, packed
    direction: str
    posts: int
    merged: int
    control: int
    suppressed: int
    refused: int
    refused_places: list[list[str]]  # [place, reason code], the first thousand
    notes: list[Any]  # sentences of readers, packed
    relations: dict[str, int] = field(default_factory=dict)
    direct: int = 0
    without_day: int = 0
    days: list[str] | None = None
    accounts: int = 0
    owner: str = ""
    dry: bool = False
    cleared: int = 0


def facts_of(recognised: Recognised, ingested: Ingested, tally: Tally, *, dry: bool = False) -> Facts:
    """Return the facts of an import that has ended."""
    report = ingested.report
    return Facts(
        source_format=recognised.reader.source_format,
        reasons=[packed(each) for each in recognised.sign.reasons],
        direction=str(recognised.reader.direction),
        posts=ingested.posts,
        merged=ingested.merged,
        control=report.control,
        suppressed=report.suppressed,
        refused=len(report.refused),
        refused_places=[[each.locator, each.reason] for each in report.refused[:_MOST_REFUSED]],
        notes=[packed(each) for each in report.notes[:_MOST_NOTES]],
        relations=dict(tally.relations),
        direct=tally.direct,
        without_day=tally.without_day,
        days=list(tally.days) if tally.days else None,
        accounts=len(tally.accounts),
        owner=tally.owner,
        dry=dry,
        cleared=ingested.cleared,
    )


def story(facts: Facts, _: Say) -> list[Chapter]:
    """Return the chapters for a person who knows nothing about formats, in the order in which they ask."""
    remarks = [unpacked(each) for each in facts.notes]
    told = {sort: [remark(each, _) for each in remarks if sort_of(each) is sort] for sort in Sort}
    chapters = [
        Chapter(_("What it is"), tuple(_what(facts, _))),
        Chapter(_("What was found"), tuple(_found(facts, _))),
        Chapter(_("What was not taken"), tuple(_not_taken(facts, _))),
        Chapter(_("What is missing in this file"), tuple(told[Sort.MISSING])),
        Chapter(_("How it was read"), tuple(told[Sort.READ])),
        Chapter(_("What this kind of file cannot show"), (_cannot(facts, _), *told[Sort.LIMIT])),
        Chapter(_("What to do next"), tuple(_next(facts, _, missing=bool(told[Sort.MISSING])))),
    ]
    return [chapter for chapter in chapters if chapter.lines]


def _what(facts: Facts, _: Say) -> Iterator[str]:
    yield format_words(facts.source_format, _)
    seen = {"format": facts.source_format, "reasons": "; ".join(remark(unpacked(each), _) for each in facts.reasons)}
    yield _("Read as %(format)s, because of this sign: %(reasons)s.") % seen
    if facts.owner:
        yield _("The export of the account %(owner)s.") % {"owner": facts.owner}


def _found(facts: Facts, _: Say) -> Iterator[str]:
    if facts.dry:
        yield _("Only looked at: nothing was kept.")
    yield _("New posts: %(posts)s. Held before, or the same twice: %(merged)s.") % {
        "posts": facts.posts, "merged": facts.merged,
    }  # fmt: skip
    names = _relation_words(_)
    for relation, count in Counter(facts.relations).most_common():
        yield f"{names.get(relation, relation)}: {count}"
    if facts.days:
        yield _("From %(first)s to %(last)s.") % {"first": facts.days[0], "last": facts.days[1]}
    if facts.without_day:
        yield _("Without a day: %(count)s.") % {"count": facts.without_day}
    if facts.accounts:
        yield _("Accounts that wrote them: %(count)s.") % {"count": facts.accounts}
    if facts.direct:
        yield _(
            "Private messages: %(count)s. They are locked away: nobody sees, searches or screens them until a person "
            "with that right releases one conversation."
        ) % {"count": facts.direct}


def _relation_words(_: Say) -> dict[str, str]:
    return {
        "post": _("Posts"),
        "reply": _("Replies"),
        "quote": _("Posts that quote another"),
        "repost": _("Shared without a word of one's own"),
        "like": _("Likes"),
        "react": _("Reactions"),
        "forward": _("Forwarded messages"),
        "report": _("Reports"),
        "system": _("Notes of the platform"),
        "capture": _("Captured pages"),
    }


def _not_taken(facts: Facts, _: Say) -> Iterator[str]:
    if facts.control:
        yield _("Records that are no posts, such as notes of a deletion: %(count)s.") % {"count": facts.control}
    if facts.suppressed:
        yield _("Left out because somebody had them erased: %(count)s.") % {"count": facts.suppressed}
    if facts.cleared:
        yield _("Taken without the words of erased posts that stood in them: %(count)s.") % {"count": facts.cleared}
    if facts.refused:
        yield _("Records that could not be read: %(count)s.") % {"count": facts.refused}
    yield from refusals(((place, reason) for place, reason in facts.refused_places), _, most=_PLACES)


def _cannot(facts: Facts, _: Say) -> str:
    return {
        Direction.OWNER_OUTGOING: _(
            "It holds what the owner of the account wrote, shared and liked. What others wrote to them is hardly in "
            "it: that comes by a stream, by mail, by the form, or by sharing single posts from a phone."
        ),
        Direction.INCOMING: _("It holds what others wrote to whoever hands it in, and not what they answered."),
        Direction.BOTH: _(
            "It holds what whoever collected it asked for. What is missing in it may exist all the same."
        ),
    }[Direction(facts.direction)]


def _next(facts: Facts, _: Say, *, missing: bool) -> Iterator[str]:
    if missing:
        yield _(
            "Look for the other files of the same download, or ask the platform for the export once more; bring each "
            "in by itself: nothing is added twice."
        )
    if facts.dry:
        yield _("Bring it in without “only look” if this is what you meant.")
        return
    if facts.posts and facts.direction == Direction.OWNER_OUTGOING:
        yield _(
            "To look through one's own history the owner needs no import: evenhand archive check does it on "
            "their own computer."
        )
    if facts.posts:
        yield _("The new posts are being screened. What deserves a look appears among the leads; a person decides.")
    elif facts.merged:
        yield _("Nothing: all of it was held already.")
    else:
        yield _("No post was found. Check that this is the right file, and that you asked the platform for JSON.")
    if facts.refused:
        yield _("After mending, bring the same file in again: what is held already is not added twice.")
