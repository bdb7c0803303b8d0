"""TOML from outside, hostile until read: bounded in size, UTF-8, refused in words. Codes and procedures are read by it.

What it says is for the reader of each kind to judge.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from evenhand.errors import UsageError

MAX_BYTES: Final = 1 << 20


def values_of(source: Path | str) -> Mapping[str, Any]:
    """Return the values of a TOML file (a Path) or of TOML text (a str). Raises UsageError if it cannot be read."""
    if isinstance(source, str):
        return _parse("the text", _bounded("the text", source.encode("utf-8", "surrogatepass")))
    return _parse(str(source), text_of(source))


def text_of(path: Path) -> str:
    """Return the text of a file. Raises UsageError if it cannot be read, is larger than 1 MiB or no UTF-8."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot be read: {reason}.", where=str(path), mend="Name a TOML file you may read.") from None
    except ValueError:
        raise UsageError("is not a file name.", where=repr(str(path)), mend="Name a TOML file.") from None
    return _bounded(str(path), raw)


def _bounded(name: str, raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise UsageError("is larger than 1 MiB.", where=name, mend="A code or a procedure is a short text file.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"is not UTF-8 text (byte {error.start}).", where=name, mend="Save it as UTF-8 and try again."
        ) from None


def _parse(name: str, text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        reason = str(error).rstrip(".")
        raise UsageError(f"is not TOML: {reason}.", where=name, mend="Correct that place and try again.") from None
    except RecursionError:
        raise UsageError("is not TOML we read: nested too deeply.", where=name, mend="Flatten it.") from None
