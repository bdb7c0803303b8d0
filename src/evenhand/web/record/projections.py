"""Projections: tables that the documents rebuild. `verify` folds all documents and compares row by row.

    register(Projection(table="desk_lead", types=("evidence.batch_sealed", "lead.disposed"), fold=fold_leads))

`fold(state, document)` changes `state`, a dict of primary key -> {column: value}; columns are the table's own.
A composite primary key is a tuple. Values may be datetimes or their ISO text: both sides are made plain.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from django.apps import apps
from django.db import models

from evenhand.errors import DoesNotHold
from evenhand.web.record.documents import Document

Row = dict[str, Any]
Fold = Callable[[dict[Any, Row], Document], None]


@dataclass(frozen=True, slots=True)
class Projection:
    """One projected table. `types` empty = every document; `apart`: columns that no act decides (a last sign-in).

    `digests`: column -> what documents say in its place, computed from the stored row (a sign-in name's digest).
    `brought`: the rows that the program itself brings, with no document (the published table of transitions).
    """

    table: str
    types: tuple[str, ...]
    fold: Fold
    apart: frozenset[str] = frozenset()
    digests: Mapping[str, Callable[[Row], Any]] = field(default_factory=dict)
    brought: Callable[[], Mapping[Any, Row]] = dict


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a table is not what the documents say: `seq` is the last leaf that spoke of the row, None if none did."""

    table: str
    key: str
    seq: int | None
    words: str


class _State(dict[Any, Row]):
    """The folded rows, noting which leaf touched which row last."""

    def __init__(self, brought: Mapping[Any, Row]) -> None:
        super().__init__(brought)
        self.seq = -1
        self.touched: dict[Any, int] = {}

    def __setitem__(self, key: Any, row: Row) -> None:
        self.touched[key] = self.seq
        super().__setitem__(key, row)

    def __getitem__(self, key: Any) -> Row:
        self.touched[key] = self.seq
        return super().__getitem__(key)

    def pop(self, key: Any, *default: Any) -> Any:
        self.touched[key] = self.seq
        return super().pop(key, *default)


ROWS: Final = "changed_rows"
"""Where a document holds the rows it changed: table, key, columns."""
RESTATED: Final = "restated_rows"
"""Where a document says rows anew whose own documents were erased: table, key, columns. Every table knows it."""
_REGISTRY: Final[dict[str, Projection]] = {}


def register(projection: Projection) -> None:
    """Register a projected table; call it in the app's `ready()`."""
    _REGISTRY[projection.table] = projection


def registered() -> tuple[Projection, ...]:
    """Return all projected tables, by name."""
    return tuple(_REGISTRY[table] for table in sorted(_REGISTRY))


def fold_rows(table: str) -> Fold:
    """Return the fold of one table: the rows of a document that name it, in order, each over what stood there."""

    def fold(state: dict[Any, Row], document: Document) -> None:
        for name, key, columns in document.body.get(ROWS, ()):
            if name == table:
                found = tuple(key) if isinstance(key, list) else key
                state[found] = state.get(found, {}) | columns

    return fold


class Folding:
    """Folds documents into every registered projection, then compares with the tables."""

    def __init__(self) -> None:
        self._states = {projection.table: _State(projection.brought()) for projection in registered()}
        self.failed: list[Difference] = []

    def take(self, document: Document) -> None:
        """Fold one document; documents come in the order of their leaves."""
        for projection in registered():
            if projection.types and document.type not in projection.types:
                continue
            state = self._states[projection.table]
            state.seq = document.seq
            try:
                projection.fold(state, document)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                words = f"the document cannot be folded ({type(error).__name__}: {error})"
                self.failed.append(Difference(projection.table, document.id, document.seq, words))
        for table, key, columns in document.body.get(RESTATED, ()):
            restated = self._states[table]
            restated.seq = document.seq
            restated[tuple(key) if isinstance(key, list) else key] = columns

    def restatement(self) -> list[list[Any]]:
        """Return every row that is not as the documents taken so far say it, as `RESTATED` holds it.

        For an erasure alone, after `differences` of all documents found nothing: else a change behind the record's
        back would become part of it. Raises DoesNotHold for a row that the documents say and the table lacks.
        """
        rows = [row for projection in registered() for row in _unsaid(projection, self._states[projection.table])]
        if self.failed:
            raise DoesNotHold("a document cannot be folded", mend="Run: evenhand ledger verify.")
        return rows

    def differences(self) -> Iterator[Difference]:
        """Yield each row that was changed, added or removed behind the record's back."""
        yield from self.failed
        for projection in registered():
            yield from _compare(projection, self._states[projection.table])


def _compare(projection: Projection, state: _State) -> Iterator[Difference]:
    seen = set()
    for key, row in _stored(projection):
        seen.add(key)
        expected = dict.get(state, key)
        if expected is None:
            words = "the row is in the table but in no document"
            yield Difference(projection.table, _words(key), state.touched.get(key), words)
        elif wrong := _wrong_columns(row, expected, projection.apart):
            words = f"not as recorded: {', '.join(wrong)}"
            yield Difference(projection.table, _words(key), state.touched.get(key), words)
    for key in state.keys() - seen:
        yield Difference(projection.table, _words(key), state.touched.get(key), "the recorded row is missing")


def _unsaid(projection: Projection, state: _State) -> Iterator[list[Any]]:
    seen = set()
    for key, row in _stored(projection):
        seen.add(key)
        expected = dict.get(state, key)
        if expected is None or _wrong_columns(row, expected, projection.apart):
            columns = {name: plain(value) for name, value in row.items() if name not in projection.apart}
            yield [projection.table, list(key) if isinstance(key, tuple) else plain(key), columns]
    if missing := state.keys() - seen:
        raise DoesNotHold(
            f"{projection.table} id {_words(min(missing, key=str))}: the recorded row is missing",
            mend="Run: evenhand ledger verify.",
        )  # fmt: skip


def _wrong_columns(row: Row, expected: Row, apart: frozenset[str]) -> list[str]:
    columns = sorted((row.keys() | expected.keys()) - apart)
    return [column for column in columns if plain(row.get(column)) != plain(expected.get(column))]


def _stored(projection: Projection) -> Iterator[tuple[Any, Row]]:
    model = model_of(projection.table)
    columns = [column.attname for column in model._meta.concrete_fields]
    for row in model._default_manager.order_by().values(*columns, _key=models.F("pk")).iterator(2_000):
        key = row.pop("_key")
        row |= {column: digest(row) for column, digest in projection.digests.items()}
        yield (tuple(key) if isinstance(key, list | tuple) else key), row


def model_of(table: str) -> type[models.Model]:
    """Return the model whose table has this name; LookupError if no app has it."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            return model
    raise LookupError(f"no model has the table {table}")


def plain(value: Any) -> Any:
    """Return a value as documents can write it, so that both sides of a comparison have one form."""
    if isinstance(value, datetime):
        text = value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        return text.replace(".000000Z", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, Decimal):
        return str(value)
    return list(map(plain, value)) if isinstance(value, list | tuple) else value


def said(row: models.Model) -> list[Any]:
    """Return a whole row as a document says it: table, key, columns."""
    columns = {field.column: plain(getattr(row, field.attname)) for field in row._meta.concrete_fields}
    return [row._meta.db_table, list(row.pk) if isinstance(row.pk, tuple) else row.pk, columns]


def _words(key: Any) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
