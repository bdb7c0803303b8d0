"""Rows where there can be none: beside the one row of a table."""

from __future__ import annotations

from typing import Final

from django.db import models

from evenhand.ledger.checking import Finding, failed
from evenhand.ledger.errors import Reason
from evenhand.web.record.models import LedgerHead, SchemaManifest

_AT_MOST: Final = 5
_ONE_ROW: Final[tuple[type[models.Model], ...]] = (LedgerHead, SchemaManifest)


def strays() -> list[Finding]:
    """Return a finding for each row (5 a table) that nobody can have written through the program."""
    found = [(model, key) for model in _ONE_ROW for key in _keys(model)]
    words = "no verb writes such a row"
    return [failed(Reason.ITEM_ADDED, f"{model._meta.db_table} id {key}", words) for model, key in found]


def _keys(model: type[models.Model]) -> list[object]:
    rows = model._default_manager.order_by("pk").exclude(pk=1)
    return list(rows.values_list("pk", flat=True)[:_AT_MOST])
