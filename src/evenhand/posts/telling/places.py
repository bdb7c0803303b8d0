"""Where something stands in a file, in words: `data/tweets.js;jp:/3` is record 4 of data/tweets.js."""

from __future__ import annotations

import re
from typing import Final

from evenhand.posts.telling.reasons import Say

_MARK: Final = re.compile(r"(jp|ln|row|msg|warc):(.*)", re.DOTALL)


def place_words(locator: str, _: Say) -> str:
    """Return where a record or a member stands, as a person counts: from one. What is not known stays as it is."""
    if not locator:
        return _("the whole file")
    pieces = locator.split(";")
    return ", ".join(_piece(piece, _) for piece in pieces if piece)


def _piece(piece: str, _: Say) -> str:
    found = _MARK.fullmatch(piece)
    if found is None:
        return piece
    mark, place = found.groups()
    if mark == "jp":
        return _record(place, _) or piece
    number = place.removeprefix("record ")
    words = {
        "ln": _("line %(number)s"),
        "row": _("row %(number)s"),
        "msg": _("message %(number)s"),
        "warc": _("record %(number)s"),
    }
    return words[mark] % {"number": number} if number.isdecimal() else piece


def _record(pointer: str, _: Say) -> str:
    """Return which record a JSON pointer names: the last place in a list, and what the list is called."""
    names = pointer.strip("/").split("/")
    at = next((place for place in reversed(range(len(names))) if names[place].isdecimal()), None)
    if at is None:
        return ""
    told = {"number": int(names[at]) + 1, "list": "/".join(names[:at])}
    return (_("record %(number)s of %(list)s") if told["list"] else _("record %(number)s")) % told
