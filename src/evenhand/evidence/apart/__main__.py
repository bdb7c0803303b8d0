"""The process that looks into one file: limits first, then the task, then the answer. Started by `apart.look`."""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import os
import resource
import sys
from typing import IO, Any, BinaryIO, Final, cast

from evenhand.errors import EvenhandError
from evenhand.evidence.apart import CPU_S, DONE, HEAD, LENGTH, MEMORY, OUT, PIECE, READ
from evenhand.files import PlacedStream

_NEW_USER: Final = 0x10000000
_NEW_NET: Final = 0x40000000
_NO_NEW_PRIVILEGES: Final = 38


class _Remote(PlacedStream):
    """The file, which lies in the other process: seekable, read piece by piece."""

    def __init__(self, ask: IO[bytes], answers: IO[bytes], size: int) -> None:
        super().__init__(size)
        self._ask = ask
        self._answers = answers

    def readinto(self, buffer: Any) -> int:
        self._ask.write(HEAD.pack(READ, self.place, min(len(buffer), PIECE)))
        self._ask.flush()
        (length,) = LENGTH.unpack(self._answers.read(LENGTH.size))
        data = self._answers.read(length)
        buffer[: len(data)] = data
        self.place += len(data)
        return len(data)


def main() -> None:
    """Do one task and answer; a refusal is an answer too, anything else ends the process without one."""
    answers, ask = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    for standard in (0, 1):  # a library that prints must not break the talk
        with open(os.devnull, "r+b") as nothing:  # noqa: PTH123 a device
            os.dup2(nothing.fileno(), standard)
    _confine()
    from evenhand.evidence.apart.tasks import TASKS

    (size,) = LENGTH.unpack(answers.read(LENGTH.size))
    stream = cast("BinaryIO", io.BufferedReader(_Remote(ask, answers, size), buffer_size=PIECE))
    try:
        said, data = TASKS[sys.argv[1]](stream, json.loads(sys.argv[2]))
        answer: dict[str, Any] = {"said": said}
    except EvenhandError as error:
        no = {"what": error.what, "where": error.where, "mend": error.mend, "reason": getattr(error, "reason", "")}
        answer, data = {"refused": no}, b""
    for at in range(0, len(data), PIECE):
        piece = data[at : at + PIECE]
        ask.write(HEAD.pack(OUT, len(piece), 0) + piece)
    packed = json.dumps(answer).encode()
    ask.write(HEAD.pack(DONE, len(packed), 0) + packed)
    ask.flush()
    os._exit(0)


def _confine() -> None:
    """Take from this process what it does not need; where the system grants less, it goes on with the rest."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    with contextlib.suppress(OSError, AttributeError):
        system = ctypes.CDLL(None, use_errno=True)
        system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        system.unshare(_NEW_USER | _NEW_NET)


if __name__ == "__main__":
    main()
