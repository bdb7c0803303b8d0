"""The reading form of a text: only the platform's packaging is undone, and every change can be traced back.

`text_norm` replaces three entities (`&lt;` `&gt;` `&amp;`, once), CRLF by LF, UTF-8 that was written as Latin-1
by the text it stood for, and each lone surrogate and NUL by U+FFFD. It keeps bidi controls, zero-width characters
and look-alikes: they are what the detector looks for.

The offset map is a list of replaced runs, each three varints: code points left alone since the last run, code points
in text_norm, code points in the decoded text_raw. No bytes at all: nothing changed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

NORM_VERSION: Final = "1"
ENCODING: Final = "utf-8-surrogatepass"
_ENTITIES: Final = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ALWAYS = r"\r\n|\x00|[\ud800-\udfff]"
_PLAIN = re.compile(_ALWAYS)
_ESCAPED = re.compile("&(?:lt|gt|amp);|" + _ALWAYS)
_MISWRITTEN = re.compile("[\u0080-\u00ff]+|" + _ALWAYS)


class Reading(NamedTuple):
    """A text as bytes and as read: what goes into a row. A tuple, because one is made per record."""

    raw: bytes
    norm: str
    map: bytes | None = b""  # None: there is no way back from norm to raw
    steps: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


def encode(text: str) -> bytes:
    """Return the UTF-8 bytes of a text, lone surrogates included."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def scrub(text: str) -> str:
    """Return a text that UTF-8 can hold: each lone surrogate becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_text(text: str, *, entities: bool, mojibake: bool = False) -> Reading:
    """Return the reading form of `text`; `entities` and `mojibake` say what the platform's export did to it."""
    if not mojibake and "\r" not in text and "\0" not in text and not (entities and "&" in text):
        try:
            return Reading(text.encode(), text)
        except UnicodeEncodeError:  # a lone surrogate: it is replaced below
            pass
    pattern = _MISWRITTEN if mojibake else _ESCAPED if entities else _PLAIN
    steps: dict[str, None] = {}
    flags: dict[str, None] = {}
    runs = bytearray()
    last = 0
    pieces: list[str] = []
    for match in pattern.finditer(text):
        found = match.group()
        new, step, flag = _replacement(found)
        if flag:
            flags[flag] = None
        if new == found:
            continue  # no UTF-8 after all: it stays
        steps[step] = None
        pieces += (text[last : match.start()], new)
        for number in (match.start() - last, len(new), len(found)):
            _put(runs, number)
        last = match.end()
    return Reading(encode(text), "".join(pieces) + text[last:], bytes(runs), tuple(steps), tuple(flags))


def _replacement(found: str) -> tuple[str, str, str]:
    if found in _ENTITIES:
        return _ENTITIES[found], "html_entities", ""
    if found == "\r\n":
        return "\n", "crlf", ""
    if found == "\0":
        return "\ufffd", "nul", "nul_replaced"
    if found[0] <= "\u00ff":
        fixed = repaired_run(found)
        return (found, "", "encoding_repair_partial") if fixed is None else (fixed, "mojibake_runs", "")
    return "\ufffd", "surrogates", "surrogate_replaced"


def repaired_run(run: str) -> str | None:
    """Return the text whose UTF-8 bytes were written as these Latin-1 letters; None if they are no UTF-8."""
    try:
        return run.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return None


def with_raw(reading: Reading, raw: bytes) -> Reading:
    """Return a reading of a text whose bytes in the file are these."""
    return reading._replace(raw=raw)


def _put(target: bytearray, number: int) -> None:
    while number > 0x7F:
        target.append(number & 0x7F | 0x80)
        number >>= 7
    target.append(number)


def runs_of(norm_map: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (code points left alone, length in text_norm, length in raw) of each replaced run."""
    numbers: list[int] = []
    value = shift = 0
    for byte in norm_map:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(value)
            value = shift = 0
            if len(numbers) == 3:
                yield numbers[0], numbers[1], numbers[2]
                numbers.clear()


def to_raw(norm_map: bytes) -> Callable[[int], int]:
    """Return the function that turns an offset in text_norm into the offset in the decoded text_raw."""
    return _shifter(norm_map, source=1, target=2)


def to_norm(norm_map: bytes) -> Callable[[int], int]:
    """Return the function that turns an offset in the decoded text_raw into the one in text_norm.

    An offset inside a replaced run moves to the start of what replaced it.
    """
    return _shifter(norm_map, source=2, target=1)


def _shifter(norm_map: bytes, *, source: int, target: int) -> Callable[[int], int]:
    starts: list[int] = []
    ends: list[tuple[int, int, int]] = []  # (start in target, length in source, shift after the run)
    here = there = 0
    for run in runs_of(norm_map):
        here, there = here + run[0], there + run[0]
        starts.append(here)
        ends.append((there, run[source], there + run[target] - here - run[source]))
        here, there = here + run[source], there + run[target]

    def shift(offset: int) -> int:
        at = bisect_right(starts, offset) - 1
        if at < 0:
            return offset
        start, length, after = ends[at]
        return start if offset < starts[at] + length else offset + after

    return shift
