"""Is every value of the kind its column holds? SQLite stores text in a binary column; reading it would fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from evenhand.ledger.checking import Finding, failed
from evenhand.ledger.errors import Reason
from evenhand.web.record.projections import model_of, registered

_AT_MOST: Final = 5
_LARGEST: Final = 2**53 - 1  # beyond it a document cannot say the value
# A bare '0002' would be taken as a number beside a column of times, and every text is greater than that.
# Django reads what is no time at all as None, and several spellings as one time: only the spelling it writes will do.
_DAY = "typeof({0}) <> 'text' OR date({0}) IS NOT {0} OR {0} < '0002-01-01' OR {0} > '9999-12-30'"
_FRACTION = "substr({0}, 20) NOT GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]' OR substr({0}, 20) = '.000000'"
_TIME = (
    "typeof({0}) <> 'text' OR datetime(substr({0}, 1, 19)) IS NOT substr({0}, 1, 19) OR {0} < '0002-01-01'"
    f" OR {{0}} > '9999-12-30' OR (length({{0}}) <> 19 AND ({_FRACTION}))"
)
_Kinds = tuple[tuple["type[models.Field[Any, Any]]", str], ...]
_KINDS: Final[_Kinds] = (
    (models.BinaryField, "typeof({0}) <> 'blob'"),
    (models.BooleanField, "{0} NOT IN (0, 1)"),
    (models.IntegerField, f"typeof({{0}}) <> 'integer' OR {{0}} NOT BETWEEN -{_LARGEST} AND {_LARGEST}"),
    (models.DateTimeField, _TIME),
    (models.DateField, _DAY),
    (models.CharField, "typeof({0}) <> 'text'"),
    (models.TextField, "typeof({0}) <> 'text'"),
)
# PostgreSQL keeps the kinds by itself, but its times reach further than Python's.
_SERVER_KINDS: Final[_Kinds] = (
    (models.IntegerField, f"{{0}} NOT BETWEEN -{_LARGEST} AND {_LARGEST}"),
    (models.DateField, "{0} NOT BETWEEN '0002-01-01' AND '9999-12-30'"),
)


def check_types(connection: BaseDatabaseWrapper) -> list[Finding]:
    """Return a finding for each row (5 a column) with a value that is not of its column's kind.

    `connection` must be the default one. Cost: one pass over each table, about 1 µs a value.
    """
    kinds = _KINDS if connection.vendor == "sqlite" else _SERVER_KINDS
    tables = [*apps.get_app_config("record").get_models(), *(model_of(p.table) for p in registered())]
    return [finding for model in dict.fromkeys(tables) for finding in _check_table(connection, model, kinds)]


def _check_table(connection: BaseDatabaseWrapper, model: type[models.Model], kinds: _Kinds) -> Iterator[Finding]:
    for column in model._meta.concrete_fields:
        wrong = _condition(column, kinds)
        if wrong is None:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT {_key(model, connection.vendor)} FROM "{model._meta.db_table}" WHERE {wrong} LIMIT {_AT_MOST}'  # noqa: S608 names of our own models
            )
            rows = cursor.fetchall()
        for (key,) in rows:
            place = f"{model._meta.db_table} id {key}"
            yield failed(Reason.MALFORMED, place, f"{column.column} holds a value of the wrong kind")


def _condition(column: models.Field[Any, Any], kinds: _Kinds) -> str | None:
    field = column.target_field if isinstance(column, models.ForeignKey) else column
    for kind, wrong in kinds:
        if isinstance(field, kind):
            quoted = f'"{column.column}"'
            condition = wrong.format(quoted)
            return f"(({condition}) AND {quoted} IS NOT NULL)" if column.null else f"({condition} OR {quoted} IS NULL)"
    return None


def _key(model: type[models.Model], vendor: str) -> str:
    keys = model._meta.pk_fields
    if isinstance(keys[0], models.BinaryField):
        return f'lower(hex("{keys[0].column}"))' if vendor == "sqlite" else f"encode(\"{keys[0].column}\", 'hex')"
    return " || ' ' || ".join(f'CAST("{key.column}" AS TEXT)' for key in keys)
