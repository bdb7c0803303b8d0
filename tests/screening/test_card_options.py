"""What the benchmark of the detector refuses to print."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from evenhand.screening import Screener

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "screening.py"


@pytest.mark.slow
def test_a_model_is_not_compared_with_itself(tmp_path: Path) -> None:
    shipped = tmp_path / Screener().package.model.id
    shipped.mkdir()
    done = subprocess.run([sys.executable, SCRIPT, "--before", shipped], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "compared with itself; name an older one" in done.stderr
