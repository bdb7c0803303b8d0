"""How documents rebuild the table of published reports: each names the row it wrote and its columns."""

from __future__ import annotations

from typing import Final

from evenhand.web.record.projections import Projection, fold_rows, register

TABLE: Final = "publish_report"


def register_all() -> None:
    """Register the table; called once when Django starts."""
    register(Projection(TABLE, ("stats.published", "stats.corrected"), fold_rows(TABLE)))
