"""Having a page captured by a program of the organisation's own: a web archiver that was named; without one, nobody.

The program is started as `PROGRAM ADDRESS FOLDER` and writes one web archive (WARC or WACZ) into the folder. It gets
nothing else: an empty environment, no input, a time and a size.
"""

from __future__ import annotations

import os
import signal
import stat
import subprocess
from pathlib import Path
from typing import Final

from evenhand.errors import UsageError

SECONDS: Final = 180.0
MOST: Final = 256 << 20
_ENDINGS: Final = (".warc", ".warc.gz", ".wacz")


def capture(program: str, link: str, *, into: Path, seconds: float = SECONDS, most: int = MOST) -> Path:
    """Return the one web archive that a program wrote of a page into an empty folder, at most `most` bytes.

    `link`: one that `links.check_public` let pass. Raises UsageError for a program that cannot be started, fails, takes
    over `seconds`, or leaves none, several, or too much; whatever it started is ended with it.
    """
    try:
        running = subprocess.Popen(  # noqa: S603 the program an operator named, without a shell
            [program, link, str(into)], cwd=into, env={"PATH": os.defpath, "HOME": str(into), "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise UsageError("the capture program cannot be started", where=program) from error
    try:
        code = running.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise UsageError("the capture program took too long", where=program) from None
    finally:
        _end(running)
    if code:
        raise UsageError(f"the capture program ended with {code}", where=program)
    return _the_archive(into, program, most)


def _end(running: subprocess.Popen[bytes]) -> None:
    """End the program with everything it started: they are one session of their own."""
    try:
        os.killpg(running.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        running.wait()


def _the_archive(into: Path, program: str, most: int) -> Path:
    found = [path for path in sorted(into.rglob("*")) if path.name.endswith(_ENDINGS)]
    if len(found) != 1:
        raise UsageError(f"the capture program left {len(found)} web archives in place of one", where=program)
    about = found[0].lstat()
    if not stat.S_ISREG(about.st_mode) or not 0 < about.st_size <= most:
        raise UsageError("the web archive is empty, too large, or no file", where=program)
    return found[0]
