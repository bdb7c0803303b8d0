"""Undo the common ways of hiding a word from a filter, keeping the offset map.

Undone: letters spaced out or separated (`i d i o t`, `i.d.i.o.t`), digits and signs for letters (`1d10t`),
elongation (`idiiiot`), masked inner letters (`id**t`), one inner letter dropped or two swapped (words of a
given list only), words written together. Look-alikes, styled letters, stacked marks and invisible
characters are already gone in the normal form. A repair is made only where it gives a known word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from evenhand.text.view import View

_LEET: Final = str.maketrans("013457@$!|+89€", "oieastasiltbge")
_LEET_L: Final = str.maketrans("013457@$!|+89€", "oleastaslltbge")

_SPACED: Final = re.compile(r"(?<![a-z0-9@$])[a-z0-9@$!](?:[ .\-_*~/]{1,3}[a-z0-9@$!]){2,}(?![a-z0-9@$])")
_INNER_SIGNS: Final = re.compile(r"(?<![a-z0-9])[a-z]{2,}(?:[.\-_~/][a-z]{1,}){1,}(?![a-z0-9])")
_MIXED: Final = re.compile(
    r"(?<![a-z0-9@$])(?=[a-z0-9@$!|+€]*[a-z])[a-z0-9@$!|+€]*[0-9@$!|+€][a-z0-9@$!|+€]*[a-z0-9@$]"
)
_LONG: Final = re.compile(r"(?<![a-z])[a-z]*([a-z])\1\1[a-z]*")
_MASKED: Final = re.compile(r"(?<![a-z0-9*#])[a-z]+[*#]+[a-z]*(?![a-z0-9*#])")
_LONG_WORD: Final = re.compile(r"[a-z]{4,}")
_RUN: Final = re.compile(r"([a-z])\1+")
# One pass tells the posts that may hide something from the many that do not.
SUSPICIOUS: Final = re.compile(
    r"[a-z](?:[*#$]|[0-9@!|+€]+[a-z]|[.\-_~/][a-z])|([a-z])\1\1|[0-9@$][a-z]{2}|[a-z]{13}"
    r"|(?<![a-z0-9@$])[a-z0-9@$!][ .\-_*~/]{1,3}[a-z0-9@$!][ .\-_*~/]{1,3}[a-z0-9@$!](?![a-z0-9@$])"
)
MIN_REPAIR: Final = 4
MAX_JOINED: Final = 60


def _variants(words: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in sorted(words):
        for at in range(1, len(word) - 1):
            found.setdefault(word[:at] + word[at + 1 :], word)
            swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            found.setdefault(swapped, word)
    return found


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words a repair may give: any known word, and the strong words that are repaired when misspelt."""

    known: Callable[[str], bool]
    strong: frozenset[str]
    variants: dict[str, str] = field(init=False, repr=False)
    inside: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found = _variants(word for word in self.strong if len(word) > MIN_REPAIR)
        kept = {v: word for v, word in found.items() if len(v) >= MIN_REPAIR and not self.known(v)}
        object.__setattr__(self, "variants", kept)
        longest_first = sorted(self.strong, key=lambda word: (-len(word), word))
        object.__setattr__(self, "inside", re.compile("|".join(map(re.escape, longest_first)) or "(?!)"))

    def masked(self, pattern: str) -> str | None:
        """Return the one strong word that a masked word (`id**t`) can stand for, or None."""
        shape = re.compile("".join("[a-z]" if c in "*#" else re.escape(c) for c in pattern))
        fits = [word for word in sorted(self.strong) if shape.fullmatch(word)]
        return fits[0] if fits else None


def deobfuscate(view: View, words: Vocabulary) -> View:
    """Return the view with hidden words spelt out; the same object where nothing was hidden.

    Offsets stay code points of the original string. Cost: a few passes over posts that look suspicious.
    """
    if not SUSPICIOUS.search(view.text) and not _misspells(view.text, words):
        return view
    view = view.replace(_SPACED, lambda m: _joined(m.group(), words))
    view = view.replace(_INNER_SIGNS, lambda m: _without_signs(m.group(), words))
    view = view.replace(_MASKED, lambda m: words.masked(m.group()))
    view = view.replace(_MIXED, lambda m: _plain(m.group(), words))
    view = view.replace(_LONG, lambda m: _shortened(m.group(), words))
    if any(_repaired(word, words) for word in set(_LONG_WORD.findall(view.text))):
        view = view.replace(_LONG_WORD, lambda m: _repaired(m.group(), words))
    return view


def _misspells(text: str, words: Vocabulary) -> bool:
    return not words.variants.keys().isdisjoint(_LONG_WORD.findall(text))


def _known(candidates: Iterable[str], words: Vocabulary) -> str | None:
    for candidate in candidates:
        if candidate in words.strong or words.known(candidate):
            return candidate
    return None


def _joined(spaced: str, words: Vocabulary) -> str | None:
    letters = re.sub(r"[ .\-_*~/]", "", spaced)
    if not any(c.isalpha() for c in letters):
        return None
    return _known((letters, letters.translate(_LEET), letters.translate(_LEET_L)), words) or _split(letters, words)


def _without_signs(dotted: str, words: Vocabulary) -> str | None:
    letters = re.sub(r"[.\-_~/]", "", dotted)
    return letters if letters in words.strong else None


def _plain(mixed: str, words: Vocabulary) -> str | None:
    tail = mixed.rstrip("!")
    plain = _known((tail.translate(_LEET), tail.translate(_LEET_L)), words) if len(tail) > 2 else None
    return None if plain is None else plain + mixed[len(tail) :]


def _shortened(long: str, words: Vocabulary) -> str | None:
    single, double = _RUN.sub(r"\1", long), _RUN.sub(r"\1\1", long)
    mixed = re.sub(r"([a-z])\1\1+", r"\1", long), re.sub(r"([a-z])\1\1+", r"\1\1", long)
    return _known((*mixed, single, double), words) or mixed[0]


def _repaired(word: str, words: Vocabulary) -> str | None:
    if word in words.variants:
        return words.variants[word]
    if 8 <= len(word) <= MAX_JOINED and not words.known(word):
        return _split(word, words)
    return None


def _split(joined: str, words: Vocabulary) -> str | None:
    """Return the fewest known words that spell the string, separated by spaces; None if there are none.

    Only a strong word is worth the work: a string without one is left as it is.
    """
    if len(joined) > MAX_JOINED or not words.inside.search(joined):
        return None
    best: list[list[str] | None] = [[]] + [None] * len(joined)
    for end in range(1, len(joined) + 1):
        for start in range(max(0, end - 14), end):
            head, piece = best[start], joined[start:end]
            if head is None or (len(piece) == 1 and piece not in "aiu"):
                continue
            known = piece in words.strong or words.known(piece)
            current = best[end]
            if known and (current is None or len(head) + 1 < len(current)):
                best[end] = [*head, piece]
    found = best[-1]
    return " ".join(found) if found and not words.strong.isdisjoint(found) else None
