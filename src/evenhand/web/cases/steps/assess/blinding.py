"""The blind copy: names, handles, addresses, numbers and places as tokens, the same token for the same thing.

Made by rule when the look-up is confirmed, before any assessor is there. What the rules cannot see stays, so the
assessor can say that it could not be blinded, and that is counted (M16).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_PARTS: Final = (
    ("link", re.compile(r"https?://\S+|\bwww\.\S+", re.IGNORECASE)),
    ("mail", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("account", re.compile(r"(?<!\w)@\w[\w.]*")),
    ("number", re.compile(r"(?<!\w)\+?\d[\d ()/-]{5,}\d(?!\w)")),
    ("topic", re.compile(r"(?<!\w)#\w+")),
)
_PRONOUNS: Final = re.compile(r"\b(?:he|she|him|his|her|hers|er|sie|ihn|ihm|ihr|sein|seine)\b", re.IGNORECASE)
_NAME: Final = re.compile(r"(?<![.!?:]\s)(?<!^)(?<!\w)[A-Z][a-zà-ÿ'’-]+(?:\s+[A-Z][a-zà-ÿ'’-]+)*")
_TITLED: Final = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Cllr|Councillor|Herr|Frau)\.?\s+[A-Z]\w+")


def blinded(text: str, names: Iterable[str] = ()) -> str:
    """Return the text with whoever and wherever is named as tokens: [person 1], [account 2], [link 1].

    `names`: what is known to name somebody, replaced wherever its words occur. Words for sex become [they]. Linear
    in the text for each name.
    """
    tokens: dict[tuple[str, str], str] = {}

    def token(kind: str, found: str) -> str:
        key = (kind, found.casefold())
        if key not in tokens:
            tokens[key] = f"[{kind} {sum(k == kind for k, _ in tokens) + 1}]"
        return tokens[key]

    for kind, pattern in _PARTS:
        text = pattern.sub(lambda found, kind=kind: token(kind, found.group()), text)  # type: ignore[misc] # mypy types no lambda with a default
    for name in sorted(_words(names), key=len, reverse=True):
        text = re.sub(
            rf"(?<!\w){re.escape(name)}(?!\w)", lambda found: token("person", found.group()), text, flags=re.I
        )
    for pattern in (_TITLED, _NAME):
        text = pattern.sub(lambda found: token("person", found.group()), text)
    return _PRONOUNS.sub("[they]", text)


def _words(names: Iterable[str]) -> set[str]:
    """Return each name and its longer parts; short ones would hit ordinary words."""
    found = set()
    for name in names:
        plain = name.strip().lstrip("@")
        found |= {part for part in (plain, *plain.split()) if len(part) > 3}
    return found
