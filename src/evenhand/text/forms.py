"""The normal form a detector reads: lower case, one alphabet, no invisible characters, with an offset map.

What is folded: Unicode compatibility forms (NFKC), case, combining marks, zero-width and bidi controls,
look-alike letters of other scripts in mostly Latin text, emoji (to words), HTML entities. Names of accounts,
addresses of pages and the masks of public data sets become one-character placeholders, so that no detector
learns whom a post is about.
"""

from __future__ import annotations

import html
import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from evenhand.text.view import View

# Private-use characters are dropped from input first, so a post cannot forge a placeholder.
LINK: Final = "\ue000"
MENTION: Final = "\ue001"
NAME: Final = "\ue002"
GROUP: Final = "\ue003"
QUOTE: Final = "\ue004"
PLACEHOLDERS: Final = LINK + MENTION + NAME + GROUP + QUOTE

_NEEDS_WORK: Final = re.compile(r"[@\[<&]|http|www\.")
_NON_ASCII: Final = re.compile(r"[^\x00-\x7f]")
# Greek, Cyrillic, Armenian: scripts with letters that pass for Latin ones.
_LOOKALIKE_SCRIPTS: Final = re.compile(r"[\u0370-\u058f]")
# A word that mixes them with Latin letters is a disguise, whatever the rest of the text is.
_MIXED_WORD: Final = re.compile(r"[a-zA-Z][\u0370-\u058f]|[\u0370-\u058f][a-zA-Z]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});")
_MASKS: Final = re.compile(
    r"(?P<link>https?://\S+|www\.\S+|\[url\]|<url>|@link\b)"
    r"|(?P<mention>(?<![\w@])@\w{1,40}|\[user\]|<user>|<number>)"
    r"|(?P<name>\[name\])|(?P<group>\[religion\])"
)
_PUNCTUATION: Final = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "´": "'", "`": "'",
        "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "″": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
    }
)  # fmt: skip


@cache
def _table(name: str) -> dict[str, str]:
    data = tomllib.loads((files("evenhand.text") / "data" / f"{name}.toml").read_text("utf-8"))
    return {key: value for key, value in data[name].items() if isinstance(value, str)}


def normalise(text: str) -> View:
    """Return the normal form of a post with its offset map.

    Offsets are code points of the string given. Never fails, whatever the string holds (lone surrogates
    become nothing). Cost: one pass; plain ASCII text without names or addresses costs one lower().
    """
    is_plain = text.isascii() and not _CONTROL.search(text)
    view = View.of(text.lower()) if is_plain else _fold(text)
    if not _NEEDS_WORK.search(view.text):
        return view
    if "&" in view.text:
        view = view.replace(_ENTITY, _entity)
    return view.replace(_MASKS, _placeholder)


def _fold(text: str) -> View:
    lowered = text.lower()
    view = View.of(lowered if len(lowered) == len(text) else text)
    if _CONTROL.search(view.text):
        view = view.replace(_CONTROL, lambda _: " ")
    latin = not _LOOKALIKE_SCRIPTS.search(text) or bool(_MIXED_WORD.search(text)) or is_mostly_latin(text)
    return view.replace(_NON_ASCII, lambda match: fold_character(match.group(), latin=latin))


def _entity(match: re.Match[str]) -> str | None:
    plain = html.unescape(match.group())
    # An entity must not smuggle in a placeholder or an invisible character.
    return None if plain == match.group() else "".join(c for c in plain if c.isprintable() and c.isascii())


def _placeholder(match: re.Match[str]) -> str:
    return {"link": LINK, "mention": MENTION, "name": NAME, "group": GROUP}[match.lastgroup or "link"]


def is_mostly_latin(text: str) -> bool:
    """Return whether at least half of the letters are Latin (styled Latin letters count as Latin)."""
    latin = other = 0
    for character in text:
        if character.isascii():
            latin += character.isalpha()
        elif character.isalpha():
            folded = unicodedata.normalize("NFKD", character)[0]
            is_latin = folded.isascii() or "LATIN" in unicodedata.name(folded, "")
            latin += is_latin
            other += not is_latin
    return latin >= other


@lru_cache(maxsize=8192)
def fold_character(character: str, *, latin: bool) -> str:
    """Return the plain form of one non-ASCII character: '' if invisible, words between spaces if an emoji."""
    emoji = _table("emoji").get(character)
    if emoji is not None:
        return f" {emoji} " if emoji else ""
    category = unicodedata.category(character)
    if category in {"Mn", "Me", "Cf", "Co", "Cs", "Cn"}:
        return ""
    plain = character.translate(_PUNCTUATION)
    if plain != character:
        return plain
    if latin and character in _table("lookalikes"):
        return _table("lookalikes")[character]
    if category == "So":
        return _symbol(character)
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", character).lower())
    kept = "".join(c for c in folded if unicodedata.category(c) not in {"Mn", "Me"})
    return "".join(_table("lookalikes").get(c, c) for c in kept) if latin else kept


def _symbol(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower()
    if folded.isascii():  # circled and squared letters
        return "".join(c for c in folded if c.isalnum())
    name = unicodedata.name(character, "").lower()
    if "latin capital letter " in name or "regional indicator symbol letter " in name:
        return name[-1]
    words = re.sub(r"\b(?:face|with|sign|symbol|emoji|and|of|black|white|heavy)\b|[^a-z ]", " ", name)
    return f" {' '.join(words.split())} "
