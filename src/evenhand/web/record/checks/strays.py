"""Rows where there can be none: beside the one row of a table, or in a table that no verb fills yet."""

from __future__ import annotations

from typing import Final

from django.db import models

from evenhand.ledger.checking import Finding, failed
from evenhand.ledger.errors import Reason
from evenhand.web.record.models import CountingRow, LedgerCosignature, LedgerHead, SchemaManifest

_AT_MOST: Final = 5
_ONE_ROW: Final[tuple[type[models.Model], ...]] = (LedgerHead, SchemaManifest)
# Whoever builds witnesses or the counting of erased cases checks these rows, and takes the table off this list.
_NEVER_FILLED: Final[tuple[type[models.Model], ...]] = (LedgerCosignature, CountingRow)


def strays() -> list[Finding]:
    """Return a finding for each row (5 a table) that nobody can have written through the program."""
    found = [(model, key) for model in _ONE_ROW for key in _keys(model, beside=1)]
    found += [(model, key) for model in _NEVER_FILLED for key in _keys(model)]
    words = "no verb writes such a row"
    return [failed(Reason.ITEM_ADDED, f"{model._meta.db_table} id {key}", words) for model, key in found]


def _keys(model: type[models.Model], beside: int | None = None) -> list[object]:
    rows = model._default_manager.order_by("pk")
    others = rows if beside is None else rows.exclude(pk=beside)
    return list(others.values_list("pk", flat=True)[:_AT_MOST])
