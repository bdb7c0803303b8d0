"""What a telephone reads from a square (ISO/IEC 18004): a decoder that shares nothing with the library that drew it.

It reads clean drawings only, one module a fixed number of dots: no camera, no correction of errors. Its tables of
blocks, masks and alignment patterns are those of another library (`qrcode`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Final

from PIL import Image
from qrcode.base import rs_blocks
from qrcode.util import mask_func, pattern_position

Square = Sequence[Sequence[bool]]
QUIET: Final = 4  # modules of margin, which a reader needs
_FORMAT_MASK: Final = 0x5412
_BYTES, _LONG_FROM, _VERSION_FROM = 4, 10, 7


def in_picture(png: bytes, *, dots: int) -> Square:
    """Return the modules of a picture, True where dark; its quiet zone must be white and is cut off."""
    picture = Image.open(BytesIO(png)).convert("L")
    width = picture.width // dots
    assert picture.size == (width * dots, width * dots)
    dark = [[picture.getpixel((c * dots + dots // 2, r * dots + dots // 2)) == 0 for c in range(width)]
            for r in range(width)]  # fmt: skip
    return _without_margin(dark)


def in_path(d: str) -> Square:
    """Return the modules that a path of horizontal strokes draws, one unit a module."""
    found: set[tuple[int, int]] = set()
    x, y = 0, 0.0
    for word, numbers in re.findall(r"([Mmh])([-\d. ]+)", d):
        first, *more = map(float, numbers.split())
        if word == "h":
            found |= {(int(y), column) for column in range(x, x + int(first))}
            x += int(first)
        else:
            x, y = (int(first), more[0]) if word == "M" else (x + int(first), y + more[0])
    width = max(max(each) for each in found) + 1 + QUIET
    return _without_margin([[(r, c) in found for c in range(width)] for r in range(width)])


def text_of(square: Square) -> bytes:
    """Return the bytes that a square holds."""
    version = (len(square) - 17) // 4
    level, mask = _format(square)
    bits = "".join(_data_bits(square, version, mask))
    codewords = [int(bits[i : i + 8], 2) for i in range(0, len(bits) - 7, 8)]
    data = "".join(f"{each:08b}" for each in _in_order(codewords, version, level))
    assert int(data[:4], 2) == _BYTES, "not bytes"
    start = 4 + (16 if version >= _LONG_FROM else 8)
    length = int(data[4:start], 2)
    return bytes(int(data[start + 8 * i : start + 8 * i + 8], 2) for i in range(length))


def _format(square: Square) -> tuple[int, int]:
    """Return (level of correction, mask), the same in both places where it stands."""
    last = len(square) - 1
    near = [(8, c) for c in (0, 1, 2, 3, 4, 5, 7, 8)] + [(r, 8) for r in (7, 5, 4, 3, 2, 1, 0)]
    far = [(last - i, 8) for i in range(7)] + [(8, last - 7 + i) for i in range(8)]
    said = [int("".join("1" if square[r][c] else "0" for r, c in where), 2) for where in (near, far)]
    assert said[0] == said[1]
    five = (said[0] ^ _FORMAT_MASK) >> 10
    return five >> 3, five & 7


def _data_bits(square: Square, version: int, mask: int) -> Iterator[str]:
    """Yield the modules that hold data, unmasked: two columns at a time from the right, up and down in turn."""
    size, flips = len(square), mask_func(mask)
    fixed = _fixed(size, version)
    for turn, right in enumerate(c if c > 6 else c - 1 for c in range(size - 1, 0, -2)):
        for r in range(size) if turn % 2 else reversed(range(size)):
            for c in (right, right - 1):
                if (r, c) not in fixed:
                    yield "1" if square[r][c] != flips(r, c) else "0"


def _fixed(size: int, version: int) -> set[tuple[int, int]]:
    """Return the modules that hold no data: corners with the format, timing, alignment, version."""
    whole = [(r, c) for r in range(size) for c in range(size)]
    corner = {(r, c) for r, c in whole if (r < 9 and (c < 9 or c >= size - 8)) or (r >= size - 8 and c < 9)}
    at = pattern_position(version)
    ends = {(6, 6), (6, size - 7), (size - 7, 6)}
    aligned = {(r + i, c + j) for r in at for c in at if (r, c) not in ends for i in range(-2, 3) for j in range(-2, 3)}
    said = {(r, c) for r, c in whole if (r < 6 and size - 11 <= c) or (c < 6 and size - 11 <= r)}
    return corner | aligned | {(r, c) for r, c in whole if 6 in (r, c)} | (said if version >= _VERSION_FROM else set())


def _in_order(codewords: Sequence[int], version: int, level: int) -> list[int]:
    """Return the data of all blocks one after the other; in the square they stand interleaved."""
    blocks = [block.data_count for block in rs_blocks(version, level)]
    turns = [b for i in range(max(blocks)) for b, length in enumerate(blocks) if i < length]
    each: list[list[int]] = [[] for _ in blocks]
    for block, codeword in zip(turns, codewords, strict=False):
        each[block].append(codeword)
    return [codeword for block in each for codeword in block]


def _without_margin(dark: Square) -> Square:
    size = len(dark)
    inside = range(QUIET, size - QUIET)
    assert not any(dark[r][c] for r in range(size) for c in range(size) if r not in inside or c not in inside)
    return [[dark[r][c] for c in inside] for r in inside]
