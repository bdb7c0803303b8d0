"""Words in a picture, read by a machine (tesseract, where it is installed): a help to find things, never the text.

Kept apart from every text of a person, marked as machine-read, with how sure the machine says it is.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from typing import Final

from evenhand.errors import UsageError

PROGRAM: Final = "tesseract"
LABEL: Final = "unverified transcript, machine-read"
_MOST_WORDS: Final = 20_000
_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a machine read: the text, how sure it is (0 to 100, None for nothing read), and which program read it."""

    text: str
    sure: int | None
    tool: str


def can_read() -> bool:
    """Return whether the program that reads is installed."""
    return shutil.which(PROGRAM) is not None


def transcript(png: bytes, *, languages: str = "deu+eng") -> Transcript:
    """Return the words in a PNG. It gets the picture by a pipe and writes nothing to the disk.

    Raises UsageError where the program is not installed, takes over two minutes, or fails.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise UsageError("no program that reads pictures is installed", mend="Install tesseract-ocr, or type it off.")
    version = _run([program, "--version"], b"").splitlines()[0][:60]
    table = _run([program, "stdin", "stdout", "-l", languages, "tsv"], png)
    return told(table, version)


def told(table: str, version: str) -> Transcript:
    """Return the text and the mean certainty of the program's own table."""
    lines: dict[tuple[str, ...], list[str]] = {}
    sure: list[float] = []
    for row in table.splitlines()[1:][:_MOST_WORDS]:
        cells = row.split("\t")
        if len(cells) < 12 or not cells[11].strip():
            continue
        try:
            certainty = float(cells[10])
        except ValueError:
            continue
        if certainty < 0:
            continue
        lines.setdefault(tuple(cells[1:5]), []).append(cells[11].strip())
        sure.append(certainty)
    text = "\n".join(" ".join(words) for words in lines.values())
    return Transcript(text, round(sum(sure) / len(sure)) if sure else None, version)


def _run(command: list[str], data: bytes) -> str:
    environment = {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(  # noqa: S603 our own fixed words; the picture comes by a pipe
            command, input=data, capture_output=True, timeout=_SECONDS, check=True, env=environment
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise UsageError("the picture could not be read by machine", mend="Type off what matters.") from error
    return done.stdout.decode("utf-8", "replace")
