"""One table of a procedure file, read value by value; each value of the wrong kind becomes a fault and a blank."""

from __future__ import annotations

from datetime import date
from typing import Final

from evenhand.codes.table import Table
from evenhand.errors import UsageError
from evenhand.procedure.choices.model import SHIPPED
from evenhand.procedure.durations import Duration, Unit, duration

_BLANK: Final = Duration(0, Unit.DAYS)
_MOST: Final = 10**9


class Row(Table):
    """A table with the values a procedure has and a code of conduct has not."""

    def number(self, key: str) -> float:
        """Return a number; 0 with a fault if it is none."""
        value = self._take(key, needed=True, example=f"{key} = 0.05")
        if value is None:
            return 0
        # The comparison also refuses what is not a number, and what no computer counts with.
        if isinstance(value, bool) or not isinstance(value, int | float) or not -_MOST <= value <= _MOST:
            self._fault(f"{key} is not a number we can use.", f"Write {key} without quotes.")
            return 0
        return value

    def count(self, key: str) -> int:
        """Return a whole number; 0 with a fault if it is none."""
        value = self.number(key)
        if value != int(value):
            self._fault(f"{key} is not a whole number.", f"Write {key} = 2.")
        return int(value)

    def lengths(self, key: str) -> tuple[Duration, ...]:
        """Return one length of time, or a list of them."""
        value = self._take(key, needed=True, example=f'{key} = "5wd"')
        texts = [value] if isinstance(value, str) else value
        if value is None:
            return ()
        if not isinstance(texts, list) or not texts or not all(isinstance(each, str) for each in texts):
            self._fault(f"{key} is not a length of time.", f'Write {key} = "5wd", or a list of them.')
            return ()
        return tuple(self._length(each) for each in texts)

    def length(self, key: str) -> Duration:
        """Return one length of time."""
        return next(iter(self.lengths(key)), _BLANK)

    def optional_length(self, key: str) -> Duration | None:
        """Return one length of time, or None if it is absent."""
        return self.length(key) if self._take(key, needed=False, example="") is not None else None

    def days(self, key: str) -> frozenset[date]:
        """Return a list of calendar days."""
        value = self._take(key, needed=True, example=f"{key} = [2026-12-25]")
        if value is None:
            return frozenset()
        if not isinstance(value, list) or not all(type(each) is date for each in value):
            self._fault(f"{key} is not a list of days.", f"Write {key} = [YYYY-MM-DD, …], without quotes.")
            return frozenset()
        return frozenset(value)

    def switch(self, key: str) -> bool:
        """Return true or false; true if it is absent."""
        value = self._take(key, needed=False, example=f"{key} = true")
        if value is None or isinstance(value, bool):
            return value is not False
        self._fault(f"{key} is neither true nor false.", f"Write {key} = true.")
        return True

    def row(self, key: str) -> Row:
        """Return the table under a key, empty with a fault if there is none."""
        value = self._take(key, needed=True, example=f"{key} = {{ … }}")
        if value is not None and not isinstance(value, dict):
            self._fault(f"{key} is not a table.", f"Write it as a table: {key} = {{ … }}.")
        return Row(value if isinstance(value, dict) else {}, key, self._faults)

    def rows(self, key: str, called: str) -> list[Row]:
        """Return the list of tables under a key, each named in faults by its value of `called`; [] if absent."""
        value = self._take(key, needed=False, example=f"{key} = [ {{ … }} ]")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self._fault(f"{key} is not a list of tables.", f"Write {key} = [ {{ … }}, {{ … }} ].")
            return []
        return [
            Row(each, f"{key} {_shown(each.get(called), place)}", self._faults) for place, each in enumerate(value, 1)
        ]

    def once(self, seen: bool) -> None:
        """Report a row that stands in the file a second time."""
        if seen:
            self._fault("it stands in the file twice.", "Keep one.")

    def refuse(self, error: UsageError) -> None:
        """Report what a value's own check refused."""
        self._fault(error.what, error.mend)

    def missing_file(self, name: str) -> None:
        """Report a template that does not lie beside the file."""
        shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in name[:60])
        self._fault(
            f"there is no template '{shown}' beside the file.",
            f'Put it into the same folder, or write template = "{SHIPPED}".',
        )

    def _length(self, text: str) -> Duration:
        try:
            return duration(text)
        except UsageError as error:
            self._fault(error.what + ".", error.mend)
            return _BLANK


def _shown(value: object, place: int) -> str:
    text = value if isinstance(value, str) and value.strip() else f"(the {place}. in the file)"
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:40])
