"""Labelled examples as plain rows, and what makes one usable: two different people who say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from evenhand.categories import Category
from evenhand.errors import UsageError

LABELLERS: Final = 2
# What rules decide about danger is never made quieter or louder by local examples.
FIXED: Final = frozenset({Category.THREAT, Category.DOXXING, Category.PILE_ON_CALL})
REFITTABLE: Final = tuple(category for category in Category if category not in FIXED)
_EVERY: Final = 5  # one example in five is held out


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one person says about one post: per category true or false; `by` is the person's id."""

    by: str
    heads: Mapping[Category, bool]


@dataclass(frozen=True, slots=True)
class Example:
    """One post with the labels that the people in `by` share; `at` is ISO 8601, `source` where it came from."""

    id: str
    text: str
    heads: Mapping[Category, bool]
    by: tuple[str, ...]
    at: str
    source: str

    def to_row(self) -> dict[str, Any]:
        """Return the example as a plain row of JSON values."""
        heads = {category.value: int(said) for category, said in sorted(self.heads.items())}
        return {"id": self.id, "text": self.text, "heads": heads, "by": list(self.by), "at": self.at,
                "source": self.source}  # fmt: skip


def agreed(opinions: Sequence[Opinion]) -> tuple[dict[Category, bool], tuple[str, ...]]:
    """Return the labels that at least two different people share and nobody contradicts, and who they are.

    A person who spoke twice counts once, with what they said last. Nothing shared: ({}, the people).
    """
    latest = {opinion.by: opinion for opinion in opinions}
    heads: dict[Category, bool] = {}
    for category in Category:
        said = [one.heads[category] for one in latest.values() if category in one.heads]
        if len(said) >= LABELLERS and len(set(said)) == 1:
            heads[category] = said[0]
    return heads, tuple(sorted(latest))


def from_rows(rows: Iterable[Mapping[str, Any]]) -> list[Example]:
    """Return the examples of plain rows {id, text, heads, by, at, source}; UsageError, with the row, for a bad one."""
    return [_example(row, number) for number, row in enumerate(rows, start=1)]


def _example(row: Mapping[str, Any], number: int) -> Example:
    try:
        heads = {Category(name): _truth(value) for name, value in row["heads"].items()}
        by = tuple(str(one) for one in row["by"])
        return Example(str(row["id"]), str(row["text"]), heads, by, str(row["at"]), str(row["source"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"this is no labelled example ({error}).",
            where=f"example {number}",
            mend="A row has id, text, heads (category: 0 or 1), by (a list of ids), at and source.",
        ) from error


def _truth(value: Any) -> bool:
    if value not in (0, 1):
        raise ValueError(f"a label is 0 or 1, not {value!r}")
    return bool(value)


def check_labellers(examples: Iterable[Example]) -> None:
    """Raise UsageError at the first example without two different labellers."""
    for example in examples:
        people = {person.strip() for person in example.by} - {""}
        if len(people) < LABELLERS:
            raise UsageError(
                f"{len(people)} {'person' if len(people) == 1 else 'people'} labelled this example.",
                where=f"example {example.id}",
                mend="A second person has to label it, without seeing the first label: /desk/labels.",
            )


def text_digest(text: str) -> int:
    """Return a number that depends on the words alone: neither case nor spaces change it."""
    return int(sha256(" ".join(text.casefold().split()).encode("utf-8", "surrogatepass")).hexdigest(), 16)


def divided(examples: Iterable[Example]) -> tuple[list[Example], list[Example]]:
    """Return (to learn from, held out): one in five by the digest of its words, so equal posts stay together."""
    learnt: list[Example] = []
    held: list[Example] = []
    for example in examples:
        (learnt if text_digest(example.text) % _EVERY else held).append(example)
    return learnt, held
