"""Is every value of the kind its column holds? SQLite stores text in a binary column; reading it would fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from evenhand.ledger.checking import Finding, failed
from evenhand.ledger.errors import Reason
from evenhand.web.record.projections import model_of, registered

_AT_MOST: Final = 5
_KINDS: Final[tuple[tuple[type[models.Field], str], ...]] = (  # type: ignore[type-arg] # any field
    (models.BinaryField, "typeof({0}) <> 'blob'"),
    (models.BooleanField, "{0} NOT IN (0, 1)"),
    (models.IntegerField, "typeof({0}) <> 'integer'"),
    (models.DateTimeField, "datetime({0}) IS NULL"),
    (models.DateField, "date({0}) IS NULL"),
    (models.CharField, "typeof({0}) <> 'text'"),
    (models.TextField, "typeof({0}) <> 'text'"),
)


def check_types(connection: BaseDatabaseWrapper) -> list[Finding]:
    """Return a finding for each row (5 a column) with a value that is not of its column's kind; SQLite only."""
    if connection.vendor != "sqlite":
        return []
    tables = [*apps.get_app_config("record").get_models(), *(model_of(p.table) for p in registered())]
    return [finding for model in dict.fromkeys(tables) for finding in _check_table(connection, model)]


def _check_table(connection: BaseDatabaseWrapper, model: type[models.Model]) -> Iterator[Finding]:
    for column in model._meta.concrete_fields:
        wrong = _condition(column)
        if wrong is None:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT CAST({_key(model)} AS TEXT) FROM "{model._meta.db_table}" WHERE {wrong} LIMIT {_AT_MOST}'  # noqa: S608 names of our own models
            )
            rows = cursor.fetchall()
        for (key,) in rows:
            place = f"{model._meta.db_table} id {key}"
            yield failed(Reason.MALFORMED, place, f"{column.column} holds a value of the wrong kind")


def _condition(column: models.Field) -> str | None:  # type: ignore[type-arg] # any field
    field = column.target_field if isinstance(column, models.ForeignKey) else column
    for kind, wrong in _KINDS:
        if isinstance(field, kind):
            quoted = f'"{column.column}"'
            condition = wrong.format(quoted)
            return f"({condition} AND {quoted} IS NOT NULL)" if column.null else f"({condition} OR {quoted} IS NULL)"
    return None


def _key(model: type[models.Model]) -> str:
    keys = model._meta.pk_fields
    return " || ' ' || ".join(f'"{key.column}"' for key in keys)
