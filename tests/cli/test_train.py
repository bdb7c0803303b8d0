from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.cli import main


def test_a_folder_without_sets_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["train", "--data", str(tmp_path)])
    assert left.value.code == 2
    err = capsys.readouterr().err
    assert "train/" in err
    assert err.count("\n") == 1


def test_a_missing_extra_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "evenhand.screening.training.trainer", None)
    with pytest.raises(SystemExit) as left:
        main(["train", "--data", str(tmp_path)])
    assert left.value.code == 2
    assert "evenhand[train]" in capsys.readouterr().err
