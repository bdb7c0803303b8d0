"""The few people who handed in their own archive: what each did over some years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from random import Random
from typing import Final

from evenhand.demo.crowd import Account, Crowd, Target, snowflake
from evenhand.demo.grammar import expand, sentence
from evenhand.demo.kinds import Kind, Wave
from evenhand.demo.shapes.x_archive import Timeline
from evenhand.demo.torrent import Act, Seen
from evenhand.demo.wording import words_for, write

_YEARS_MS: Final = int(4.5 * 365 * 24 * 3_600_000)
_LIKES: Final = 0.22
_DELETED: Final = 0.03
_ONLY_HEADER: Final = 0.01
# An archive of fewer records could not hold each of its parts.
SMALLEST: Final = 20

_CALM: Final = {
    Kind.ORDINARY: 50,
    Kind.CRITICISM: 25,
    Kind.PRAISE: 6,
    Kind.SHARE: 12,
    Kind.ORDINARY_LONG: 5,
    Kind.COMMENTED_SHARE: 2,
}
_ROUGH: Final = {
    Kind.ORDINARY: 35, Kind.CRITICISM: 28, Kind.ABUSE: 14, Kind.IDENTITY_ATTACK: 4, Kind.SHARE: 12,
    Kind.ORDINARY_LONG: 3, Kind.QUOTED_ABUSE: 2, Kind.COMMENTED_SHARE: 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose archive it is, why it is interesting, and how they write."""

    account: Account
    reason: str
    rough: bool


def owners(crowd: Crowd) -> tuple[Owner, ...]:
    """Return the four owners: a protected person, a rough member, a former member, a namesake."""
    member = next(each for each in crowd.regulars if each.note == "member")
    return (
        Owner(crowd.targets[4].account, "protected person", rough=False),
        Owner(member, "member who writes abuse", rough=True),
        Owner(crowd.former[0], "former member", rough=True),
        Owner(crowd.namesakes[0], "namesake of a protected person", rough=False),
    )


def timeline(owner: Owner, crowd: Crowd, count: int, *, now: datetime, seed: str) -> Timeline:
    """Return what the owner did: exactly `count` records, spread over four and a half years until a month ago.

    Older posts fall under earlier versions of the code of conduct, and before or after a membership.
    """
    made = _Past(owner, crowd, Random(f"{seed}/owner/{owner.account.id}"))
    likes, deleted = int(count * _LIKES), max(1, int(count * _DELETED))
    headers = max(1, int(count * _ONLY_HEADER))
    own = count - likes - deleted - headers
    end_ms = int(now.timestamp() * 1000) - 30 * 24 * 3_600_000
    times = sorted(end_ms - int(made.rng.random() * _YEARS_MS) for _ in range(own))
    recent = sorted(end_ms - int(made.rng.random() * 10 * 24 * 3_600_000) for _ in range(deleted + headers))
    lost = tuple(made.acts(recent))
    return Timeline(
        owner=owner.account,
        acts=tuple(made.acts(times)),
        likes=tuple(made.liked(end_ms, likes)),
        deleted=lost[:deleted],
        only_header=lost[deleted:],
    )


class _Past:
    def __init__(self, owner: Owner, crowd: Crowd, rng: Random) -> None:
        self.rng = rng
        self._owner = owner.account
        self._crowd = crowd
        mix = _ROUGH if owner.rough else _CALM
        self._kinds, self._bounds = list(mix), list(accumulate(mix.values()))
        self._number = 9_000_000

    def acts(self, times: list[int]) -> Iterator[Act]:
        for at_ms in times:
            kind = self.rng.choices(self._kinds, cum_weights=self._bounds)[0]
            yield self._act(kind, at_ms, self._owner)

    def liked(self, end_ms: int, count: int) -> Iterator[Act]:
        kinds = (Kind.ORDINARY, Kind.PRAISE, Kind.CRITICISM, Kind.ABUSE)
        for _ in range(count):
            at_ms = end_ms - int(self.rng.random() * _YEARS_MS)
            yield self._act(self.rng.choice(kinds), at_ms, self.rng.choice(self._crowd.regulars))

    def _act(self, kind: Kind, at_ms: int, author: Account) -> Act:
        target = self.rng.choice(self._crowd.targets)
        shared = self._original(at_ms, target) if kind in (Kind.SHARE, Kind.COMMENTED_SHARE) else None
        words = words_for(target, author.side, self.rng)
        if kind is Kind.SHARE:
            text, language = "", "en"
        elif kind is Kind.COMMENTED_SHARE:
            text, language = sentence(expand("comment_on_share", words, self.rng)), "en"
        else:
            text, language = write(kind, words, self.rng)
        mentions = shared is None and self.rng.random() < 0.4
        answered = self._answered(at_ms, target) if mentions and self.rng.random() < 0.6 else None
        self._number += 1
        number = snowflake(at_ms, self._number)
        return Act(number, at_ms, kind, Wave.NONE, author, target, mentions, text, language, answered, shared)

    def _answered(self, at_ms: int, target: Target) -> Seen:
        """Return an earlier post by the target: what was answered. Its text is in no archive."""
        self._number += 1
        earlier = at_ms - 1_800_000
        return Seen(snowflake(earlier, self._number), target.account, "", earlier)

    def _original(self, at_ms: int, target: Target) -> Seen:
        """Return an earlier post by somebody else: what was shared."""
        self._number += 1
        kind = self.rng.choice((Kind.ORDINARY, Kind.CRITICISM, Kind.ABUSE, Kind.ORDINARY_LONG))
        author = self.rng.choice(self._crowd.regulars)
        text, _language = write(kind, words_for(target, author.side, self.rng), self.rng)
        earlier = at_ms - 3_600_000
        return Seen(snowflake(earlier, self._number), author, text, earlier)
