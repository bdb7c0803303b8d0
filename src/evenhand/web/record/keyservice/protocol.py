"""How the key service is spoken to: one JSON object each way over a Unix socket, each with its length in front."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import stat
import struct
from pathlib import Path
from typing import Any, Final

from evenhand.errors import EvenhandError, Unverifiable, UsageError
from evenhand.web.home import Home

MAX_FRAME: Final = 4 * 1024 * 1024
_LENGTH: Final = struct.Struct(">I")
_LONGEST_SOCKET_PATH: Final = 100  # the kernel's limit is 107
_TIMEOUT_SECONDS: Final = 20


class KeyRefused(UsageError):
    """The key service refused: no such key, no seat, or a key that was destroyed."""


class NoKeyService(Unverifiable):
    """No key service answers; sealed things cannot be opened or written."""

    def __init__(self, home: Home) -> None:
        super().__init__(
            "no_key: the key service is not running",
            where=str(home.root),
            mend="Start `evenhand serve`, or run the command that starts it for itself.",
        )


def socket_path(home: Home) -> Path:
    """Return where the socket of this home lies: in the home, or in a folder of ours where that path is too long."""
    named = os.environ.get("EVENHAND_KEY_SOCKET")
    path = Path(named) if named else home.root / "keys" / "socket"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(home.root)).hexdigest()[:24]
    return Path("/tmp") / f"evenhand-{os.getuid()}" / digest  # noqa: S108 checked by private_folder


def private_folder(folder: Path) -> None:
    """Make the folder (0700) if it is not there; UsageError if it is open to, or belongs to, somebody else."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise UsageError("the folder of the keys must belong to you alone", where=str(folder), mend="chmod 700 it.")


def ask(home: Home, question: dict[str, Any]) -> dict[str, Any]:
    """Return the key service's answer; raises NoKeyService, or KeyRefused with its words."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(_TIMEOUT_SECONDS)
            line.connect(str(socket_path(home)))
            send(line, question)
            answer = receive(line)
    except OSError as error:
        raise NoKeyService(home) from error
    if answer is None:
        raise NoKeyService(home)
    if "refused" in answer:
        raise KeyRefused(str(answer["refused"]), where="key service", mend=str(answer.get("mend", "")))
    return answer


def refusal(error: EvenhandError) -> dict[str, Any]:
    """Return the answer that says no."""
    return {"refused": error.what, "mend": error.mend}


def send(line: socket.socket, message: dict[str, Any]) -> None:
    """Send one message."""
    data = json.dumps(message).encode()
    line.sendall(_LENGTH.pack(len(data)) + data)


def receive(line: socket.socket) -> dict[str, Any] | None:
    """Return one message, or None if the other side ended or spoke nonsense."""
    head = _exactly(line, _LENGTH.size)
    if head is None or (size := _LENGTH.unpack(head)[0]) > MAX_FRAME:
        return None
    data = _exactly(line, size)
    try:
        message = json.loads(data) if data is not None else None
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def _exactly(line: socket.socket, size: int) -> bytes | None:
    gathered = bytearray()
    while len(gathered) < size:
        piece = line.recv(size - len(gathered))
        if not piece:
            return None
        gathered += piece
    return bytes(gathered)
