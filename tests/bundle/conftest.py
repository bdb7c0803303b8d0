"""The published vectors, shared with the ledger's tests; a small bundle, and a copy of it to spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.bundle.bundle_room import small_bundle
from tests.ledger.conftest import vectors

__all__ = ["vectors"]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_bundle(tmp_path_factory.mktemp("good"))


@pytest.fixture
def bundle(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "bundle"))
