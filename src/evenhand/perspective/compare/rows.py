"""Reads files of old scores: a table with a column per attribute, or a client's own log. Everything is hostile."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from evenhand.errors import UsageError
from evenhand.perspective.attributes import PRODUCTION

_ATTRIBUTE: Final = re.compile(rf"({'|'.join(PRODUCTION)})(@[\w.-]+)?", re.IGNORECASE)
_TEXT: Final = ("comment_text", "text", "comment")
_TRUE: Final = frozenset({"1", "1.0", "true", "yes", "y"})
_FALSE: Final = frozenset({"0", "0.0", "false", "no", "n"})
LONGEST_CELL: Final = 1 << 20
LONGEST_LINE: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class Row:
    """One text with its old scores per attribute, and whether people found the attribute to apply, where known."""

    id: str
    text: str
    old: Mapping[str, float]
    labels: Mapping[str, bool] = field(default_factory=dict)

    @property
    def first_half(self) -> bool:
        """Return whether cut-offs are fitted on this row; by a hash of its id, so for ever the same."""
        return hashlib.sha256(self.id.encode("utf-8", "surrogatepass")).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that could not be used, and why."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Logged:
    """One exchange of a client's log: the request body, the old answer's body, and where it stands."""

    where: str
    request: dict[str, Any]
    response: dict[str, Any]


def read_table(path: Path, label: str | None = None) -> list[Row | Refused]:
    """Return the rows of a CSV file with columns id, comment_text, TOXICITY@6, …, in order.

    Labels are read from the column `label` (if given, for every attribute), else from `TOXICITY_label` and from
    `label`. Raises UsageError if there is no text column or no attribute's.
    """
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        reader = csv.DictReader(stream)
        try:
            columns = _columns(path, reader.fieldnames or (), label)
            return list(_rows(reader, columns))
        except csv.Error as error:
            raise UsageError(
                f"this is not a readable table ({error}).", where=f"{path}, line {reader.line_num}", mend="Mend it."
            ) from error


@dataclass(frozen=True, slots=True)
class _Columns:
    id: str | None
    text: str
    old: Mapping[str, str]
    labels: Mapping[str, str]


def _columns(path: Path, names: Sequence[str], label: str | None) -> _Columns:
    lower = {name.strip().lower(): name for name in names if name}
    text = next((lower[name] for name in _TEXT if name in lower), None)
    old = {match[1].upper(): name for name in names if name and (match := _ATTRIBUTE.fullmatch(name.strip()))}
    if text is None or not old:
        missing = "no column comment_text" if text is None else "no column of old scores such as TOXICITY@6"
        raise UsageError(f"there is {missing}.", where=str(path), mend="Name the columns id, comment_text, TOXICITY@6.")
    if label is not None and label not in names:
        raise UsageError(f"there is no column {label!r}.", where=str(path), mend="Name one that is there.")
    common = label or lower.get("label")
    own = {name: lower.get(f"{name.lower()}_label", common) for name in old}
    labels = {name: column for name, column in own.items() if column is not None}
    return _Columns(lower.get("id"), text, old, labels)


def _rows(reader: csv.DictReader[str], columns: _Columns) -> Iterator[Row | Refused]:
    for number, raw in enumerate(reader, 1):
        where = f"line {reader.line_num}"
        text = raw.get(columns.text)
        try:
            old = {
                name: score for name, column in columns.old.items() if (score := _score(raw.get(column))) is not None
            }
            labels = {name: said for name, at in columns.labels.items() if (said := _label(raw.get(at))) is not None}
        except ValueError as error:
            yield Refused(where, str(error))
            continue
        if not text or not text.strip():
            yield Refused(where, "no text")
        elif not old:
            yield Refused(where, "no old score")
        else:
            yield Row((raw.get(columns.id) if columns.id else None) or str(number), text, old, labels)


def _score(cell: str | None) -> float | None:
    if cell is None or not cell.strip():
        return None
    try:
        value = float(cell)
    except ValueError:
        raise ValueError("an old score is not a number") from None
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise ValueError("an old score is not from 0 to 1")
    return value


def _label(cell: str | None) -> bool | None:
    word = (cell or "").strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    if word:
        raise ValueError("a label is neither 0 nor 1")
    return None


def read_log(path: Path) -> Iterator[Logged | Refused]:
    """Yield the exchanges of a client's log, a JSON object a line: {"request": {…}, "response": {…}}."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as stream:
        number = 0
        while line := stream.readline(LONGEST_LINE):
            number += 1
            if line.strip():
                yield _exchange(f"line {number}", line)


def _exchange(where: str, line: str) -> Logged | Refused:
    try:
        raw = json.loads(line)
        request, response = _body(raw["request"]), _body(raw["response"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return Refused(where, 'not an object with "request" and "response"')
    return Logged(where, request, response)


def _body(value: Any) -> dict[str, Any]:
    """Return a body given as an object or as the text of one."""
    document = json.loads(value) if isinstance(value, str) else value
    if not isinstance(document, dict):
        raise TypeError
    return document


def old_scores(response: Mapping[str, Any]) -> dict[str, float]:
    """Return the summary scores of an old answer; what is not a score from 0 to 1 is left out."""
    found: dict[str, float] = {}
    scores = response.get("attributeScores")
    for name, given in scores.items() if isinstance(scores, dict) else ():
        try:
            value = given["summaryScore"]["value"]
        except (KeyError, TypeError):
            continue
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            found[str(name)] = float(value)
    return found


def old_error(response: Mapping[str, Any]) -> str | None:
    """Return the errorType of an old answer, else its status, or None if it was no error."""
    error = response.get("error")
    if not isinstance(error, dict):
        return None
    details = error.get("details")
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and isinstance(detail.get("errorType"), str):
            return str(detail["errorType"])
    return str(error.get("status") or error.get("code") or "error")
