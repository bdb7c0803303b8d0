"""What is posted when and by whom: three weeks of ordinary days, one burst of praise, one pile-on.

Acts are yielded in order of time, hour by hour; besides the crowd only the last few hundred posts are held.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from evenhand.demo.crowd import Account, Crowd, Target, snowflake
from evenhand.demo.grammar import expand, sentence
from evenhand.demo.kinds import Kind, Wave
from evenhand.demo.wording import words_for, write

DAYS: Final = 21
HOUR_MS: Final = 3_600_000
# Each wave's share of all acts. The two are equally large on purpose: size alone says nothing.
WAVE_SHARE: Final = 0.075
_PILE_ON_BEGAN: Final = timedelta(days=2, hours=-19)  # the evening of the day before yesterday
_PRAISE_BEGAN: Final = timedelta(days=9, hours=-18)
_MEMORY: Final = 400

# How busy each hour of the day is (UTC).
_DAY: Final = (3, 2, 1, 1, 1, 2, 5, 9, 12, 11, 10, 10, 12, 12, 10, 9, 10, 13, 16, 19, 20, 17, 12, 7)
# How a burst rises and fades, hour by hour.
_BURST: Final = (
    4, 15, 22, 19, 13, 9, 6, 3, 1.5, 1, 1, 1.4, 2, 2.4, 2, 1.6, 1.4, 1.2, 1, 1, 0.8, 0.7, 0.5, 0.4, 0.3, 0.2, 0.2,
)  # fmt: skip

_USUAL: Final = {
    Kind.ORDINARY: 37.0,
    Kind.ORDINARY_GRIM: 1.2,
    Kind.ORDINARY_LONG: 0.8,
    Kind.CRITICISM: 24.0,
    Kind.PRAISE: 5.0,
    Kind.SUPPORT: 1.0,
    Kind.ABUSE: 7.5,
    Kind.OBFUSCATED_ABUSE: 1.1,
    Kind.THREAT: 0.35,
    Kind.IDENTITY_ATTACK: 1.6,
    Kind.PILE_ON_CALL: 0.12,
    Kind.DOXXING: 0.05,
    Kind.QUOTED_ABUSE: 1.6,
    Kind.OWN_EXPERIENCE: 1.1,
    Kind.EX_MEMBER: 1.2,
    Kind.OTHER_LANGUAGE: 2.8,
    Kind.IMAGE_ONLY: 1.8,
    Kind.SHARE: 9.0,
    Kind.COMMENTED_SHARE: 2.0,
}
_PILE_ON: Final = {
    Kind.ABUSE: 38.0,
    Kind.OBFUSCATED_ABUSE: 4.0,
    Kind.COPIED_ABUSE: 17.0,
    Kind.CRITICISM: 19.0,
    Kind.THREAT: 1.2,
    Kind.IDENTITY_ATTACK: 3.0,
    Kind.PILE_ON_CALL: 0.5,
    Kind.DOXXING: 0.1,
    Kind.QUOTED_ABUSE: 2.0,
    Kind.SUPPORT: 6.0,
    Kind.IMAGE_ONLY: 2.2,
    Kind.SHARE: 7.0,
}
_PRAISE: Final = {
    Kind.PRAISE: 62.0,
    Kind.COPIED_PRAISE: 17.0,
    Kind.SUPPORT: 5.0,
    Kind.CRITICISM: 4.0,
    Kind.ORDINARY: 3.0,
    Kind.IMAGE_ONLY: 2.0,
    Kind.SHARE: 7.0,
}
_MIXES: Final = {Wave.NONE: _USUAL, Wave.PILE_ON: _PILE_ON, Wave.PRAISE: _PRAISE}
_UNTARGETED: Final = frozenset({Kind.ORDINARY_LONG, Kind.IDENTITY_ATTACK, Kind.EX_MEMBER, Kind.ORDINARY_GRIM})


@dataclass(frozen=True, slots=True)
class Seen:
    """An earlier post that later ones answer or share."""

    id: int
    author: Account
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody did. `text` has no leading mention: a writer adds what its platform adds."""

    id: int
    at_ms: int
    kind: Kind
    wave: Wave
    author: Account
    target: Target
    mentions_target: bool
    text: str
    language: str
    reply_to: Seen | None = None
    share_of: Seen | None = None


def torrent(crowd: Crowd, count: int, *, now: datetime, seed: str) -> Iterator[Act]:
    """Yield `count` acts in order of time, the last one before `now`. Memory does not grow with `count`."""
    return _Torrent(crowd, count, now, Random(f"{seed}/torrent")).acts()


class _Torrent:
    def __init__(self, crowd: Crowd, count: int, now: datetime, rng: Random) -> None:
        self._crowd = crowd
        self._rng = rng
        self._now_ms = int(now.timestamp() * 1000)
        self._start_ms = self._now_ms - DAYS * 24 * HOUR_MS
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._starts = {Wave.PILE_ON: midnight - _PILE_ON_BEGAN, Wave.PRAISE: midnight - _PRAISE_BEGAN}
        wave = round(count * WAVE_SHARE)
        self._plan = {Wave.NONE: self._usual_plan(count - 2 * wave, now)}
        for name, begins in self._starts.items():
            self._plan[name] = self._burst_plan(wave, begins)
        self._choices = {name: (list(mix), list(accumulate(mix.values()))) for name, mix in _MIXES.items()}
        self._targets = {Wave.PILE_ON: crowd.targets[12], Wave.PRAISE: crowd.targets[13]}
        self._recent: deque[Seen] = deque(maxlen=_MEMORY)
        self._latest: dict[str, Seen] = {}
        self._number = 1_000
        self._called = False  # the pile-on begins with one loud account

    def acts(self) -> Iterator[Act]:
        for hour in range(DAYS * 24):
            moments = [
                (self._start_ms + hour * HOUR_MS + int(self._rng.random() * HOUR_MS), wave)
                for wave, plan in self._plan.items()
                for _ in range(plan[hour])
            ]
            moments.sort()
            for at_ms, wave in moments:
                yield self._act(at_ms, wave)

    def _usual_plan(self, count: int, now: datetime) -> list[int]:
        first = now - timedelta(days=DAYS)
        weights = [float(_DAY[(first + timedelta(hours=hour)).hour]) for hour in range(DAYS * 24)]
        return _spread(count, weights)

    def _burst_plan(self, count: int, begins: datetime) -> list[int]:
        first = int((begins.timestamp() * 1000 - self._start_ms) // HOUR_MS)
        weights = [0.0] * (DAYS * 24)
        for place, weight in enumerate(_BURST):
            if 0 <= first + place < len(weights):
                weights[first + place] = float(weight)
        return _spread(count, weights)

    def _act(self, at_ms: int, wave: Wave) -> Act:
        rng = self._rng
        kinds, bounds = self._choices[wave]
        kind = rng.choices(kinds, cum_weights=bounds)[0]
        target = self._targets.get(wave) or self._some_target()
        author = self._author(wave, kind, target)
        if wave is Wave.PILE_ON and not self._called:
            kind, author = Kind.PILE_ON_CALL, max(self._crowd.regulars, key=lambda account: account.followers)
            self._called = True
        self._number += 1
        number = snowflake(at_ms, self._number)
        original = self._shared(kind, wave, target)
        if kind is Kind.SHARE and original and original.author.id != author.id:
            act = Act(number, at_ms, kind, wave, author, target, False, "", "en", None, original)
        else:
            kind = Kind.ORDINARY if kind is Kind.SHARE else kind
            act = self._words(number, at_ms, kind, wave=wave, author=author, target=target, shared=original)
        self._remember(act)
        return act

    def _author(self, wave: Wave, kind: Kind, target: Target) -> Account:
        rng = self._rng
        if kind is Kind.EX_MEMBER:
            return rng.choice(self._crowd.former)
        if wave is Wave.PILE_ON and rng.random() < 0.32:
            return rng.choice(self._crowd.newcomers)
        if wave is Wave.NONE and kind is Kind.ORDINARY and rng.random() < 0.05:
            return rng.choice(self._crowd.targets).account
        # A few accounts post much, most post little.
        regulars = self._crowd.regulars
        author = regulars[int(len(regulars) * rng.random() ** 1.8)]
        if kind in (Kind.ABUSE, Kind.THREAT) and author.side == target.account.side and rng.random() < 0.6:
            return regulars[int(len(regulars) * rng.random() ** 1.8)]
        return author

    def _some_target(self) -> Target:
        targets = self._crowd.targets
        return targets[int(len(targets) * self._rng.random() ** 1.4)]

    def _words(
        self, number: int, at_ms: int, kind: Kind, *, wave: Wave, author: Account, target: Target, shared: Seen | None
    ) -> Act:
        rng = self._rng
        text, language = self._text(kind, target, author)
        if kind is not Kind.COMMENTED_SHARE:
            shared = None
        reply_to = self._latest.get(target.account.id) if shared is None and rng.random() < 0.7 else None
        mentions = reply_to is not None or wave is not Wave.NONE or (kind not in _UNTARGETED and rng.random() < 0.6)
        return Act(number, at_ms, kind, wave, author, target, mentions, text, language, reply_to, shared)

    def _text(self, kind: Kind, target: Target, author: Account) -> tuple[str, str]:
        if kind in (Kind.COPIED_ABUSE, Kind.COPIED_PRAISE):
            return self._copied(kind, target), "en"
        words = words_for(target, author.side, self._rng)
        if kind is Kind.COMMENTED_SHARE:
            return sentence(expand("comment_on_share", words, self._rng)), "en"
        return write(kind, words, self._rng)

    def _copied(self, kind: Kind, target: Target) -> str:
        rng = self._rng
        words = {"t": target.person.display, "v": target.person.display, "town": target.person.town}
        slot = "copies_pile_on" if kind is Kind.COPIED_ABUSE else "copies_praise"
        text = expand(slot, words, rng)
        if rng.random() < 0.3:
            text = text.lower() if rng.random() < 0.5 else text.replace(",", "").replace(".", "")
        return text + expand("copy_tail", words, rng)

    def _shared(self, kind: Kind, wave: Wave, target: Target) -> Seen | None:
        if kind not in (Kind.SHARE, Kind.COMMENTED_SHARE) or not self._recent:
            return None
        own = self._latest.get(target.account.id) if wave is not Wave.NONE else None
        return own or self._rng.choice(self._recent)

    def _remember(self, act: Act) -> None:
        if act.kind in (Kind.SHARE, Kind.IMAGE_ONLY):
            return
        seen = Seen(act.id, act.author, act.text, act.at_ms)
        self._recent.append(seen)
        if act.author.note == "protected":
            self._latest[act.author.id] = seen


def _spread(count: int, weights: list[float]) -> list[int]:
    """Return whole numbers in proportion to the weights that add up to `count`."""
    total = sum(weights)
    bounds = [round(count * reached / total) for reached in accumulate(weights)]
    return [later - earlier for earlier, later in zip([0, *bounds], bounds, strict=False)]
