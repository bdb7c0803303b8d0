"""Meta's exports write each byte of UTF-8 as a letter of its own; mended only where a whole member looks so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import ijson

from evenhand.posts.documents import document
from evenhand.posts.parts import Part
from evenhand.posts.reading_form import Reading, read_text, repaired_run

_RUN: Final = re.compile("[\u0080-\u00ff]+")
_CLEAR: Final = 4
_THREAD: Final = ("thread_path", "title")


class Mending(NamedTuple):
    """Whether the texts of one member are mended, and what to flag where they are not."""

    on: bool
    flags: tuple[str, ...] = ()
    thread: str = ""  # what a conversation is called, as the member writes it; it may stand behind its messages

    def read(self, text: str) -> Reading:
        """Return the reading form of a text; its raw form stays as the export has it."""
        return read_text(text, entities=False, mojibake=self.on)

    def plain(self, value: object) -> str | None:
        """Return a name or a sentence as people read it; None for nothing."""
        if self.on and isinstance(value, str):
            value = mended(value)
        return value or None  # type: ignore[return-value] # what a name may be is the caller's to check


def mended(text: str) -> str:
    """Return a text whose runs of Latin-1 letters are UTF-8 after all; a run that is none stays."""
    return _RUN.sub(lambda match: repaired_run(match.group()) or match.group(), text)


def mending_of(part: Part) -> Mending:
    """Return whether a member was miswritten: by far more of its texts become sound than stay odd."""
    changed = others = 0
    named: dict[str, str] = {}
    for place, text in _texts(part):
        if place:
            named[place] = text
            continue
        if text.isascii():
            continue
        if mended(text) != text:
            changed += 1
        else:
            others += 1
    thread = next((named[name] for name in _THREAD if named.get(name)), "")
    if changed and changed >= _CLEAR * others:
        return Mending(True, thread=thread)
    return Mending(False, ("encoding_mixed",) if changed else (), thread)


def _texts(part: Part) -> Iterator[tuple[str, str]]:
    """Yield ("", text) of every text and every key of a JSON document; (name, text) too of what names a thread."""
    whole = document(part)
    if whole is not None:
        for name, value in whole.value.items() if isinstance(whole.value, dict) else ():
            if name in _THREAD and isinstance(value, str):
                yield name, value
        yield from (("", text) for text in _inside(whole.value))
        return
    with part.open() as stream:
        for place, event, value in ijson.parse(stream, use_float=True):
            if event in {"string", "map_key"} and isinstance(value, str):
                yield "", value
                if event == "string" and place in _THREAD:
                    yield place, value


def _inside(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            yield from found
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found
