"""The record's own tests record made-up documents; the folds of upper apps stay out of them."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def only_own_projections(monkeypatch: pytest.MonkeyPatch) -> None:
    from evenhand.web.record import projections

    own = ("key_seat", "read_window_row", "log_witness")
    registry = {table: projections._REGISTRY[table] for table in own}
    monkeypatch.setattr(projections, "_REGISTRY", registry)
