"""JSON from strangers: strict, bounded in depth, exact in ids; and the hash of one raw record."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final, NoReturn

import orjson

MOST_NESTED: Final = 200
_BRACKETS: Final = bytes.maketrans(b"{}", b"[]")
_NO_BRACKET: Final = bytes(set(range(256)) - set(b"[]{}"))
_AT_ONCE: Final = 1 << 20
_TOO_DEEP: Final = b"[" * (MOST_NESTED + 1)


class Malformed(ValueError):
    """These bytes are no JSON that we accept; the text is the reason code."""


def loads(data: bytes) -> tuple[Any, bool]:
    """Return (value, slow): the value of JSON bytes, and whether the exact but slow way was needed.

    The fast way reads integers above 2^64-1 as floats: whoever finds a float where an id belongs asks again
    with `loads_exact`. Raises Malformed for what is not strict JSON, NaN and nesting over 200 included.
    """
    _check_depth(data)
    try:
        return orjson.loads(data), False
    except orjson.JSONDecodeError:
        return loads_exact(data), True


def loads_exact(data: bytes) -> Any:
    """Return the value of JSON bytes, integers of any size and lone surrogates exact; else Malformed."""
    _check_depth(data)
    try:
        return json.loads(data.decode("utf-8", "strict"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed("record_malformed") from error


def _refuse_constant(name: str) -> NoReturn:
    raise Malformed("record_malformed")


def _check_depth(data: bytes) -> None:
    if data.count(b"[") + data.count(b"{") <= MOST_NESTED:
        return
    brackets = _brackets(data)
    # Every pass takes away the innermost pairs, that is one level; all of it runs in C.
    for _ in range(MOST_NESTED):
        if _TOO_DEEP in brackets:
            break
        left = brackets.replace(b"[]", b"")
        if len(left) == len(brackets):
            return  # balanced and used up; or not balanced, which every parser refuses
        brackets = left
    if brackets:
        raise Malformed("record_malformed")


def _brackets(data: bytes) -> bytes:
    """Return only the brackets outside strings, braces as square ones."""
    if b"\\" in data:
        # Backslashes stand in strings only, and in pairs or before what they escape.
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    found, inside = bytearray(), 0
    for start in range(0, len(data), _AT_ONCE):
        pieces = data[start : start + _AT_ONCE].split(b'"')
        found += b"".join(pieces[inside::2]).translate(_BRACKETS, _NO_BRACKET)
        inside ^= (len(pieces) - 1) & 1
    return bytes(found)


def record_sha256(value: Any) -> tuple[str, bool]:
    """Return (hex SHA-256 of a value's canonical dump, whether the stdlib dump was needed).

    The dump has sorted keys, UTF-8 and no spaces; only where orjson refuses (lone surrogate, integer over
    2^64-1) it is the stdlib dump with ASCII escapes, and the record gets the flag `hash_stdlib`.
    """
    try:
        return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest(), False
    except TypeError:
        dump = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(dump.encode()).hexdigest(), True
