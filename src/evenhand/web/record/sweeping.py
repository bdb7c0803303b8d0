"""The sweeper: a data key whose transaction never came is destroyed after a day (the key is made first, durably)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.apps import apps
from django.db import models

from evenhand.context import Context
from evenhand.web.record.ids import BLOB_NAMES, ORGANISATION, KeyId
from evenhand.web.record.keys import NoKeyService, destroy_key, living_keys

GRACE: Final = timedelta(hours=24)
_KEPT: Final = (ORGANISATION, BLOB_NAMES)
_TELLING: Final = {"read_row"}
"""Tables that tell of a key and need it for nothing: that something under it was read, or that it was destroyed."""


def register_telling(table: str) -> None:
    """Register a table whose rows name keys without needing them, so that they keep none from going; in `ready()`."""
    _TELLING.add(table)


def sweep_keys(ctx: Context) -> int:
    """Destroy each key older than a day that nothing in the desk database needs; return how many.

    The log of readings needs none: what was read under a key that went stays on record without it.
    Without a key service nothing is due: the next run does it.
    """
    try:
        old = [key for key, made in living_keys() if made <= ctx.now() - GRACE and key not in _KEPT]
    except NoKeyService:
        return 0
    return sum(destroy_key(key) for key in old if not _in_use(key))


def _in_use(key: KeyId) -> bool:
    return any(model._default_manager.filter(**{column: key}).exists() for model, column in _columns())


def _columns() -> Iterator[tuple[type[models.Model], str]]:
    """Yield each column of any app that needs its keys: they are called `key` or `key_id` everywhere."""
    for model in apps.get_models():
        if model._meta.db_table in _TELLING:
            continue
        for column in model._meta.concrete_fields:
            if column.attname in {"key", "key_id"} and isinstance(column, models.CharField):
                yield model, column.attname
