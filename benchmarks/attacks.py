"""Apply the twelve disguises of SCREENING §4.3 and print the share of verdicts that is kept.

    python benchmarks/attacks.py [--small] [--model ID]

Each attack is applied to the words that carry the verdict (labelled spans, else the words of our own lists) of the
positives in hatecheck, the toxic spans test and the own set; the same attacks on benign rows show what they raise.
Reads EVENHAND_SHARED (default ../shared) and benchmarks/own_set. Seed fixed: the same text is always disguised alike.
"""

from __future__ import annotations

import argparse
import os
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import suites
from evenhand.categories import Category
from evenhand.screening import Screener, Verdict
from evenhand.screening.training.rows import BENIGN_SET, Part, Row, read_rows
from evenhand.screening.words import read_data, strong_words
from own_set.reading import own_posts

SHARED = Path(os.environ.get("EVENHAND_SHARED", Path(__file__).resolve().parents[2] / "shared"))
SEED = 20261121
SMALL_STEP = 20
# Every so many of the benign rows: each is screened thirteen times.
BENIGN_STEP = 8
SHORTEST = 3
JOINED_BEFORE = 3

Place = tuple[int, int]
Draw = random.Random
Disguise = Callable[[str, Draw], str]

LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "l": "1", "b": "8", "g": "9"}
INVISIBLE = "\u200b\u200c\u200d\u2060\u00ad\u200e\u200f\u202a\u202c\ufeff"
LOOKALIKES = dict(zip("aceiopsxyhkmtbjABCEHIKMOPTX", "асеіорѕхуһкмтьјАВСЕНІКМОРТХ", strict=True))
MARKS = "\u0300\u0301\u0308\u0336\u0337\u0338\u0323\u0330"
# First code points of alphabets without gaps: full-width, bold, sans bold italic, monospace, circled.
STYLES = ((0xFF21, 0xFF41), (0x1D400, 0x1D41A), (0x1D63C, 0x1D656), (0x1D670, 0x1D68A), (0x24B6, 0x24D0))
WORD = re.compile(rf"[^\W\d_]{{{SHORTEST},}}")


def leet(word: str, draw: Draw) -> str:
    """Return the word with most letters that have one as digits and signs, at least one."""
    can = [at for at, letter in enumerate(word) if letter.lower() in LEET]
    chosen = {at for at in can if draw.random() < 0.8} or set(can[:1])
    return "".join(draw.choice(LEET[c.lower()]) if at in chosen else c for at, c in enumerate(word))


def spaced(word: str, draw: Draw) -> str:
    """Return the word with its letters spaced out."""
    del draw
    return " ".join(word)


def separated(word: str, draw: Draw) -> str:
    """Return the word with one separator between its letters."""
    return draw.choice(".-_*").join(word)


def invisible(word: str, draw: Draw) -> str:
    """Return the word with one to three invisible characters inside."""
    places = draw.sample(range(1, len(word)), min(len(word) - 1, draw.randint(1, 3)))
    return "".join(draw.choice(INVISIBLE) + c if at in places else c for at, c in enumerate(word))


def lookalike(word: str, draw: Draw) -> str:
    """Return the word with every letter that has a Cyrillic double replaced by it."""
    del draw
    return "".join(LOOKALIKES.get(letter, letter) for letter in word)


def styled(word: str, draw: Draw) -> str:
    """Return the word in full-width, mathematical or circled letters."""
    upper, lower = draw.choice(STYLES)
    return "".join(_styled(letter, upper, lower) for letter in word)


def _styled(letter: str, upper: int, lower: int) -> str:
    if "A" <= letter <= "Z":
        return chr(upper + ord(letter) - ord("A"))
    return chr(lower + ord(letter) - ord("a")) if "a" <= letter <= "z" else letter


def stacked(word: str, draw: Draw) -> str:
    """Return the word with one to three combining marks on each letter."""
    return "".join(c + "".join(draw.choices(MARKS, k=draw.randint(1, 3))) for c in word)


def elongated(word: str, draw: Draw) -> str:
    """Return the word with one letter, a vowel if it has one, repeated three to five times more."""
    at = _vowel_first(word, range(len(word)), draw)
    return word[:at] + word[at] * draw.randint(3, 5) + word[at:]


def dropped(word: str, draw: Draw) -> str:
    """Return the word without one inner letter, a vowel if there is one."""
    at = _vowel_first(word, range(1, len(word) - 1), draw)
    return word[:at] + word[at + 1 :]


def swapped(word: str, draw: Draw) -> str:
    """Return the word with two neighbouring letters swapped, inner ones where there are two."""
    at = draw.randrange(1, len(word) - 2) if len(word) > SHORTEST else 1
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def masked(word: str, draw: Draw) -> str:
    """Return the word with one inner letter masked, two in words of five and more."""
    count = min(len(word) - 2, 2 if len(word) > 4 else 1)
    at = draw.randrange(1, len(word) - count)
    return word[:at] + "*" * count + word[at + count :]


def _vowel_first(word: str, places: Sequence[int], draw: Draw) -> int:
    vowels = [at for at in places if word[at].lower() in "aeiou"]
    return draw.choice(vowels or list(places))


WORD_ATTACKS: dict[str, Disguise] = {
    "leet digits and signs": leet,
    "letters spaced out": spaced,
    "separators inside": separated,
    "invisible characters": invisible,
    "look-alikes": lookalike,
    "styled letters": styled,
    "stacked marks": stacked,
    "elongation": elongated,
    "one letter dropped": dropped,
    "two letters swapped": swapped,
    "inner letters masked": masked,
}
JOINED = "spaces removed"
NAMES = (*WORD_ATTACKS, JOINED)


def attacked(attack: str, text: str, places: Sequence[Place]) -> str:
    """Return a text with the words at some places ([begin, end), in order) disguised."""
    if attack == JOINED:
        return joined(text, places)
    draw = Draw(f"{SEED}:{attack}:{text}")
    pieces, last = [], 0
    for begin, end in places:
        pieces += [text[last:begin], WORD_ATTACKS[attack](text[begin:end], draw)]
        last = end
    return "".join([*pieces, text[last:]])


def joined(text: str, places: Sequence[Place]) -> str:
    """Return a text in which each of the words has grown together with up to three words before it."""
    spaces = set()
    for begin, _ in places:
        before = [match.start() for match in re.finditer(r" (?=\S)", text[: begin + 1])]
        spaces.update(at for at in before[-JOINED_BEFORE:] if "\n" not in text[at:begin])
    if not spaces and places:  # the first word of a post: joined with the one that follows
        after = text.find(" ", places[0][1])
        spaces = {after} if after >= 0 else set()
    return "".join(c for at, c in enumerate(text) if at not in spaces)


def listed_words() -> frozenset[str]:
    """Return the words of our own lists that can carry a verdict."""
    words = set(strong_words())
    for line in read_data("profanity").values():
        words.update(_strings(line))
    return frozenset(words)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from value.lower().split()
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def carriers(text: str, spans: Sequence[Place], listed: frozenset[str]) -> list[Place]:
    """Return the places of the words that carry the verdict: those in the labelled spans, else the listed ones."""
    if spans:
        return words_in(text, spans)
    return [(a, b) for a, b in _words(text) if text[a:b].lower() in listed]


def words_in(text: str, spans: Sequence[Place]) -> list[Place]:
    """Return the places of the words that touch a span."""
    return [(a, b) for a, b in _words(text) if any(a < end and begin < b for begin, end in spans)]


def _words(text: str) -> list[Place]:
    return [match.span() for match in WORD.finditer(text)]


def longest_word(text: str) -> list[Place]:
    """Return the place of the longest word, for texts in which no word carries a verdict."""
    return sorted(_words(text), key=lambda place: place[0] - place[1])[:1]


class Screens(Protocol):
    """Anything that screens texts: the Screener in any of its modes, or a peer behind the same face."""

    def screen(self, texts: Sequence[str]) -> list[Verdict]:
        """Return one verdict per text."""


Flag = Callable[[Verdict], bool]


@dataclass(frozen=True, slots=True)
class Positives:
    """One set under attack: its texts with their labelled spans, and which verdict counts as flagged."""

    name: str
    rows: tuple[tuple[str, tuple[Place, ...]], ...]
    flag: Flag


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of some posts that were flagged before stay flagged, per attack."""

    name: str
    flagged: int
    still: dict[str, int]

    def share(self, attack: str) -> float:
        """Return posts flagged before and after ÷ posts flagged before; nan if none was."""
        return self.still[attack] / self.flagged if self.flagged else float("nan")

    @property
    def mean(self) -> float:
        """Return the mean share over the attacks."""
        return sum(self.share(attack) for attack in self.still) / len(self.still)


def kept_under_attack(screener: Screens, given: Positives) -> tuple[Kept, Kept]:
    """Return what stays flagged: of posts with labelled or listed words, and of the others.

    In the others every word is disguised that the verdict itself shows, six and more at once: a harder test,
    given apart. Cost: one screening of the set, then one per attack of what was flagged.
    """
    listed, known, others = listed_words(), [], []
    verdicts = screener.screen([text for text, _ in given.rows])
    for (text, spans), verdict in zip(given.rows, verdicts, strict=True):
        if given.flag(verdict):
            places = carriers(text, spans, listed)
            shown = words_in(text, [(span.begin, span.end) for span in verdict.spans])
            (known if places else others).append((text, places or shown))
    return (
        Kept(given.name, len(known), {attack: _flagged(screener, given.flag, attack, known) for attack in NAMES}),
        Kept(
            f"{given.name}, no listed word",
            len(others),
            {attack: _flagged(screener, given.flag, attack, others) for attack in NAMES},
        ),
    )


def _flagged(screener: Screens, flag: Flag, attack: str, posts: Sequence[tuple[str, Sequence[Place]]]) -> int:
    return sum(flag(verdict) for verdict in screener.screen([attacked(attack, *post) for post in posts]))


HARMFUL = tuple(category for category in Category if category not in {Category.PROFANITY, Category.INCIVILITY})


def positives(*, small: bool) -> Iterator[Positives]:
    """Yield the three sets of positives."""
    step = SMALL_STEP if small else 1
    hate = [(row.text, ()) for row in _rows("hatecheck") if row.share("hateful") == 1][::step]
    yield Positives("hatecheck", tuple(hate), suites.hate_flag)
    toxic = [(row.text, tuple(row.spans or ())) for row in _rows("toxic_spans_semeval21") if row.spans][::step]
    yield Positives("toxic spans (test)", tuple(toxic), suites.flag_of(*suites.SPAN_CATEGORIES))
    own = [(post.text, ()) for post in own_posts() if post.abuse or post.threat][:: SMALL_STEP // 4 if small else 1]
    yield Positives("own set", tuple(own), suites.flag_of(*HARMFUL))


def benign_posts(*, small: bool) -> list[tuple[str, list[Place]]]:
    """Return benign reporting rows with what is disguised: the listed words, else the longest word."""
    listed = listed_words()
    rows = [row for row in _rows(BENIGN_SET) if row.part is Part.TEST and row.share("presumed_benign") == 1]
    texts = [row.text for row in rows[:: BENIGN_STEP * (SMALL_STEP if small else 1)]]
    return [(text, carriers(text, (), listed) or longest_word(text)) for text in texts]


def _rows(dataset: str) -> list[Row]:
    return list(read_rows(SHARED / "data" / "eval" / f"{dataset}.jsonl.gz"))


def report(screener: Screens, *, small: bool) -> Iterator[str]:
    """Yield the two tables as lines."""
    pairs = [kept_under_attack(screener, one) for one in positives(small=small)]
    kept = [one for one, _ in pairs] + [other for _, other in pairs if other.flagged]
    yield "\n## Share of verdicts kept under disguise (in brackets: posts flagged before)\n"
    yield "| attack | " + " | ".join(f"{column.name} ({column.flagged})" for column in kept) + " |"
    yield "|" + "---|" * (len(kept) + 1)
    for attack in NAMES:
        yield f"| {attack} | " + " | ".join(f"{column.share(attack):.3f}" for column in kept) + " |"
    yield "| **mean of the twelve** | " + " | ".join(f"**{column.mean:.3f}**" for column in kept) + " |"
    known = [one for one, _ in pairs if one.flagged]
    yield f"\nThe figure of SCREENING §4: {sum(one.mean for one in known) / len(known):.3f}, the mean of the sets."
    yield from benign_table(screener, benign_posts(small=small))


def benign_table(screener: Screens, posts: Sequence[tuple[str, Sequence[Place]]]) -> Iterator[str]:
    """Yield the table of benign rows flagged before and after each disguise."""
    flag = suites.flag_of(Category.ABUSE)
    before = sum(flag(verdict) for verdict in screener.screen([text for text, _ in posts])) / len(posts)
    yield "\n## Benign rows flagged (`abuse`) before and after each disguise\n"
    yield "| attack | rows | before | after |"
    yield "|---|---|---|---|"
    for attack in NAMES:
        after = _flagged(screener, flag, attack, posts) / len(posts)
        yield f"| {attack} | {len(posts)} | {before:.4f} | {after:.4f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--small", action="store_true", help="one row in twenty")
    parser.add_argument("--model", help="an older local package, by its id")
    options = parser.parse_args()
    screener = Screener(options.model)
    print(f"model {screener.model_id}, seed {SEED}")
    for line in report(screener, small=options.small):
        print(line)


if __name__ == "__main__":
    main()
