"""The words of one post: the grammar, the way different people write, and disguises."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from random import Random
from typing import Final

from evenhand.demo import names
from evenhand.demo.crowd import Target
from evenhand.demo.grammar import expand, fragments, sentence
from evenhand.demo.kinds import Kind

_SHOUTING: Final = frozenset({Kind.ABUSE, Kind.IDENTITY_ATTACK, Kind.CRITICISM, Kind.THREAT})
_AS_WRITTEN: Final = frozenset({Kind.OTHER_LANGUAGE, Kind.ORDINARY_LONG, Kind.IMAGE_ONLY, Kind.QUOTED_ABUSE})


def words_for(target: Target, side: str, rng: Random) -> dict[str, str]:
    """Return what {t}, {v}, {town}, {rivals}, {friends} and {group} stand for in one post by somebody of `side`."""
    other = names.SIDES[1 - names.SIDES.index(side)]
    return {
        "t": rng.choice(target.ways),
        "v": rng.choice(target.names),
        "town": rng.choice(names.TOWNS),
        "friends": rng.choice(names.SIDE_WORDS[side]),
        "rivals": rng.choice(names.SIDE_WORDS[other]),
        "group": group(rng),
    }


def group(rng: Random) -> str:
    """Return a group of people: invented ones three times in four, each equally often."""
    return rng.choice(names.FICTIONAL_GROUPS if rng.random() < 0.75 else names.ORDINARY_GROUPS)


def write(kind: Kind, words: Mapping[str, str], rng: Random) -> tuple[str, str]:
    """Return a text of that kind and its language tag."""
    if kind is Kind.OBFUSCATED_ABUSE:
        return disguise(sentence(expand("abuse", words, rng)), rng), "en"
    text = expand(kind.value, words, rng)
    if kind is Kind.OTHER_LANGUAGE:
        language, text = text.split("|", 1)
        return text, language
    text = sentence(text)
    return (text if kind in _AS_WRITTEN else _in_own_way(text, kind, rng)), "en"


def _in_own_way(text: str, kind: Kind, rng: Random) -> str:
    draw = rng.random()
    if draw < 0.14:
        text = text.lower()
    elif draw < 0.18 and kind in _SHOUTING:
        text = text.upper()
    elif draw < 0.24:
        text = _typing_error(text, rng)
    ending = rng.random()
    if ending < 0.22:
        return text.rstrip(".")
    if ending < 0.28:
        return text.rstrip(".!") + rng.choice(("!", "!!", "...", "…", "!!!"))
    return text


def _typing_error(text: str, rng: Random) -> str:
    place = rng.randrange(max(1, len(text) - 2))
    pair = text[place : place + 2]
    return text[:place] + pair[::-1] + text[place + 2 :] if pair.isalpha() and pair.islower() else text


@lru_cache(maxsize=1)
def _rude_words() -> re.Pattern[str]:
    lines = fragments()["noun"] + fragments()["adj"]
    return re.compile(rf"\b(?:{'|'.join(line[0][0] for line in lines)})\b", re.IGNORECASE)


def disguise(text: str, rng: Random) -> str:
    """Return the text with its first rude word disguised: leet, spaced, zero-width, look-alikes, stars, dots."""
    change = rng.choice(_DISGUISES)
    found = _rude_words().search(text)
    if found is None:
        return f"{change('idiot')}. {text}"
    return text[: found.start()] + change(found.group()) + text[found.end() :]


_LEET: Final = str.maketrans("aeiostAEIOST", "431057431057")
_ALIKE: Final = str.maketrans("aeiopcyx", "аеіорсух")  # Cyrillic letters that look the same

_DISGUISES: Final[tuple[Callable[[str], str], ...]] = (
    lambda word: word.translate(_LEET),
    " ".join,
    "\u200b".join,
    lambda word: word.translate(_ALIKE),
    lambda word: word[0] + "*" * (len(word) - 2) + word[-1],
    ".".join,
    lambda word: word[0] + word[1] * 4 + word[2:],
    lambda word: word[: len(word) // 2] + "-" + word[len(word) // 2 :],
)
