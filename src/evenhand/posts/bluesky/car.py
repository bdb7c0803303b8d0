"""CAR files: blocks that are named by the hash of their bytes, and the search tree in them.

Specification: IPLD CAR v1, and the AT Protocol's repository. Nothing is trusted: each block must hash to its name,
the keys of the tree must rise, and no block may be its own ancestor.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import cbor2
import numpy as np

from evenhand.errors import UsageError
from evenhand.posts.said import Said

_LARGEST_BLOCK: Final = 16 << 20
_DEEPEST: Final = 64
_CID_TAG: Final = 42
_SHA256: Final = b"\x12\x20"
_WHERE: Final = 39  # bits of an offset: half a terabyte; the rest is for lengths
_NO_CBOR: Final = (cbor2.CBORDecodeError, ValueError, TypeError, OverflowError, RecursionError, MemoryError, EOFError)


class Cid(bytes):
    """The name of a block: version, codec and hash, as bytes."""


class BadCar(Exception):
    """These bytes are no CAR that can be believed; the text says why."""


def is_car(start: bytes) -> bool:
    """Return whether a file begins with the header of a CAR."""
    return b"eroots" in start[:80] and b"gversion" in start[:200] and not start.startswith((b"{", b"["))


def decode(data: bytes) -> Any:
    """Return the value of a DAG-CBOR block; its links are `Cid`. Raises BadCar for anything else."""
    try:
        return _linked(cbor2.loads(data))
    except _NO_CBOR as error:
        raise BadCar("block_malformed") from error


def _linked(value: Any) -> Any:
    """Return a value with its links named; other tags, and what is not of the data model, are refused."""
    if isinstance(value, cbor2.CBORTag):
        if value.tag != _CID_TAG or not isinstance(value.value, bytes) or not value.value.startswith(b"\0"):
            raise ValueError("a tag that is no link")
        return Cid(value.value[1:])
    if isinstance(value, dict):
        if not all(isinstance(name, str) for name in value):
            raise ValueError("a key that is no text")
        return {name: _linked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_linked(inner) for inner in value]
    if value is None or isinstance(value, (str, bytes, int, float)):
        return value
    raise ValueError("a value outside the data model")


class Blocks:
    """The blocks of a CAR, every one checked against its name when the file is opened; 16 bytes of memory for each.

    The index holds of each block where it lies and how its hash begins; its whole name is read from the file.
    """

    def __init__(self, stream: BinaryIO, where: str) -> None:
        self._stream = stream
        self._where = where
        self._at = array("Q")  # where the block's name begins, and above _WHERE bits how long name and block are
        self._starts = array("Q")  # the first 64 bits of each hash
        try:
            self.roots = self._read_header()
            self._index()
        except BadCar as error:
            raise UsageError(
                Said("%(code)s: this repository is damaged or was changed", code=error), where=where, mend=_MEND
            ) from error
        starts = np.frombuffer(self._starts, dtype=np.uint64)
        self._order = np.argsort(starts, kind="stable").astype(np.uint32)
        self._sorted = starts[self._order]
        self._starts = array("Q")
        self._met = self._twins()

    def _read_header(self) -> list[Cid]:
        header = decode(self._take(self._varint(first=True)))
        roots = header.get("roots") if isinstance(header, dict) else None
        if not isinstance(roots, list) or not roots or not all(isinstance(root, Cid) for root in roots):
            raise BadCar("car_without_root")
        return roots

    def _varint(self, *, first: bool = False) -> int:
        """Return the length that comes next; 0 at the end of the file."""
        number = shift = 0
        while True:
            byte = self._stream.read(1)
            if not byte:
                if shift or first:
                    raise BadCar("car_cut_short")
                return 0
            number |= (byte[0] & 0x7F) << shift
            shift += 7
            if byte[0] < 0x80:
                break
        if not 0 < number <= _LARGEST_BLOCK:
            raise BadCar("block_too_large")
        return number

    def _take(self, length: int) -> bytes:
        data = self._stream.read(length)
        if len(data) < length:
            raise BadCar("car_cut_short")
        return data

    def _index(self) -> None:
        offset = self._stream.tell()
        while length := self._varint():
            start = self._stream.tell()
            name, block = _parted(self._take(length))
            if name[-32:] != hashlib.sha256(block).digest():
                raise BadCar(f"block_changed at byte {offset}")
            self._at.append(start | length << _WHERE)
            self._starts.append(_start_of(name))
            offset = start + length

    def _twins(self) -> bytearray:
        """Return a mark for each block that lies in the file a second time: it is met already."""
        met = bytearray(len(self._at))
        for later in np.flatnonzero(self._sorted[1:] == self._sorted[:-1]):
            place = int(self._order[later + 1])
            met[place] = self._place_of(self._read(place)[0]) != place
        return met

    def _read(self, place: int) -> tuple[Cid, bytes]:
        at = self._at[place]
        self._stream.seek(at & ((1 << _WHERE) - 1))
        return _parted(self._take(at >> _WHERE))

    def _place_of(self, name: bytes) -> int | None:
        """Return which block of the file has this name, the first if it is there twice; None if it is not there."""
        start = np.uint64(_start_of(name))
        for found in range(int(np.searchsorted(self._sorted, start)), len(self._sorted)):
            if self._sorted[found] != start:
                break
            place = int(self._order[found])
            if self._read(place)[0] == name:
                return place
        return None

    def left(self) -> Iterator[Cid]:
        """Yield the names of the blocks that nobody has met, in file order."""
        for place in range(len(self._at)):
            if not self._met[place]:
                yield self._read(place)[0]

    def meet(self, name: bytes) -> None:
        """Mark a block as reached from the root, if the file holds it."""
        place = self._place_of(name)
        if place is not None:
            self._met[place] = 1

    def bytes_of(self, name: bytes) -> bytes:
        """Return the bytes of a block; raises BadCar if the file lacks it."""
        place = self._place_of(name)
        if place is None:
            raise BadCar("block_missing")
        return self._read(place)[1]

    def value_of(self, name: bytes) -> Any:
        """Return the value of a block."""
        return decode(self.bytes_of(name))


_MEND: Final = "Nothing was imported. Download the repository again."


def _parted(data: bytes) -> tuple[Cid, bytes]:
    """Return (name, bytes) of a block as it lies in the file."""
    size = _length_of_cid(data)
    return Cid(data[:size]), data[size:]


def _start_of(name: bytes) -> int:
    """Return how the hash in a block's name begins, as a number."""
    return int.from_bytes(name[-32:][:8])


def _length_of_cid(data: bytes) -> int:
    if data.startswith(_SHA256):
        return 34
    # Version 1, a codec of one byte, SHA-256 of 32 bytes: all that repositories use.
    if data[:1] == b"\x01" and data[2:4] == _SHA256:
        return 36
    raise BadCar("block_name_unknown")


def walk(blocks: Blocks, root: Cid) -> Iterator[tuple[str | None, Cid]]:
    """Yield (key, name of the record) of every entry of a search tree, in rising order; (None, name) of its nodes."""
    last = b""
    for key, name in _node(blocks, root, ()):
        if key is not None:
            if key <= last:
                raise BadCar("tree_out_of_order")
            last = key
        yield (None if key is None else key.decode("utf-8", "replace")), name


def _node(blocks: Blocks, name: Cid, path: tuple[bytes, ...]) -> Iterator[tuple[bytes | None, Cid]]:
    if name in path:
        raise BadCar("tree_in_a_circle")
    if len(path) >= _DEEPEST:
        raise BadCar("tree_too_deep")
    node = blocks.value_of(name)
    entries = node.get("e") if isinstance(node, dict) else None
    if not isinstance(entries, list):
        raise BadCar("tree_malformed")
    yield None, name
    inner = (*path, name)
    if isinstance(node.get("l"), Cid):
        yield from _node(blocks, node["l"], inner)
    before = b""
    for entry in entries:
        key, record, tree = _entry(entry, before)
        yield key, record
        before = key
        if tree is not None:
            yield from _node(blocks, tree, inner)


def _entry(entry: Any, before: bytes) -> tuple[bytes, Cid, Cid | None]:
    if not isinstance(entry, dict):
        raise BadCar("tree_malformed")
    shared, rest, record, tree = (entry.get(name) for name in ("p", "k", "v", "t"))
    if type(shared) is not int or not 0 <= shared <= len(before) or not isinstance(rest, bytes):
        raise BadCar("tree_malformed")
    if not isinstance(record, Cid) or not (tree is None or isinstance(tree, Cid)):
        raise BadCar("tree_malformed")
    return before[:shared] + rest, record, tree
