"""Messages one by one, out of a mailbox or a file that is one message; never the whole mailbox in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from evenhand.posts.lines import TooLong, read_lines
from evenhand.posts.parts import Part

_LARGEST: Final = 32 << 20
_QUOTED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)


class Taken(NamedTuple):
    """One message: its bytes as they lie in the file (None if it is too large), and as they were sent."""

    number: int
    raw: bytes | None
    content: bytes
    from_line: bytes | None


def messages_of(part: Part) -> Iterator[Taken]:
    """Yield the messages of a file."""
    with part.open() as stream:
        is_mailbox = stream.peek(5).removeprefix(b"\xef\xbb\xbf").startswith(b"From ")  # type: ignore[attr-defined]  # buffered
        if is_mailbox:
            yield from _split(part)
            return
        data = stream.read(_LARGEST + 1)
    yield Taken(1, None, b"", None) if len(data) > _LARGEST else Taken(1, data, data, None)


def _split(part: Part) -> Iterator[Taken]:
    """Yield the messages of a mailbox: each begins with a `From ` line after an empty one."""
    number, size, blank = 0, 0, True
    lines: list[bytes] = []
    with part.open() as stream:
        for _, line in read_lines(stream, part.limits.line_bytes, keep_ends=True):
            if blank and line.startswith(b"From ") and not isinstance(line, TooLong):
                if number:
                    yield _taken(number, lines, size)
                number, lines, size = number + 1, [], 0
            blank = not line.strip() and not isinstance(line, TooLong)
            size += _LARGEST + 1 if isinstance(line, TooLong) else len(line)
            if size <= _LARGEST:
                lines.append(line)
    if number:
        yield _taken(number, lines, size)


def _taken(number: int, lines: list[bytes], size: int) -> Taken:
    if size > _LARGEST:
        return Taken(number, None, b"", None)
    raw = b"".join(lines)
    # One `>` was put before lines that look like the start of a message, whichever of the two dialects it was.
    return Taken(number, raw, _QUOTED.sub(rb"\1", b"".join(lines[1:])), lines[0].rstrip(b"\r\n"))
