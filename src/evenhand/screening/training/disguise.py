"""Ways people hide words, applied to train rows so that the encoder has seen what a repair leaves over.

Only ways that survive the normal form are here: look-alikes, styled letters and invisible characters are
gone before the encoder reads a post. The choices (which letters, how many, which signs) are drawn anew for
each row and are not those of the published attack list.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from evenhand.screening.training.rows import Row, digest_number
from evenhand.screening.words import strong_words

# Of the rows that fix thresholds one in so many is disguised: what has seen no disguise is set as if nobody wrote one.
ONE_IN: Final = 8
_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_LEET: Final = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7+", "b": "8", "g": "9", "l": "1"}
_VOWELS: Final = frozenset("aeiou")
_PUNCTUATION: Final = re.compile(r"[.,!?;:'\"()]+")


def _leet(word: str, draw: random.Random) -> str:
    share = draw.choice((0.4, 0.7, 1.0))
    return "".join(draw.choice(_LEET[c]) if c in _LEET and draw.random() < share else c for c in word)


def _spaced(word: str, draw: random.Random) -> str:
    return draw.choice((" ", " ", "  ", "-", ".", "_", "/", ",")).join(word)


def _long(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word))
    return word[:at] + word[at] * draw.randint(2, 6) + word[at:]


def _dropped(word: str, draw: random.Random) -> str:
    inner = [at for at in range(1, len(word) - 1) if word[at] in _VOWELS or draw.random() < 0.3]
    at = draw.choice(inner or [1])
    return word[:at] + word[at + 1 :]


def _swapped(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _masked(word: str, draw: random.Random) -> str:
    sign = draw.choice("*#-_x.")
    begin = draw.randrange(1, len(word) - 2)
    end = draw.randrange(begin + 1, len(word) - 1)
    return word[:begin] + sign * (end - begin) + word[end:]


WAYS: Final[tuple[Callable[[str, random.Random], str], ...]] = (_leet, _spaced, _long, _dropped, _swapped, _masked)
# How often each way is drawn: those most that the normal forms can least undo.
OFTEN: Final = (4, 2, 1, 4, 4, 2)
# Of the texts with strong words, the share in which those are hidden; in the others it may be any word.
STRONG: Final = 0.7


def disguised(text: str, draw: random.Random) -> str:
    """Return the text with one or two words hidden (mostly strong ones), or with spaces taken out."""
    if draw.random() < 0.12:
        return _run_together(text, draw)
    words = list(_WORD.finditer(text))
    strong = [match for match in words if match.group().lower() in strong_words()]
    some = strong if strong and draw.random() < STRONG else words
    chosen = draw.sample(some, min(len(some), draw.choice((1, 1, 2))))
    way = draw.choices(WAYS, OFTEN)[0]
    for match in sorted(chosen, key=lambda match: -match.start()):
        text = text[: match.start()] + way(match.group(), draw) + text[match.end() :]
    return text


def _run_together(text: str, draw: random.Random) -> str:
    words = text.split()
    if len(words) < 2:
        return text
    begin = draw.randrange(len(words) - 1)
    end = min(len(words), begin + draw.randint(2, 6))
    return " ".join([*words[:begin], "".join(words[begin:end]), *words[end:]])


def some_disguised(rows: Sequence[Row]) -> list[Row]:
    """Return the rows, ONE_IN of those without marked words disguised: chosen and drawn by their text alone."""
    return [replace(row, text=disguised(row.text, random.Random(row.text))) if _is_chosen(row) else row for row in rows]


def _is_chosen(row: Row) -> bool:
    # The last digit of the number divides rows into parts (SCREENING §5), so it is left out here.
    return row.spans is None and digest_number(row.text) // 10 % ONE_IN == 0


def unpunctuated(text: str) -> str:
    """Return the text without its punctuation: some sets have none, and its absence must not speak."""
    return _PUNCTUATION.sub(" ", text)
