"""What `evenhand demo` refuses leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from evenhand.cli.demo import command


def test_a_demo_too_small_to_tell_its_story_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    home = tmp_path / "demo"
    done = CliRunner().invoke(command, ["--posts", "300", "--no-serve", "--dir", str(home)])
    assert "too few to tell the story" in str(done.exception)
    assert not home.exists()
