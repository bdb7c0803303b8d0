"""A guess at which column of an unknown table, or which path of an unknown document, is which field.

Names help, content decides. A guess is never used by itself: a person sees it with five rows and says yes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from evenhand.errors import EvenhandError
from evenhand.posts.json_records import peek
from evenhand.posts.limits import IMPORT, Limits
from evenhand.posts.reader import Head, Report, Source
from evenhand.posts.reading_form import scrub
from evenhand.posts.recognition import head_of
from evenhand.posts.rows.columns import PLAIN, SYNONYMS
from evenhand.posts.rows.dates import looks_like_a_date
from evenhand.posts.rows.mapping import mapping_text
from evenhand.posts.rows.tables import table_rows

_LOOKED_AT: Final = 200
_SHOWN: Final = 5
_DEEPEST: Final = 4
_MOST_PATHS: Final = 300
_FORMAT: Final = re.compile(r"[^a-z0-9]+")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_LEAST: Final = 0.35


@dataclass(frozen=True, slots=True)
class Guess:
    """What a file may mean: field -> path, how sure (0 to 1), where its records are, and its first five."""

    columns: tuple[str, ...]
    mapping: dict[str, str]
    sure: dict[str, float]
    records: str
    sample: tuple[dict[str, str], ...]


def guess(path: Path, limits: Limits = IMPORT) -> Guess | None:
    """Return the guess for a file; None if it holds no list of records with something like a text.

    Looks at the first 200 records. A table is read through once, to know how its letters are written.
    """
    try:
        head = head_of(path, limits)
        if head.members or head.packed:
            return None
        records = _place_of_records(head)
        rows = [dict(_flat(cells)) for cells in _first(path, head, records, limits)]
    except EvenhandError:
        return None
    columns = tuple(dict.fromkeys(name for row in rows for name in row))[:_MOST_PATHS]
    if not rows or len(columns) < 2:
        return None
    mapping, sure = _assigned(_scores(columns, rows))
    if "text" not in mapping:
        return None
    sample = tuple({field: _shown(row.get(column)) for field, column in mapping.items()} for row in rows[:_SHOWN])
    return Guess(columns, mapping, sure, records, sample)


def guess_text(found: Guess, name: str) -> str:
    """Return the mapping file of a guess, for a person to read, change and name with --mapping."""
    if not found.records and not any("." in column for column in found.mapping.values()):
        return mapping_text(found.columns, found.mapping)
    stem = _FORMAT.sub("_", name.lower()).strip("_")[:40] or "unknown"
    signs = [found.mapping["text"].partition(".")[0], *(column.partition(".")[0] for column in found.mapping.values())]
    lines = [f"{field} = {json.dumps(found.mapping[field])}" for field in PLAIN if field in found.mapping]
    return (
        "# A guess: change a line, add one or take one away.\n"
        f'format = "{stem}/1"\nplatform = "other"\nrecords = {json.dumps(found.records)}\n\n'
        f"[signs]\nall = {json.dumps(list(dict.fromkeys(signs)))}\n\n[columns]\n" + "\n".join(lines) + "\n"
    )


def _first(path: Path, head: Head, records: str, limits: Limits) -> list[dict[str, Any]]:
    source = Source(path, "", head.size, limits)
    return [row.cells for row in islice(table_rows(source, Report(path.name), records=records), _LOOKED_AT)]


def _place_of_records(head: Head) -> str:
    """Return the path of the longest list of objects in a document; "" for a table, a list or lines."""
    found = peek(head)
    if len(found) != 1 or not isinstance(found[0], dict):
        return ""
    lists = [(len(value), path) for path, value in _lists(found[0], "", 0)]
    return max(lists, default=(0, ""))[1]


def _lists(value: dict[str, Any], path: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    for name, inner in value.items():
        place = f"{path}.{name}" if path else name
        if "." in name:
            continue
        if isinstance(inner, list) and inner and all(isinstance(item, dict) for item in inner):
            yield place, inner
        elif isinstance(inner, dict) and depth < _DEEPEST:
            yield from _lists(inner, place, depth + 1)


def _flat(cells: dict[str, Any], path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield (path, value) of everything in a record that is no object; a name with half a letter nobody can write."""
    for name, value in cells.items():
        if scrub(name) != name:
            continue
        place = f"{path}.{name}" if path else str(name)
        if isinstance(value, dict) and depth < _DEEPEST:
            yield from _flat(value, place, depth + 1)
        elif not isinstance(value, dict):
            yield place, value


def _shown(value: Any) -> str:
    words = "" if value is None else value if isinstance(value, str) else json.dumps(value, default=str)
    return scrub(words.replace("\n", " ")[:80])


def _scores(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> dict[tuple[str, str], float]:
    """Return how well each column fits each field."""
    values = {column: [row[column] for row in rows if row.get(column) not in (None, "")] for column in columns}
    ids = {str(value) for column in columns if _is_id(values[column]) for value in values[column]}
    scores: dict[tuple[str, str], float] = {}
    for column in columns:
        if not values[column]:
            continue
        named = _named(column)
        for field, by_content in _CONTENT.items():
            fits = by_content(values[column])
            if field in _BY_NAME_ONLY and named != field:
                continue
            if field == "reply_to" and not {str(value) for value in values[column]} & ids:
                fits *= 0.5
            if fits:
                scores[field, column] = 0.6 * fits + 0.4 * (named == field)
    return scores


def _assigned(scores: dict[tuple[str, str], float]) -> tuple[dict[str, str], dict[str, float]]:
    """Return the best pairs first: each field has one column, each column one field."""
    mapping: dict[str, str] = {}
    sure: dict[str, float] = {}
    for (field, column), score in sorted(scores.items(), key=lambda item: -item[1]):
        if score >= _LEAST and field not in mapping and column not in mapping.values():
            mapping[field], sure[field] = column, round(score, 2)
    order = [field for field in _CONTENT if field in mapping]
    return {field: mapping[field] for field in order}, {field: sure[field] for field in order}


def _named(column: str) -> str | None:
    """Return the field that a column's name means, whole or by its last part."""
    whole = re.sub(r"[\s\-.]+", "_", column.strip().lower())
    last = re.sub(r"[\s\-]+", "_", column.rpartition(".")[2].strip().lower())
    for name in (whole, last):
        for field in PLAIN:
            if name == field or name in SYNONYMS[field]:
                return field
    return next((field for field, hints in _HINTS.items() if any(hint in whole for hint in hints)), None)


_HINTS: Final = {
    "text": ("text", "message", "body", "content", "said", "nachricht", "inhalt"),
    "author_handle": ("author", "user", "wrote", "from", "von", "name", "sender"),
    "created_at": ("date", "time", "when", "day", "datum", "zeit", "created"),
    "reply_to": ("reply", "parent", "answer", "antwort"),
    "likes": ("like", "favo", "upvote", "score"),
    "reposts": ("share", "repost", "retweet"),
    "urls": ("url", "link"),
    "language": ("lang", "sprache"),
    "id": ("id", "nr", "number"),
}


def _share(values: list[Any], test: Callable[[Any], bool]) -> float:
    return sum(map(test, values)) / len(values)


def _is_text(values: list[Any]) -> float:
    words = [value for value in values if isinstance(value, str)]
    if len(words) < len(values) * 0.8 or _share(words, _is_link) > 0.5 or _is_date(words):
        return 0.0
    spaced = _share(words, lambda value: " " in value.strip())
    length = sum(map(len, words)) / len(words)
    return spaced * min(length / 40, 1.0) * 0.6 + (0.4 * spaced if len(set(words)) > len(words) / 2 else 0.0)


def _is_link(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _is_links(values: list[Any]) -> float:
    return _share(values, lambda value: _is_link(value) or (isinstance(value, list) and any(map(_is_link, value))))


def _is_date(values: list[Any]) -> float:
    return 1.0 if _share(values, looks_like_a_date) >= 0.9 else 0.0


def _is_word(value: Any) -> bool:
    """Return whether a value is text without a blank, or a whole number."""
    return isinstance(value, (str, int)) and not isinstance(value, bool) and " " not in str(value).strip()


def _is_id(values: list[Any]) -> float:
    unique = len({str(value) for value in values}) == len(values)
    return 1.0 if unique and all(_is_word(value) and 0 < len(str(value)) <= 120 for value in values) else 0.0


def _is_reference(values: list[Any]) -> float:
    return 0.8 if all(map(_is_word, values)) else 0.0


def _is_name(values: list[Any]) -> float:
    short = _share(values, lambda value: isinstance(value, str) and 0 < len(value) <= 60 and "\n" not in value)
    if short < 0.95 or _share(values, _is_link) or _is_date(values):
        return 0.0
    letters = _share(values, lambda value: any(letter.isalpha() for letter in value))
    repeated = len({str(value) for value in values}) < len(values)
    return letters * (0.9 if repeated else 0.7)


def _is_count(values: list[Any]) -> float:
    return 1.0 if all(_is_word(value) and str(value).removesuffix(".0").isdecimal() for value in values) else 0.0


def _is_language(values: list[Any]) -> float:
    return 1.0 if all(isinstance(value, str) and _LANGUAGE.fullmatch(value) for value in values) else 0.0


_CONTENT: Final[dict[str, Callable[[list[Any]], float]]] = {
    "text": _is_text,
    "created_at": _is_date,
    "id": _is_id,
    "author_handle": _is_name,
    "reply_to": _is_reference,
    "likes": _is_count,
    "reposts": _is_count,
    "urls": _is_links,
    "language": _is_language,
}
_BY_NAME_ONLY: Final = frozenset({"reply_to", "likes", "reposts"})
"""Fields whose content looks like that of others: a number, a short word."""
