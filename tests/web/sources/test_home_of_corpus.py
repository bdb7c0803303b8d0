"""Which installation a corpus folder belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.web.home import Home


def test_the_home_of_a_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, other, alone = tmp_path / "desk", tmp_path / "other", tmp_path / "alone"
    for home in (desk, other):
        (home / "corpus").mkdir(parents=True)
        Home(home).database.touch()
    for here in (None, desk):
        monkeypatch.delenv("EVENHAND_DATA", raising=False)
        if here:
            monkeypatch.setenv("EVENHAND_DATA", str(here))
        assert Home.of_corpus(desk / "corpus") == Home(desk)
        assert Home.of_corpus(desk) == Home(desk)
        assert Home.of_corpus(other / "corpus") == Home(other), "another installation's corpus is never ours"
        assert Home.of_corpus(alone) == Home(alone)
        assert Home.of_corpus(desk / "exports") == Home(desk / "exports")
