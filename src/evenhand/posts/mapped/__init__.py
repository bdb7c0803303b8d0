"""Formats that need no code: a TOML file says how one is recognised and which path is which field."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from evenhand.posts.mapped.reader import Mapped
from evenhand.posts.mapped.shape import read_shape

_FOLDER: Final = Path(__file__).parent


@cache
def mapped_readers() -> tuple[Mapped, ...]:
    """Return a reader for each mapping that comes with us, in the order of their file names."""
    return tuple(Mapped(read_shape(path)) for path in sorted(_FOLDER.glob("*.toml")))
