"""A new file written straight to the disk, past the system's cache: what is sealed is not read again soon.

By way of the cache a large file costs a good part more processor time (`benchmarks/ledger.py`, G4),
and pushes out what others read. Where the file system cannot, it is written as any other file.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
from pathlib import Path
from types import TracebackType
from typing import Final, Self

BLOCK: Final = 1 << 20
_DIRECT: Final[int] = getattr(os, "O_DIRECT", 0)  # macOS has none


class StraightFile:
    """Collects whole blocks of 1 MiB and hands each to the disk; what is left over goes the usual way.

    The file must not be there yet. Memory: one block. Raises OSError as any file does.
    """

    def __init__(self, path: Path, mode: int) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        self._block = mmap.mmap(-1, BLOCK)  # it begins on a page, as the disk wants it
        self._held = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._descriptor)  # the block goes with its last view: a traceback may hold one

    def write(self, data: bytes) -> None:
        """Take bytes; they are on the disk after `sync`, not before."""
        while len(data) > (room := BLOCK - self._held):
            self._block[self._held :] = data[:room]
            self._pass_block_on()
            data = data[room:]
        end = self._held + len(data)
        self._block[self._held : end] = data
        self._held = end

    def sync(self) -> None:
        """Return when everything is on the disk."""
        self._write_all(memoryview(self._block)[: self._held])
        self._held = 0
        os.fsync(self._descriptor)

    def _pass_block_on(self) -> None:
        block = memoryview(self._block)
        begun = self._straight(block) if self._go_straight(on=True) else 0
        self._go_straight(on=False)
        self._write_all(block[begun:])
        self._held = 0

    def _straight(self, block: memoryview) -> int:
        """Return how many bytes the disk took; none where its file system wants other blocks."""
        try:
            return os.write(self._descriptor, block)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            return 0

    def _go_straight(self, *, on: bool) -> bool:
        flags = fcntl.fcntl(self._descriptor, fcntl.F_GETFL)
        wanted = flags | _DIRECT if on else flags & ~_DIRECT
        if wanted != flags:
            try:
                fcntl.fcntl(self._descriptor, fcntl.F_SETFL, wanted)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
                return False
        return bool(_DIRECT) and on

    def _write_all(self, rest: memoryview) -> None:
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
