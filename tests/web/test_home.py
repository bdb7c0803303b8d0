"""Which installation a corpus folder belongs to, and whose a new one is."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.cli._django import setup_django
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


def test_a_new_home_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_DATA", str(tmp_path))
    setup_django(Home(tmp_path / "homes" / "new"))
    assert (tmp_path / "homes" / "new").stat().st_mode & 0o777 == 0o700, "SQLite lets others read its files"
