"""Our PostgreSQL server ends with the tests that started it, also when they are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.databases import server_binaries

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]

STARTS = "from tests.databases import start_server; print(start_server(), flush=True); import time; time.sleep(300)"
ROOT = Path(__file__).parents[3]


def test_a_killed_test_run_leaves_no_server() -> None:
    if server_binaries() is None:
        pytest.skip("no PostgreSQL server programs in /usr/lib/postgresql: install Debian's postgresql")
    with subprocess.Popen(
        [sys.executable, "-c", STARTS], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(server, 0)
        os.killpg(run.pid, signal.SIGKILL)
    until = time.monotonic() + 30
    while (folder.exists() or alive(server)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()
    assert not alive(server)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
