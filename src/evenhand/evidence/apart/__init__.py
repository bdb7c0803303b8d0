"""Looking into a stranger's file in a process of its own, which has little memory, little time and no network.

The file goes to it piece by piece as it asks, by a pipe: nothing of it touches the disk, and no key leaves this
process. What comes back is a small document and at most one new file. Whatever happens to the other process, the answer
here is a result or a refusal in words.
"""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, Final, cast

from evenhand.evidence.mail.keys import KeyAnswer
from evenhand.evidence.uploads.kinds import MAX_BYTES, Kind, Stripped, UploadRefused, refused

MEMORY: Final = 1 << 30
CPU_S: Final = 600
WALL_S: Final = 900
READ: Final = b"R"
OUT: Final = b"O"
DONE: Final = b"D"
HEAD: Final = struct.Struct(">cQQ")
"""What the other process sends: read, out or done, and two numbers. The answer to READ: a length, then the bytes."""
LENGTH: Final = struct.Struct(">Q")
PIECE: Final = 1 << 20
_MOST_JSON: Final = 8 * 1024 * 1024
_MOST_OUT: Final = 2 * MAX_BYTES


@dataclass(frozen=True, slots=True)
class Found:
    """What the other process found: a document of plain values, and the new file, empty where there is none."""

    said: Mapping[str, Any]
    data: bytes


def strip_apart(stream: BinaryIO) -> Stripped:
    """Return the working copy of an upload, made in a process of its own; `uploads.strip` says what is refused.

    Raises UploadRefused, also for a file that takes too much memory or time to look into.
    """
    found = look(stream, "strip")
    said = found.said
    return Stripped(Kind(said["kind"]), found.data, tuple(said["removed"]), tuple(said["remains"]), said["facts"])


def mail_apart(stream: BinaryIO, keys: tuple[KeyAnswer, ...]) -> Mapping[str, Any]:
    """Return what the signatures of a mail say under these keys, as `MailVerdict.plain` gives it."""
    return look(stream, "mail", {"keys": [answer.plain() for answer in keys]}).said


def names_apart(stream: BinaryIO) -> tuple[str, ...]:
    """Return the DNS names of the keys a mail refers to."""
    return tuple(str(name) for name in look(stream, "names").said["names"])


def fingerprint_apart(stream: BinaryIO) -> Mapping[str, Any]:
    """Return the fingerprint of a picture as plain values: bits, quality, method."""
    return look(stream, "fingerprint").said


def cover_apart(stream: BinaryIO, areas: Sequence[tuple[int, int, int, int]]) -> tuple[bytes, tuple[int, int]]:
    """Return a picture as a new PNG in which areas (left, top, right, bottom) are black, and its width and height."""
    found = look(stream, "cover", {"areas": [list(area) for area in areas]})
    width, height = found.said["size"]
    return found.data, (int(width), int(height))


def look(stream: BinaryIO, task: str, parameters: Mapping[str, Any] | None = None) -> Found:
    """Run one task of `apart.tasks` over a seekable stream, from its start. UploadRefused as above."""
    command = [sys.executable, "-I", "-m", "evenhand.evidence.apart", task, json.dumps(parameters or {})]
    # Nothing of our environment: no secrets, no proxies, no settings.
    environment = {"LANG": "C.UTF-8", "PATH": os.defpath}
    with subprocess.Popen(  # noqa: S603 our own program and fixed words
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        late = threading.Timer(WALL_S, process.kill)
        late.start()
        try:
            return _serve(stream, cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout))
        except (BrokenPipeError, EOFError, struct.error, ValueError) as error:
            raise refused(
                "takes more memory or time to look into than one file may", "Send a smaller part of it, or the link."
            ) from error
        finally:
            late.cancel()
            process.kill()


def _serve(stream: BinaryIO, to: IO[bytes], come: IO[bytes]) -> Found:
    """Answer what the other process asks until it is done."""
    size = stream.seek(0, io.SEEK_END)
    to.write(LENGTH.pack(size))
    to.flush()
    out = bytearray()
    while True:
        kind, one, two = HEAD.unpack(_exactly(come, HEAD.size))
        if kind == READ:
            stream.seek(min(one, size))
            data = stream.read(min(two, PIECE))
            to.write(LENGTH.pack(len(data)) + data)
            to.flush()
        elif kind == OUT and one <= PIECE and len(out) + one <= _MOST_OUT:
            out += _exactly(come, one)
        elif kind == DONE and one <= _MOST_JSON:
            return Found(_said(json.loads(_exactly(come, one))), bytes(out))
        else:
            raise ValueError


def _said(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was found, or raise the refusal the other process came to."""
    no = answer.get("refused")
    if no is not None:
        raise UploadRefused(
            str(no["what"]), where=str(no["where"]), mend=str(no["mend"]), reason=str(no.get("reason", ""))
        )
    return cast("Mapping[str, Any]", answer["said"])


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data
