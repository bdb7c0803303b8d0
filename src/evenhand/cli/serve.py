"""`evenhand serve`: web, worker, key service and ticking clocks, in one process group."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from types import FrameType

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import console
from evenhand.errors import UsageError
from evenhand.live.named import FILE as LIVE
from evenhand.web.home import Home

# Web workers never see where the keys lie (EVIDENCE §1.13, INTERFACES §4).
_KEY_VARIABLES = ("EVENHAND_KEK_FILE", "EVENHAND_LOG_KEY_FILE")
_STOP_SECONDS = 10


@click.command()
@click.option("--port", "-p", default=8000, show_default=True, help="The port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--workers", default=2, show_default=True, help="How many web processes.")
@click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
def command(port: int, host: str, workers: int, directory: str | None) -> int:
    """Run everything one installation needs. Ctrl-C stops all of it."""
    home = home_of(directory)
    refuse_demo_in_production(home)
    ready(home)
    from evenhand.web.record.checkpoints import check_not_behind

    check_not_behind(home)
    return serve(port=port, host=host, workers=workers, live=(home.root / LIVE).exists())


def refuse_demo_in_production(home: Home) -> None:
    """Raise UsageError if a demo's keys would serve real host names."""
    if home.demo_mark.exists() and os.environ.get("EVENHAND_ALLOWED_HOSTS"):
        raise UsageError(
            "this folder was made by the demo and its keys are not secret",
            where=str(home.root),
            mend="Name another folder in EVENHAND_DATA, or unset EVENHAND_ALLOWED_HOSTS to look at the demo.",
        )


def serve(*, port: int, host: str = "127.0.0.1", workers: int = 2, live: bool = False) -> int:
    """Serve until interrupted; return 0, or 1 if a part of it died. The caller holds the key service.

    `live`: ask the live sources too; where none is named that process is not there at all.
    """
    without_keys = {k: v for k, v in os.environ.items() if k not in _KEY_VARIABLES}
    parts = {
        "web": _start(_gunicorn(host, port, workers), without_keys),
        "worker": _start([sys.executable, "-m", "evenhand.cli.worker"], os.environ),
    }
    if live:
        parts["live"] = _start([sys.executable, "-m", "evenhand.cli", "live", "run"], without_keys)
    console.print(f"Serving at [bold]http://{host}:{port}/[/bold]  (Ctrl-C stops it)")
    try:
        return _watch(parts)
    finally:
        _stop(parts.values())


def _gunicorn(host: str, port: int, workers: int) -> list[str]:
    # No access log: it would store the address of everybody who asks for help.
    return [
        sys.executable, "-m", "gunicorn", "evenhand.web.wsgi:application",
        "--bind", f"{host}:{port}", "--workers", str(workers), "--preload", "--log-level", "error",
    ]  # fmt: skip


def _start(arguments: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(arguments, env=dict(environment))  # noqa: S603 our own interpreter and modules


def _watch(parts: Mapping[str, subprocess.Popen[bytes]]) -> int:
    """Wait until we are told to stop (0) or a part ends by itself (1)."""
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping:
        for name, part in parts.items():
            if part.poll() is not None:
                console.print(f"The {name} process ended by itself (exit {part.returncode}); stopping the rest.")
                return 1
        time.sleep(0.3)
    return 0


def _stop(parts: Iterable[subprocess.Popen[bytes]]) -> None:
    running = [part for part in parts if part.poll() is None]
    for part in running:
        part.terminate()
    for part in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            part.wait(_STOP_SECONDS)
        if part.poll() is None:
            part.kill()
