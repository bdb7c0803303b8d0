"""The published vectors, shared with the ledger's tests."""

from __future__ import annotations

from tests.ledger.conftest import vectors

__all__ = ["vectors"]
