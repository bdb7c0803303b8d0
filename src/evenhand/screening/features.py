"""Hashed features of a whole batch of posts at once, with numpy alone.

Words, pairs, triples and skipped pairs of words, character n-grams (3 to 5) inside words, and words in the
company of a group word or of "you". Group words and gendered pronouns are replaced by one token each before
anything is hashed, and give no character n-grams: the detector cannot learn that a group is bad, and
swapping one listed group for another changes no feature (SCREENING §4, counterfactual swaps).
Case and account names never reach a feature.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.text.forms import GROUP, PLACEHOLDERS

UInt = NDArray[np.uint32]
Ints = NDArray[np.int64]

_PRIME: Final = 0x01000193
_LONGEST: Final = 64
NGRAM_SIZES: Final = (3, 4, 5)


@cache
def _powers() -> UInt:
    powers = np.empty(_LONGEST, np.uint32)
    value = 1
    for index in range(_LONGEST):
        powers[index] = value
        value = value * _PRIME & 0xFFFFFFFF
    return powers


@cache
def _is_letter() -> NDArray[np.bool_]:
    table = np.fromiter((chr(i).isalnum() for i in range(0x10000)), np.bool_, 0x10000)
    for placeholder in PLACEHOLDERS:
        table[ord(placeholder)] = True
    return table


def word_hash(word: str) -> int:
    """Return the 32-bit hash of one word, the same that a batch gives it."""
    value = 0
    for index, character in enumerate(word):
        code = min(ord(character), 0xFFFF) + 1
        value += code * int(_powers()[index % _LONGEST])
    return value & 0xFFFFFFFF


def word_hashes(words: Iterable[str]) -> UInt:
    """Return the sorted, distinct hashes of some words."""
    return np.unique(np.fromiter((word_hash(word) for word in words), np.uint32))


def mixed(values: UInt, salt: int) -> UInt:
    """Return well-mixed 32-bit hashes (the finaliser of MurmurHash3) of some values under a salt."""
    out = values ^ np.uint32(salt)
    out ^= out >> np.uint32(16)
    out *= np.uint32(0x85EBCA6B)
    out ^= out >> np.uint32(13)
    out *= np.uint32(0xC2B2AE35)
    out ^= out >> np.uint32(16)
    return out


def contains(sorted_values: UInt, values: UInt) -> NDArray[np.bool_]:
    """Return which values are among the sorted ones."""
    if not len(sorted_values):
        return np.zeros(len(values), np.bool_)
    at = np.searchsorted(sorted_values, values)
    at[at == len(sorted_values)] = 0
    return np.asarray(sorted_values[at] == values, np.bool_)


@dataclass(frozen=True, slots=True)
class Canon:
    """Which words become one token: sorted hashes of group words, gendered pronouns, and words for 'you'."""

    groups: UInt
    pronouns: tuple[UInt, ...]
    you: UInt

    @classmethod
    def of(cls, groups: Iterable[str], pronouns: Sequence[Iterable[str]], you: Iterable[str]) -> Canon:
        """Return the canon of some word lists (normal form)."""
        return cls(word_hashes([*groups, GROUP]), tuple(word_hashes(words) for words in pronouns), word_hashes(you))


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a batch of posts. Arrays of one entry per character, word or post.

    codes, remaining: per character of the stream (0 code = not part of a word; remaining = characters to
    the end of the word). begin, end, post, raw, word: per word; begin and end are positions in the stream,
    raw the plain hash and word the hash after the canon. first, length: per post, its place in the stream.
    """

    codes: UInt
    remaining: NDArray[np.int32]
    begin: Ints
    end: Ints
    post: Ints
    raw: UInt
    word: UInt
    is_group: NDArray[np.bool_]
    is_you: NDArray[np.bool_]
    first: Ints
    length: Ints

    @property
    def posts(self) -> int:
        """Return how many posts the batch has."""
        return len(self.first)


def tokenise(texts: Sequence[str], canon: Canon) -> Tokens:
    """Return the words of some texts in normal form. Cost: linear, about 10 ns per character."""
    # Boundaries enough at the end that the longest n-gram fits, however short the batch is.
    stream = "\n" + "\n".join(texts) + "\n" * (max(NGRAM_SIZES) + 1)
    points = np.frombuffer(stream.encode("utf-32-le", "replace"), np.uint32)
    codes = np.minimum(points, np.uint32(0xFFFF))
    codes = np.where(_is_letter()[codes], codes + np.uint32(1), np.uint32(0))
    length = np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))
    first = np.cumsum(length) - length + 1
    inside = codes > 0
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    begin, end = edges[0::2], edges[1::2]
    sizes = end - begin
    remaining = np.zeros(len(codes), np.int32)
    at = np.arange(len(codes), dtype=np.int32)
    remaining[inside] = np.repeat(end, sizes).astype(np.int32) - at[inside]
    raw = _hash_words(codes, begin, sizes, inside, at)
    word, is_group, is_you = _canonical(raw, canon)
    masked = word != raw
    if masked.any():
        # A group word or a gendered pronoun lends its letters to no feature.
        codes = codes.copy()
        codes[np.flatnonzero(inside)[np.repeat(masked, sizes)]] = 0
        remaining[codes == 0] = 0
    post = np.searchsorted(first, begin, side="right") - 1
    return Tokens(codes, remaining, begin, end, post, raw, word, is_group, is_you, first, length)


def _hash_words(codes: UInt, begin: Ints, sizes: Ints, inside: NDArray[np.bool_], at: NDArray[np.int32]) -> UInt:
    if not len(begin):
        return np.zeros(0, np.uint32)
    place = (at[inside] - np.repeat(begin, sizes)) % _LONGEST
    weighted = codes[inside] * _powers()[place]
    starts = np.cumsum(sizes) - sizes
    return np.add.reduceat(weighted, starts, dtype=np.uint32)


def _canonical(raw: UInt, canon: Canon) -> tuple[UInt, NDArray[np.bool_], NDArray[np.bool_]]:
    is_group = contains(canon.groups, raw)
    word = np.where(is_group, np.uint32(word_hash(GROUP)), raw)
    for number, pronouns in enumerate(canon.pronouns, start=1):
        word = np.where(contains(pronouns, raw), np.uint32(number), word)
    return word, is_group, contains(canon.you, raw)


@dataclass(frozen=True, slots=True)
class Feature:
    """One family of features: its 32-bit hashes, the post of each, and the words it touches.

    `words` is a tuple of index arrays: entry k of each is a word that feature k covers.
    """

    hashes: UInt
    post: Ints
    words: tuple[Ints, ...]


def families(tokens: Tokens) -> list[Feature]:
    """Return all features of a batch, family by family. A pair or triple never crosses posts."""
    word, post = tokens.word, tokens.post
    every = np.arange(len(word))
    out = [Feature(mixed(word, 1), post, (every,))]
    for salt, (gap, width) in enumerate(((1, 2), (2, 2), (1, 3)), start=2):
        reach = gap * (width - 1)
        start = np.flatnonzero(post[:-reach] == post[reach:]) if len(word) > reach else every[:0]
        picks = tuple(start + gap * step for step in range(width))
        value = word[start]
        for pick in picks[1:]:
            value = value * np.uint32(0x9E3779B1) + word[pick]
        out.append(Feature(mixed(value, salt), post[start], picks))
    out.extend(_company(tokens, every))
    out.extend(_letters(tokens))
    return out


def _company(tokens: Tokens, every: Ints) -> list[Feature]:
    out = []
    for salt, mark in ((8, tokens.is_group), (9, tokens.is_you)):
        if not len(mark):
            continue
        has = np.zeros(tokens.posts, np.bool_)
        has[tokens.post[mark]] = True
        chosen = every[has[tokens.post] & ~mark]
        out.append(Feature(mixed(tokens.word[chosen], salt), tokens.post[chosen], (chosen,)))
    return out


def _letters(tokens: Tokens) -> list[Feature]:
    codes, remaining = tokens.codes, tokens.remaining
    if not len(tokens.begin):
        return []
    reach = remaining.copy()
    # An n-gram may begin at the boundary before a word: one more character than the word has left.
    reach[:-1] += np.where((codes[:-1] == 0) & (remaining[1:] > 0), remaining[1:] + 1, 0).astype(np.int32)
    owner = np.zeros(len(codes), np.int64)
    owner[tokens.begin[1:]] = 1
    owner = np.cumsum(owner)
    value = codes[:-1] * np.uint32(_PRIME) + codes[1:]
    out = []
    for size in NGRAM_SIZES:
        value = value[:-1] * np.uint32(_PRIME) + codes[size - 1 :]
        start = np.flatnonzero(reach[: len(value)] >= size - 1)
        word = owner[start + 1]
        out.append(Feature(mixed(value[start], 16 + size), tokens.post[word], (word,)))
    return out
