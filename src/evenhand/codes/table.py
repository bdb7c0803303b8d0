"""One TOML table, read value by value; each value of the wrong kind becomes a fault and a blank."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

from evenhand.codes.model import Fault

Member = TypeVar("Member", bound=StrEnum)

_BLANK_DAY: Final = date(1, 1, 1)
# Left-to-right and right-to-left overrides and isolates: they make a text read otherwise than it is stored.
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Table:
    """A TOML table, where it stands in the file, and the common list of faults."""

    def __init__(self, values: Mapping[str, Any], where: str, faults: list[Fault]) -> None:
        self._values = values
        self._where = where
        self._faults = faults
        self._seen: set[str] = set()

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return a text that is not blank; `default` if it is absent and may be.

        Line feeds within a paragraph become spaces, so that wrapping a file anew is no edit.
        """
        value = self._take(key, needed=default is None, example=f'{key} = "…"')
        if value is None:
            return default or ""
        if not isinstance(value, str) or not value.strip():
            self._fault(f"{key} is not a text.", f'Write {key} = "…".')
            return ""
        return self._clean(key, _unwrapped(value))

    def texts(self, key: str, *, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of texts; `default` if it is absent and may be."""
        value = self._take(key, needed=default is None, example=f'{key} = ["…"]')
        if value is None:
            return default or ()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self._fault(f"{key} is not a list of texts.", f'Write {key} = ["…", "…"].')
            return ()
        return tuple(self._clean(key, each) for each in value)

    def day(self, key: str) -> date:
        """Return a calendar day."""
        found = self._day(key, needed=True)
        return found or _BLANK_DAY

    def optional_day(self, key: str) -> date | None:
        """Return a calendar day, or None if it is absent."""
        return self._day(key, needed=False)

    def decision(self, key: str) -> bool:
        """Return true or false; absent is a fault, because not deciding is not an answer."""
        value = self._values.get(key)
        self._seen.add(key)
        if isinstance(value, bool):
            return value
        self._fault(
            "there is no adoption decision.",
            f"Write {key} = true or {key} = false, and since = YYYY-MM-DD.",
        )
        return False

    def member(self, key: str, kind: type[Member], word: str) -> Member | None:
        """Return one value of a closed list, or None with a fault."""
        value = self._take(key, needed=True, example=f'{key} = "{next(iter(kind))}"')
        if value is None:
            return None
        return self._member(value, kind, word)

    def members(self, key: str, kind: type[Member], word: str) -> tuple[Member, ...]:
        """Return values of a closed list; each unknown one is a fault."""
        found = (self._member(each, kind, word) for each in self.texts(key))
        return tuple(each for each in found if each is not None)

    def member_keys(self, kind: type[Member], word: str) -> tuple[Member, ...]:
        """Return this table's keys as values of a closed list; each unknown key is a fault."""
        self._seen.update(self._values)
        found = (self._member(each, kind, word) for each in self._values)
        return tuple(each for each in found if each is not None)

    def table(self, key: str) -> Table:
        """Return the table under a key, empty with a fault if there is none."""
        value = self._take(key, needed=True, example=f"a table [{key}]")
        if value is not None and not isinstance(value, dict):
            self._fault(f"{key} is not a table.", f"Write it as a table: {key} = {{ … }}.")
        where = f"{self._where}, {key}"
        return Table(value if isinstance(value, dict) else {}, where, self._faults)

    def tables(self, key: str, *, called: str, needed: bool = False) -> list[Table]:
        """Return the list of tables under a key; each is named in faults by its value of `called`."""
        value = self._take(key, needed=needed, example=f"at least one [[{key}]]")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self._fault(f"{key} is not a list of tables.", f"Begin each one with [[…{key}]].")
            return []
        if needed and not value:
            self._fault(f"there is no {key}.", f"Write at least one [[{key}]].")
        return [
            Table(each, self._inner(key, _name(each.get(called), place)), self._faults)
            for place, each in enumerate(value, 1)
        ]

    def nothing_else(self) -> None:
        """Report every key that nobody asked for: usually a typing error."""
        for key in self._values:
            if key not in self._seen:
                self._fault(f"unknown key '{_printable(key)}'.", f"Known are: {', '.join(sorted(self._seen))}.")

    def _take(self, key: str, *, needed: bool, example: str) -> Any:
        self._seen.add(key)
        value = self._values.get(key)
        if value is None and needed:
            self._fault(f"{key} is missing.", f"Write {example}.")
        return value

    def _day(self, key: str, *, needed: bool) -> date | None:
        value = self._take(key, needed=needed, example=f"{key} = YYYY-MM-DD")
        # A datetime is a date to Python; a time of day has no place here.
        if value is None or type(value) is date:
            return value
        self._fault(f"{key} is not a day.", f"Write {key} = YYYY-MM-DD, without quotes and without a time.")
        return None

    def _member(self, value: object, kind: type[Member], word: str) -> Member | None:
        try:
            return kind(str(value))
        except ValueError:
            self._fault(f"unknown {word} '{_printable(value)}'.", f"Known are: {', '.join(kind)}.")
            return None

    def _clean(self, key: str, value: str) -> str:
        if all(_plain(letter) for letter in value):
            return value
        self._fault(f"{key} holds a control character.", "Remove it; line feeds are fine.")
        return _printable(value)

    def _inner(self, key: str, name: str) -> str:
        own = f"{key} {name}"
        return own if self._where == "the code" else f"{self._where}, {own}"

    def _fault(self, what: str, mend: str) -> None:
        self._faults.append(Fault(self._where, what, mend))


def _unwrapped(text: str) -> str:
    paragraphs = text.replace("\r\n", "\n").strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.strip().split("\n")) for paragraph in paragraphs)


def _plain(letter: str) -> bool:
    if letter in _BIDI:
        return False
    return letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cs")


def _printable(value: object) -> str:
    text = str(value)
    return "".join(letter if _plain(letter) and letter != "\n" else "\ufffd" for letter in text[:60])


def _name(value: object, place: int) -> str:
    return _printable(value) if isinstance(value, str) and value.strip() else f"(the {place}. in the file)"
