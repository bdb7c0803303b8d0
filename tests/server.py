"""The parent of our own PostgreSQL server; run as a program. The server never outlives the tests that wanted it.

    python server.py FOLDER BINARIES [CLUSTER]     prints `ready`, or ends with what the server said

CLUSTER is a kept cluster to begin with a copy of. Standard input is a pipe that only the test process holds open. When
it closes, because the tests are over or because somebody killed them, the server is stopped and its folder removed; a
path that was written to it before gets a copy of the cluster. A session of its own, so that a Ctrl-C or a
killed process group does not take this program away first.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from signal import SIGINT, SIGQUIT
from typing import Any

_LONGEST_START = 60  # seconds


def main(folder: Path, binaries: Path, cluster: Path | None) -> int:
    """Serve until standard input ends; return 0, or 1 if the server did not start."""
    as_owner = _owner(folder)
    server: subprocess.Popen[bytes] | None = None
    try:
        if cluster:
            _copy(cluster, folder / "data", as_owner)
        else:
            _initialise(folder, binaries, as_owner)
        server = _start(folder, binaries, as_owner)
        if not _answers(folder, binaries, server):
            _say((folder / "log").read_text(errors="replace"))
            return 1
        _say("ready")
        keep = sys.stdin.buffer.read().decode()
        if keep:
            server.send_signal(SIGINT)  # PostgreSQL's fast shutdown: the files are whole without a recovery
            server.wait()
            shutil.copytree(folder / "data", keep)
        return 0
    finally:
        if server is not None:
            with suppress(ProcessLookupError):
                os.kill(server.pid, SIGQUIT)  # PostgreSQL's immediate shutdown
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _owner(folder: Path) -> dict[str, Any]:
    """Return how to start a program as the server's owner: initdb refuses root."""
    if os.geteuid() != 0:
        return {}
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _initialise(folder: Path, binaries: Path, as_owner: dict[str, Any]) -> None:
    command = [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
               "--locale=C", "--data-checksums"]  # fmt: skip
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/", **as_owner)


def _copy(cluster: Path, data: Path, as_owner: dict[str, Any]) -> None:
    shutil.copytree(cluster, data)
    data.chmod(0o700)
    if as_owner:
        for path in (data, *data.rglob("*")):
            os.chown(path, as_owner["user"], as_owner["group"])


def _start(folder: Path, binaries: Path, as_owner: dict[str, Any]) -> subprocess.Popen[bytes]:
    settings = {"listen_addresses": "", "unix_socket_directories": folder, "unix_socket_permissions": "0777"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", *options],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **as_owner,
        )  # fmt: skip


def _answers(folder: Path, binaries: Path, server: subprocess.Popen[bytes]) -> bool:
    ask = [binaries / "pg_isready", "-q", "-h", folder, "-U", "postgres"]
    until = time.monotonic() + _LONGEST_START
    while server.poll() is None and time.monotonic() < until:
        if subprocess.run(ask, check=False, stdin=subprocess.DEVNULL).returncode == 0:
            return True
        time.sleep(0.05)
    return False


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if sys.argv[3:] else None))
