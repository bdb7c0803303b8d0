"""A disk as slow as the goals' own: run a benchmark again with every sync taking so many milliseconds more.

The goals were set where a sync takes 3 ms; on a disk of .3 ms the database's own work is the larger part. A library of
twenty lines, built here with the machine's C compiler and loaded before any other, waits after each fsync and fdatasync
of every process that is started, the database server's too. (strace can delay calls as well, but what it watches
computes half as fast.)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

SOURCE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
static int later(int found) {
    struct timespec wait = {0, MS * 1000000L};
    nanosleep(&wait, 0);
    return found;
}
#define SLOW(name) int name(int file) { \\
    static int (*real)(int); \\
    if (!real) real = (int (*)(int)) dlsym(RTLD_NEXT, #name); \\
    return later(real(file)); \\
}
SLOW(fsync)
SLOW(fdatasync)
"""


def run_again(arguments: Sequence[str], milliseconds: float) -> int:
    """Run this process's own script with other arguments on such a disk; returns its exit status."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        print("--slow-syncs needs Linux and a C compiler (apt-get install gcc)", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the database server runs as another user where we are root
        source, library = Path(folder) / "slow.c", Path(folder) / "slow.so"
        source.write_text(SOURCE, "ascii")
        flags = ["-O2", "-shared", "-fPIC", f"-DMS={milliseconds}"]
        subprocess.run([compiler, *flags, "-o", str(library), str(source), "-ldl"], check=True)
        slowed = {**os.environ, "LD_PRELOAD": str(library)}
        return subprocess.run([sys.executable, sys.argv[0], *arguments], env=slowed, check=False).returncode
