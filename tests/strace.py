"""What a piece of work asked of the kernel, in order: to test that sync comes before the answer (T-STRACE, Linux only).

    calls = traced(work, tmp_path)     # [Call("fsync", ("/…/x.half",)), Call("link", ("/…/x.half", "/…/ab/cd/x")), …]

The work runs in a child of its own with strace attached. Where strace is missing, or the machine does not allow one
process to look at another, the test is skipped and says which.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from tests.kill import Acknowledge, Work, finished

ANSWER: Final = "the answer"
_NO_TRACING: Final = "no tracing"
_SYNCS: Final = "fsync,fdatasync,sync_file_range"
_NAMES: Final = "rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat"
_WRITES: Final = "write,pwrite64,writev"
_CALL: Final = re.compile(r"^(?:\[pid +\d+\] |\d+ +)?(\w+)\((.*)\) += (-?\d+)", re.DOTALL)
_OF_FILE: Final = re.compile(r"^\d+<(.*?)>")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ANY_TRACER: Final = (0x59616D61, ctypes.c_ulong(-1))


class Call(NamedTuple):
    """One call that succeeded: `sync`, `write`, `rename`, `link`, `unlink` or `mkdir`, and the paths it was about."""

    name: str
    paths: tuple[str, ...]


def traced(work: Callable[[], None], folder: Path) -> list[Call]:
    """Return what `work` asked of the kernel, then a write of the `ANSWER` that somebody outside may rely on."""
    out = folder / "calls.strace"

    def answered(acknowledge: Acknowledge) -> None:
        work()
        acknowledge(ANSWER)

    assert _under_strace(answered, (f"trace={_SYNCS},{_NAMES},{_WRITES}",), out) == [ANSWER]
    return [call for each in out.read_text("utf-8", "replace").splitlines() if (call := _call(each)) is not None]


def with_failing_sync(work: Work, folder: Path, *, call: str, nth: int) -> list[str]:
    """Run `work` in a child whose nth `call`, fsync or fdatasync, fails with EIO; return its acknowledged lines.

    Ours is fsync, SQLite's fdatasync.
    """
    return _under_strace(work, (f"trace={call}", f"inject={call}:error=EIO:when={nth}"), folder / "syncs.strace")


def _under_strace(work: Work, asked: Sequence[str], out: Path) -> list[str]:
    if sys.platform != "linux" or shutil.which("strace") is None:
        pytest.skip("strace is not installed: what is synced first is not seen here (apt-get install strace)")

    def watched(acknowledge: Acknowledge) -> None:
        libc = ctypes.CDLL(None)
        libc.prctl(*_ANY_TRACER)
        with subprocess.Popen(_command(asked, out), stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr is not None
            said = tracer.stderr.readline()
            if "attached" not in said:
                acknowledge(f"{_NO_TRACING}: {said.strip()}")
                return
            work(acknowledge)
            tracer.terminate()

    lines = finished(watched)
    if lines and lines[0].startswith(_NO_TRACING):
        pytest.skip(f"{lines[0]}: what is synced first is not seen here")
    return lines


def _command(asked: Sequence[str], out: Path) -> Sequence[str]:
    wanted = [word for each in asked for word in ("-e", each)]
    return ["strace", "-f", "-y", "-s", "64", *wanted, "-o", str(out), "-p", str(os.getpid())]


def _call(line: str) -> Call | None:
    found = _CALL.match(line)
    if found is None or int(found[3]) < 0:
        return None
    name, said = found[1], found[2]
    if name in _SYNCS or name in _WRITES.split(","):
        file = _OF_FILE.match(said)
        if f'"{ANSWER}' in said:
            return Call("write", (ANSWER,))
        return Call("sync" if name in _SYNCS else "write", (file[1],)) if file else None
    plain = re.match(r"rename|link|unlink|mkdir", name)
    assert plain is not None
    return Call("unlink" if name.startswith("unlink") else plain[0], tuple(_QUOTED.findall(said)))


def place(calls: Sequence[Call], name: str, ending: str, *, after: int = -1) -> int:
    """Return where the next such call is about a path with this ending (its last path); fails if there is none."""
    for at in range(after + 1, len(calls)):
        if calls[at].name == name and calls[at].paths[-1].endswith(ending):
            return at
    raise AssertionError(f"no {name} of {ending} after {after} in {[*calls]}")
