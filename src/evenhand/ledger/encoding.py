"""Strict base64 and canonical JSON: one text for each value, in both directions.

`b64` is RFC 4648 §4 with padding, `b64u` URL-safe without. Canonical JSON is RFC 8785 restricted to what a
leaf may hold, where `json.dumps` with sorted keys gives the same bytes. The decoders raise Malformed.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any, Final

from evenhand.ledger.errors import Malformed

MAX_INTEGER: Final = 2**53 - 1
JSON = str | int | list["JSON"] | dict[str, "JSON"]
"""What a leaf is made of: no floats, no booleans, no null."""

_encode: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_PLAIN = re.compile(r"[ !#-\[\]-~]*")  # printable ASCII without the two characters JSON would escape


def b64(data: bytes) -> str:
    """Return standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def b64u(data: bytes) -> str:
    """Return URL-safe base64 without padding."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """Return the bytes of strict standard base64: no white space, right padding, spare bits zero."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Malformed("not base64") from None
    if b64(data) != text:
        raise Malformed("base64 that is not canonical")
    return data


def unb64u(text: str, size: int) -> bytes:
    """Return exactly `size` bytes of strict URL-safe base64 without padding."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Malformed("not URL-safe base64") from None
    if b64u(data) != text or len(data) != size:
        raise Malformed(f"not {size} bytes of unpadded URL-safe base64")
    return data


def canonical(value: JSON) -> bytes:
    """Return RFC 8785 bytes of a value that `check_plain` accepts."""
    return _encode(value).encode("ascii")


def check_plain(value: object) -> None:
    """Raise Malformed unless `value` holds only objects, arrays, plain ASCII text and whole numbers."""
    if isinstance(value, str):
        if not _PLAIN.fullmatch(value):
            raise Malformed("text that is not plain printable ASCII")
    elif isinstance(value, bool) or value is None or isinstance(value, float):
        raise Malformed("a value other than text, whole number, list or object")
    elif isinstance(value, int):
        if not 0 <= value <= MAX_INTEGER:
            raise Malformed("a number outside 0 to 2^53-1")
    elif isinstance(value, list):
        for item in value:
            check_plain(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            check_plain(key)
            check_plain(item)
    else:
        raise Malformed(f"a value of type {type(value).__name__}")


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("a key occurs twice")
    return found


def _no_number(text: str) -> JSON:
    raise Malformed(f"the number {text[:20]} is not a whole number")


def read_json(data: bytes) -> Any:
    """Return a JSON value in UTF-8, whole numbers only, no key twice; it need not be canonical. Raises Malformed."""
    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=_unique, parse_float=_no_number, parse_constant=_no_number
        )
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None


def parse_canonical(data: bytes) -> JSON:
    """Return the value whose canonical bytes are exactly `data`; never repairs, raises Malformed."""
    try:
        value = json.loads(
            data.decode("ascii"), object_pairs_hook=_unique, parse_float=_no_number, parse_constant=_no_number
        )
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Malformed("not ASCII JSON") from None
    check_plain(value)
    if canonical(value) != data:
        raise Malformed("JSON that is not canonical")
    checked: JSON = value
    return checked
