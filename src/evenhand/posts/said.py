"""A sentence of a reader that others may tell in another language: its form, and the names and numbers in it.

Readers know nothing of languages. A sentence without names or numbers is its own form and needs nothing of this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final


class Said(str):
    """A sentence in English, which also knows how it was made: `form % values`; a value may be one itself."""

    __slots__ = ("form", "values")
    form: str
    values: Mapping[str, str]

    def __new__(cls, form: str, **values: object) -> Said:
        """Return the sentence; numbers become text."""
        kept = {name: value if isinstance(value, str) else str(value) for name, value in values.items()}
        sentence = super().__new__(cls, form % kept if kept else form)
        sentence.form, sentence.values = form, kept
        return sentence

    def changed(self, change: Callable[[str], str]) -> Said:
        """Return the same sentence with each value changed."""
        values = {name: each.changed(change) if isinstance(each, Said) else change(each)
                  for name, each in self.values.items()}  # fmt: skip
        return Said(self.form, **values)


INSTALL: Final = Said("Install it with: %(command)s.", command="pip install 'evenhand[desk]'")
"""What helps where a program that reads a format is not installed."""


def by_keys(*names: str) -> Said:
    """Return the sign of a format that is known by what stands in its records or columns."""
    return Said("the keys %(keys)s", keys=", ".join(names))


def sign_at(sign: str, path: str) -> str:
    """Return the sign of a format with the member of an archive where it was seen; "" for a file by itself."""
    return Said("%(sign)s in %(place)s", sign=sign, place=path) if path else sign


def packed(words: str) -> Any:
    """Return a sentence as JSON can hold it: text, or [form, values]."""
    if not isinstance(words, Said):
        return words
    return [words.form, {name: packed(value) for name, value in words.values.items()}]


def unpacked(value: Any) -> str:
    """Return the sentence that `packed` made JSON of."""
    if isinstance(value, str):
        return value
    form, values = value
    return Said(form, **{name: unpacked(each) for name, each in values.items()})
