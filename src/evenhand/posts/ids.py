"""Ids are text: spotting the ones a spreadsheet destroyed, and making one where the source has none."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from typing import Any, Final

import orjson

from evenhand.errors import UsageError
from evenhand.posts.said import Said
from evenhand.posts.seen import Seen

NUMERIC_PLATFORMS: Final = frozenset({"x", "discord"})
FINGERPRINT: Final = "content_fingerprint"
SUSPECT_SHARE: Final = 0.05
SUSPECT_LEAST: Final = 3
_EXPONENT = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")
_EXPONENT_NUMERIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")


def is_destroyed(native_id: str, *, numeric: bool) -> bool:
    """Return whether a spreadsheet rewrote this id as `9.06E+17`; where ids are numeric the `+` may lack."""
    return (_EXPONENT_NUMERIC if numeric else _EXPONENT).fullmatch(native_id) is not None


def is_suspect(native_id: str) -> bool:
    """Return whether an id looks rounded: 17 or more digits, all zero after the 15th."""
    return len(native_id) >= 17 and not native_id[15:].strip("0") and native_id.isdecimal()


class RoundedIds:
    """Counts ids that look rounded, per column; refuses the column once it is read and too many do."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._suspect: Counter[str] = Counter()

    def note(self, column: str, native_id: str) -> bool:
        """Count one id; return whether it looks rounded."""
        self._seen[column] += 1
        if not is_suspect(native_id):
            return False
        self._suspect[column] += 1
        return True

    def check(self, where: str) -> None:
        """Raise UsageError if over 5 % (and at least 3) of a column's ids look rounded."""
        for column, suspect in self._suspect.items():
            share = suspect / self._seen[column]
            if suspect >= SUSPECT_LEAST and share > SUSPECT_SHARE:
                raise UsageError(
                    Said(
                        "id_suspect_rounded: %(count)s of %(all)s ids in column '%(column)s' end in zeros after the "
                        "15th digit, as a spreadsheet leaves them",
                        count=suspect,
                        all=self._seen[column],
                        column=column,
                    ),
                    where=where,
                    mend="Export again with the ids as text and do not open the file in a spreadsheet.",
                )


class SyntheticIds:
    """Makes `syn1-…` ids for the records of one file that have none (FORMATS §2.2).

    Twins with the same values differ by an ordinal: how many such records came earlier in the file. Memory stays
    bounded however many records there are.
    """

    def __init__(self, member_sha256: str) -> None:
        self._member = member_sha256
        self._seen = Seen()

    def make(self, row: dict[str, Any], container: str) -> str:
        """Return the id of `row`, which must already hold kind, author, time and text.

        Beside it a row with words gets a fingerprint of the same without the file: it suggests that two exports hold
        one record, and nothing more.
        """
        text = row.get("text_raw")
        author = row.get("author_id") or row.get("author_handle") or row.get("author_display")
        said = [
            row["platform"],
            row["record_kind"],
            container,
            author,
            row.get("claimed_at_raw"),
            hashlib.sha256(text).hexdigest() if text is not None else None,
        ]
        if text is not None:
            row["side"] = row.get("side", {}) | {FINGERPRINT: hashlib.sha256(_canonical(said)).hexdigest()}
        values = [self._member, *said]
        seen = hashlib.sha1(_canonical(values), usedforsecurity=False).digest()
        ordinal = self._seen.count(seen)
        return "syn1-" + hashlib.sha256(_canonical([*values, ordinal])).hexdigest()[:40]


def _canonical(values: list[Any]) -> bytes:
    try:
        return orjson.dumps(values)
    except TypeError:  # a name with half a letter, which UTF-8 cannot hold
        return json.dumps(values, separators=(",", ":")).encode()
