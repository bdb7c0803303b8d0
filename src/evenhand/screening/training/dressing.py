"""What surrounds the words of a post on a platform: account names, tags, shares, links. It must never speak.

In the public sets a leading account name goes nearly always with civil posts, because the political sets were
gathered by replies and hold no abuse; shown as it stands, the encoder learns that a reply is no abuse.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

Spans = Sequence[tuple[int, int]]

_NAMES: Final = (
    "ana", "cllr_reed", "harbourwatch", "TownHall", "sam_w", "KitForWard4", "the_clerk", "newsdesk", "user",
)  # fmt: skip
_TAGS: Final = ("ward4", "localnews", "vote", "news", "Budget", "politics", "members", "fyi", "today", "harbour")
_LINKS: Final = ("https://t.co/Xa81kQ", "http://example.org/a/12", "www.example.com/news", "https://example.net/p?id=7")


def _name(draw: random.Random) -> str:
    return "@" + draw.choice(_NAMES) + draw.choice(("", "", str(draw.randint(1, 99))))


def dressed(text: str, spans: Spans | None, draw: random.Random) -> tuple[str, Spans | None]:
    """Return the text with names, a share sign, tags or a link around or inside it, and its spans moved along."""
    way = draw.random()
    if way < 0.55:
        head = " ".join(_name(draw) for _ in range(draw.choice((1, 1, 1, 2, 3)))) + draw.choice((" ", " ", ", ", ": "))
        return _led(head, text, spans)
    if way < 0.65:
        return _led(f"RT {_name(draw)}: ", text, spans)
    if way < 0.75:
        return _led(draw.choice((".", "Hey ", "hi ", "cc ")) + _name(draw) + " ", text, spans)
    if way < 0.85:
        return f"{text} {_name(draw)}", spans
    if way < 0.93:
        return f"{text} {' '.join('#' + tag for tag in draw.sample(_TAGS, draw.choice((1, 2))))}", spans
    return f"{text} {draw.choice(_LINKS)}", spans


def _led(head: str, text: str, spans: Spans | None) -> tuple[str, Spans | None]:
    """Return the text after a head, its spans moved by as much."""
    moved = None if spans is None else [(begin + len(head), end + len(head)) for begin, end in spans]
    return head + text, moved
