"""Undo the common ways of hiding a word from a filter, keeping the offset map.

Undone: letters spaced out or separated (`i d i o t`, `i.d,i.o.t`), digits and signs for letters (`1d10t`),
elongation (`idiiiot`), masked inner letters (`id**t`, `id-ot`, `idxot`), one inner letter dropped or two swapped,
words written together. Masked, misspelt and joined words are looked for among words of a given list only.
Look-alikes, styled letters, stacked marks and invisible characters are already gone in the normal form. A repair
is made only where it gives a known word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, product
from typing import Final

from evenhand.text.view import View

# What a digit or sign may stand for, likeliest first.
_LEET: Final = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "il", "|": "l", "+": "t", "€": "e",
}  # fmt: skip
_SIGN: Final = r"a-z0-9@$!|+€"
_SEPARATOR: Final = r"[ .,\-_*~/]"

_SPACED: Final = re.compile(rf"(?<![a-z0-9@$])[a-z0-9@$!](?:{_SEPARATOR}{{1,3}}[a-z0-9@$!]){{2,}}(?![a-z0-9@$])")
# Counts are bounded: from each of its places a hostile row of letters and dots would be read to its end.
_INNER_SIGNS: Final = re.compile(r"(?<![a-z0-9*#])[a-z]{1,40}+(?:[.\-_~/*#]{1,9}+[a-z]{1,40}+){1,40}+(?![a-z0-9*#])")
_MASKED_END: Final = re.compile(r"(?<![a-z0-9*#])[a-z]{2,}[*#]+(?![a-z0-9*#])")
_MIXED: Final = re.compile(rf"(?<![{_SIGN}])(?=[0-9@$!|+€]*[a-z])(?=[a-z]*[0-9@$!|+€])[{_SIGN}]{{3,30}}(?![{_SIGN}])")
# A number with its unit or ending ("5am", "3rd") is left alone unless it spells a word that people hide.
_UNIT: Final = re.compile(r"[0-9]+[a-z]{1,2}")
_LONG: Final = re.compile(r"(?<![a-z])[a-z]*([a-z])\1\1[a-z]*")
_WORD: Final = re.compile(r"[a-z]{3,}")
_RUN: Final = re.compile(r"([a-z])\1+")
# One pass tells the posts that may hide something behind signs or runs from the many that do not.
SUSPICIOUS: Final = re.compile(
    r"[a-z](?:[*#$+@€]|[0-9!|]+[a-z]|[.\-_~/]+[a-z])|([a-z])\1\1|[0-9@$!|+€][a-z]"
    rf"|(?<![a-z0-9@$])[a-z0-9@$!]{_SEPARATOR}{{1,3}}[a-z0-9@$!]{_SEPARATOR}{{1,3}}[a-z0-9@$!](?![a-z0-9@$])"
)
# Four letters leave three when one is dropped; words of three are never looked for.
MIN_HIDDEN: Final = 4
MIN_JOINED: Final = 8
MAX_JOINED: Final = 120
LONGEST_PIECE: Final = 14
# Letters a word in a row of joined words has on the mean: shorter ones are chance ("he nd er son").
LEAST_PIECE: Final = 3
# Spellings of one token with digits for letters that are looked up at most.
MOST_SPELLINGS: Final = 16
LONGEST_WORD: Final = 30
_ANY: Final = "*"


def _variants(words: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        for at in range(1, len(word) - 1):
            found.setdefault(word[:at] + word[at + 1 :], word)
            swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            found.setdefault(swapped, word)
    return found


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words a repair may give: any known word, and the words people hide, which are looked for when misspelt.

    `hidden` stands in order: of two words that a hidden one can stand for the earlier is taken.
    """

    known: Callable[[str], bool]
    hidden: tuple[str, ...]
    charged: frozenset[str] = field(init=False, repr=False)
    variants: dict[str, str] = field(init=False, repr=False)
    shapes: dict[tuple[int, str], list[str]] = field(init=False, repr=False)
    inside: re.Pattern[str] = field(init=False, repr=False)
    repaired: Callable[[str], str | None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        long = [word for word in self.hidden if len(word) >= MIN_HIDDEN]
        kept = {v: word for v, word in _variants(long).items() if not self.known(v) and v not in self.hidden}
        shapes = defaultdict(list)
        for word in long:
            shapes[len(word), word[0]].append(word)
        longest_first = sorted(self.hidden, key=lambda word: (-len(word), word))
        object.__setattr__(self, "charged", frozenset(self.hidden))
        object.__setattr__(self, "variants", kept)
        object.__setattr__(self, "shapes", dict(shapes))
        object.__setattr__(self, "inside", re.compile("|".join(map(re.escape, longest_first)) or "(?!)"))
        object.__setattr__(self, "repaired", lru_cache(maxsize=1 << 15)(lambda word: _repaired(word, self)))

    def masked(self, pattern: str) -> str | None:
        """Return the first hidden word that a masked word (`id**t`) can stand for, or None.

        Its first letter shows, and half of all.
        """
        if 2 * pattern.count(_ANY) > len(pattern):
            return None
        for word in self.shapes.get((len(pattern), pattern[0]), ()):
            if all(shown in (_ANY, letter) for shown, letter in zip(pattern, word, strict=True)):
                return word
        return None


def unspaced(view: View, words: Vocabulary) -> View:
    """Return the view with spaced-out letters joined to known words; the same object where there were none.

    Single letters say nothing by themselves, so nobody need read them beside what they spell.
    """
    return view.replace(_SPACED, lambda m: _joined(m.group(), words))


def deobfuscate(view: View, words: Vocabulary) -> View:
    """Return the view with hidden words spelt out; the same object where nothing was hidden.

    Offsets stay code points of the original string. Cost: one look-up a word, a few passes over posts that look
    suspicious.
    """
    if SUSPICIOUS.search(view.text):
        view = unspaced(view, words)
        view = view.replace(_INNER_SIGNS, lambda m: _without_signs(m.group(), words))
        view = view.replace(_MASKED_END, lambda m: words.masked(m.group().replace("#", _ANY)))
        view = view.replace(_MIXED, lambda m: _plain(m.group(), words))
        view = view.replace(_LONG, lambda m: _shortened(m.group(), words))
    if any(words.repaired(word) for word in _WORD.findall(view.text)):
        view = view.replace(_WORD, lambda m: words.repaired(m.group()))
    return view


def _known(candidates: Iterable[str], words: Vocabulary) -> str | None:
    for candidate in candidates:
        if candidate in words.charged or words.known(candidate):
            return candidate
    return None


def _spellings(mixed: str) -> Iterator[str]:
    """Return what a token with digits and signs for letters can spell: likeliest first, MOST_SPELLINGS at most.

    Nothing where it is longer than any word.
    """
    options = [_LEET.get(sign, sign) for sign in mixed] if len(mixed) <= LONGEST_WORD else [""]
    return ("".join(letters) for letters in islice(product(*options), MOST_SPELLINGS))


def _joined(spaced: str, words: Vocabulary) -> str | None:
    letters = re.sub(_SEPARATOR, "", spaced)
    if not any(c.isalpha() for c in letters):
        return None
    if found := _known((letters, *_spellings(letters)), words):
        return found
    # Spaced letters hide something whatever they spell; in letters that stand together chance spells much.
    return _pieces(letters, words)


def _without_signs(dotted: str, words: Vocabulary) -> str | None:
    letters = re.sub(r"[.\-_~/*#]", "", dotted)
    if letters in words.charged:
        return letters
    return words.masked(re.sub(r"[.\-_~/#]", _ANY, dotted))


def _plain(mixed: str, words: Vocabulary) -> str | None:
    tail = mixed.rstrip("!")
    plain = _known(_spellings(tail), words) if len(tail) > 2 else None
    if plain is None or (_UNIT.fullmatch(tail) and plain not in words.charged):
        return None
    return plain + mixed[len(tail) :]


def _shortened(long: str, words: Vocabulary) -> str | None:
    if "x" in long and (masked := words.masked(long.replace("x", _ANY))):
        return masked
    single, double = _RUN.sub(r"\1", long), _RUN.sub(r"\1\1", long)
    mixed = re.sub(r"([a-z])\1\1+", r"\1", long), re.sub(r"([a-z])\1\1+", r"\1\1", long)
    return _known((*mixed, single, double), words) or mixed[0]


def _repaired(word: str, words: Vocabulary) -> str | None:
    if word in words.variants:
        return words.variants[word]
    if words.known(word) or word in words.charged:
        return None
    if "x" in word:
        return words.masked(word.replace("x", _ANY))
    return _split(word, words) if MIN_JOINED <= len(word) <= MAX_JOINED else None


def _split(joined: str, words: Vocabulary) -> str | None:
    """Return the known words that spell the string if one of them is a word people hide; else None."""
    if not words.inside.search(joined):
        return None
    found = _pieces(joined, words)
    return None if found is None or words.charged.isdisjoint(found.split()) else found


def _pieces(joined: str, words: Vocabulary) -> str | None:
    """Return the fewest known words that spell the string, separated by spaces; None if there are none."""
    if len(joined) > MAX_JOINED:
        return None
    best: list[list[str] | None] = [[]] + [None] * len(joined)
    for end in range(1, len(joined) + 1):
        for start in range(max(0, end - LONGEST_PIECE), end):
            head, piece = best[start], joined[start:end]
            if head is None or (len(piece) == 1 and piece not in "aiu"):
                continue
            known = piece in words.charged or words.known(piece)
            current = best[end]
            if known and (current is None or len(head) + 1 < len(current)):
                best[end] = [*head, piece]
    found = best[-1]
    return " ".join(found) if found and len(joined) >= LEAST_PIECE * len(found) else None
