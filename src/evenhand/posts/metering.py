"""What comes out of something packed, counted as it comes: the one place where a bomb is stopped.

Bytes produced are compared with the packed bytes read for them so far, never with a size that is declared.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from evenhand.errors import UsageError
from evenhand.posts.limits import Limits
from evenhand.posts.said import Said


class Tally:
    """A stream that counts what is read from it; enough of a file for the unpackers of the standard library."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.consumed = 0

    def read(self, size: int = -1, /) -> bytes:
        """Read and count."""
        data = self._stream.read(size)
        self.consumed += len(data)
        return data

    def seek(self, place: int, whence: int = 0, /) -> int:
        """Go to a place."""
        return self._stream.seek(place, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._stream.tell()

    def seekable(self) -> bool:
        """Return whether the stream can go back."""
        return self._stream.seekable()


class Meter:
    """The budgets of one packed file: its members one by one, and all together."""

    def __init__(self, limits: Limits, where: str) -> None:
        self.limits = limits
        self._where = where
        self._produced: dict[str, int] = {}
        self._total = 0

    def spend(self, member: str, produced: int, consumed: int) -> None:
        """Take note that `produced` bytes of a member are out for `consumed` packed ones; UsageError over a budget.

        A member that is read a second time counts once.
        """
        limits = self.limits
        before = self._produced.get(member, 0)
        if produced > before:
            self._produced[member] = produced
            self._total += produced - before
        ratio = produced > limits.ratio_after and produced > limits.ratio * max(consumed, 1)
        if ratio or produced > limits.member_bytes or self._total > limits.archive_bytes:
            raise UsageError(
                Said("archive_bomb: %(place)s unpacks to too much", place=member),
                where=self._where,
                mend="Nothing was kept.",
            )

    def counted(
        self, member: str, stream: IO[bytes], consumed: Callable[[], int], damage: Damage | None = None
    ) -> io.BufferedReader:
        """Return the unpacked stream of a member; each byte it gives out is counted first.

        `consumed` says how many packed bytes were used up so far. `damage`: which errors of the unpacker mean that the
        file is damaged, and the refusal that says so.
        """
        return io.BufferedReader(_Counted(self, member, stream, consumed, damage), buffer_size=1 << 16)


@dataclass(frozen=True, slots=True)
class Damage:
    """What an unpacker raises for a damaged file, and what is said instead."""

    errors: tuple[type[Exception], ...]
    refusal: UsageError


class _Counted(io.RawIOBase):
    def __init__(
        self, meter: Meter, member: str, stream: IO[bytes], consumed: Callable[[], int], damage: Damage | None
    ) -> None:
        self._meter = meter
        self._member = member
        # One step at a time where the stream can: what came before a damaged place is given out, not lost with it.
        self._take: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self._consumed = consumed
        self._damage = damage
        self._start = consumed()
        self._produced = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read(len(buffer))
        self._produced += len(data)
        self._meter.spend(self._member, self._produced, self._consumed() - self._start)
        buffer[: len(data)] = data
        return len(data)

    def _read(self, size: int) -> bytes:
        if self._damage is None:
            return self._take(size)
        try:
            return self._take(size)
        except self._damage.errors as error:
            raise self._damage.refusal from error
