"""The few kinds of column that the tables of cases are made of: ids, words of a closed list, digests."""

from __future__ import annotations

from typing import Any, Final

from django.db import models

ID_LENGTH: Final = 32
WORD_LENGTH: Final = 40


def own_id() -> models.CharField[str, str]:
    """Return a primary key: 32 lower-case hex digits."""
    return models.CharField(primary_key=True, max_length=ID_LENGTH)


def id_of(**options: Any) -> models.CharField[Any, Any]:
    """Return a column that holds the id of something in another app, or of a sealed text, a key, a person."""
    return models.CharField(max_length=ID_LENGTH, **options)


def word(**options: Any) -> models.CharField[Any, Any]:
    """Return a column that holds one word of a closed list, which code names."""
    return models.CharField(max_length=WORD_LENGTH, **options)


def link(to: str, **options: Any) -> models.ForeignKey[Any, Any]:
    """Return a foreign key that nothing can delete under."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)
