"""What every target of the fuzzing is: sound bytes to begin with, and a check that nothing from outside may break.

A check takes bytes and returns whether they were taken. It fails by any exception: a reader may refuse with the errors
it declares and no other, what it takes it writes again byte for byte, and two readers of one format say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from evenhand.errors import UsageError
from evenhand.ledger.errors import Contradiction, Missing

DECLARED = (Contradiction, Missing, UsageError)


@dataclass(frozen=True)
class Target:
    """One reader of bytes from outside. `sound`: examples that it takes; `pieces`: what its damage is made of."""

    name: str
    sound: Callable[[], Sequence[bytes]]
    check: Callable[[bytes], bool]
    pieces: tuple[bytes, ...] = ()
    slow: bool = False
    """Takes milliseconds: fewer examples by day."""


@cache
def examples(target: Target) -> tuple[bytes, ...]:
    """Return a target's sound examples, made once: keys among them are fresh each time."""
    return tuple(target.sound())


def takes(read: Callable[[bytes], Any], data: bytes, refusals: tuple[type[Exception], ...] = DECLARED) -> Any:
    """Return (what was read,), or None where the reader refused as it declares."""
    try:
        return (read(data),)
    except refusals as refusal:
        assert str(refusal)
        return None


def rewrites(read: Callable[[bytes], Any], write: Callable[[Any], bytes]) -> Callable[[bytes], bool]:
    """Return the check that what a reader takes is written again byte for byte."""

    def check(data: bytes) -> bool:
        found = takes(read, data)
        if found is not None:
            assert write(found[0]) == data
        return found is not None

    return check


def text(read: Callable[[str], Any]) -> Callable[[bytes], Any]:
    """Return a reader of bytes that hands them on as text, with what is not UTF-8 in it."""
    return lambda data: read(data.decode("utf-8", "surrogateescape"))


@cache
def alone() -> Any:
    """Return the stand-alone verifier, which travels in every bundle, as a module."""
    from importlib import import_module

    return import_module("evenhand.bundle.verify")


def agree(ours: Callable[[bytes], Any], theirs: Callable[[bytes], Any]) -> Callable[[bytes], bool]:
    """Return the check that the package and the stand-alone verifier take the same bytes and read the same in them."""

    def check(data: bytes) -> bool:
        one, other = takes(ours, data), takes(theirs, data, _alone_refuses())
        assert one == other
        return one is not None

    return check


@cache
def _alone_refuses() -> tuple[type[Exception], ...]:
    """Return what its report turns into a finding, whatever rule it was that did not hold."""
    return (alone().Wrong, alone().Lacking, ValueError, TypeError, KeyError, RecursionError)
