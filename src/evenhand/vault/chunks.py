"""Files sealed in chunks: C2SP chunked-encryption with SHA-512 and AES-256-GCM.

File = salt (24) || commitment (32) || chunks of 16 KiB plaintext, each with a 16-byte tag; the last one is
shorter, possibly empty. key (32) || base nonce (12) || commitment (32) = HKDF-Expand-SHA512(input key,
"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\\0" || salt || context). Chunk i has the nonce base XOR i.
Specification: c2sp.org/chunked-encryption; EVIDENCE §2.7. Memory: 1 MiB and two chunks, whatever the size.

Byte p of the plaintext is in chunk p // 16384, which begins at 56 + (p // 16384) * 16400: `SealedReader` reads any.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator
from typing import BinaryIO, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from evenhand.errors import DoesNotHold
from evenhand.files import PlacedStream

CHUNK: Final = 16 * 1024
TAG: Final = 16
SALT: Final = 24
HEAD: Final = SALT + 32
_AT_ONCE: Final = 64 * CHUNK  # what is read at a time: fewer, longer calls
_LABEL: Final = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"


class Damaged(DoesNotHold):
    """A sealed file was changed, cut, or sealed under another key or for another place."""

    def __init__(self) -> None:
        super().__init__("the sealed file was changed, cut short, or belongs to another key")


class Readable(Protocol):
    """What can be sealed or opened: anything that gives bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""


class _Keys:
    """What one file's salt and context make of the input key."""

    def __init__(self, key: bytes, salt: bytes, context: bytes) -> None:
        made = HKDFExpand(SHA512(), 32 + 12 + 32, _LABEL + salt + context).derive(key)
        self._aead = AESGCM(made[:32])
        self._base = int.from_bytes(made[32:44], "big")
        self.commitment = made[44:]

    def nonce(self, index: int) -> bytes:
        return (self._base ^ index).to_bytes(12, "big")

    def seal(self, index: int, chunk: bytes | memoryview) -> bytes:
        return self._aead.encrypt(self.nonce(index), chunk, None)

    def open(self, index: int, sealed: bytes) -> bytes:
        try:
            return self._aead.decrypt(self.nonce(index), sealed, None)
        except InvalidTag as error:
            raise Damaged from error


def seal_chunks(plain: Readable, *, key: bytes, context: bytes, salt: bytes) -> Iterator[bytes]:
    """Yield the bytes of the sealed file of a stream. `salt`: 24 fresh random bytes; `key`: 32 bytes."""
    keys = _Keys(key, salt, context)
    yield salt + keys.commitment
    index = 0
    while True:
        some = memoryview(_read_exactly(plain, _AT_ONCE))
        full = len(some) // CHUNK * CHUNK
        for start in range(0, full, CHUNK):
            yield keys.seal(index, some[start : start + CHUNK])
            index += 1
        if len(some) < _AT_ONCE:
            # The last chunk is never full: a file that ends on a full one was cut.
            yield keys.seal(index, some[full:])
            return


def open_chunks(sealed: Readable, *, key: bytes, context: bytes) -> Iterator[bytes]:
    """Yield the plaintext of a sealed file, chunk by chunk, each checked before it is given out.

    Raises Damaged for a wrong key or context before any byte, and for a changed or cut file at its place.
    """
    head = _read_exactly(sealed, HEAD)
    if len(head) < HEAD:
        raise Damaged
    keys = _Keys(key, head[:SALT], context)
    if not hmac.compare_digest(keys.commitment, head[SALT:]):
        raise Damaged
    index = 0
    while True:
        chunk = _read_exactly(sealed, CHUNK + TAG)
        plain = keys.open(index, chunk)
        if plain:
            yield plain
        if len(chunk) < CHUNK + TAG:
            break
        index += 1


def plain_size(sealed_size: int) -> int:
    """Return the number of plaintext bytes in a sealed file of that size; Damaged if no sealed file has it."""
    full, rest = divmod(sealed_size - HEAD, CHUNK + TAG)
    if full < 0 or rest < TAG:
        raise Damaged
    return full * CHUNK + rest - TAG


class SealedReader(PlacedStream):
    """The plaintext of a sealed file as a stream that can be read from any place. Each chunk is checked before use.

    The last chunk is opened first, so a file that was cut is noticed before any byte. Raises Damaged. Memory: one
    chunk. Closing it closes the file.
    """

    def __init__(self, sealed: BinaryIO, *, key: bytes, context: bytes) -> None:
        super().__init__(plain_size(sealed.seek(0, os.SEEK_END)))
        self._sealed = sealed
        sealed.seek(0)
        head = _read_exactly(sealed, HEAD)
        self._keys = _Keys(key, head[:SALT], context)
        if not hmac.compare_digest(self._keys.commitment, head[SALT:]):
            raise Damaged
        self._held: tuple[int, bytes] = (-1, b"")
        self._chunk(self.size // CHUNK)

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override] # what io.BufferedReader hands over
        """Fill the buffer from the chunk at the current place and return how many bytes that were."""
        if self.place >= self.size:
            return 0
        index, offset = divmod(self.place, CHUNK)
        found = self._chunk(index)[offset : offset + len(buffer)]
        buffer[: len(found)] = found
        self.place += len(found)
        return len(found)

    def close(self) -> None:
        """Close the sealed file too."""
        if not self.closed:
            self._sealed.close()
        super().close()

    def _chunk(self, index: int) -> bytes:
        if self._held[0] != index:
            self._sealed.seek(HEAD + index * (CHUNK + TAG))
            self._held = (index, self._keys.open(index, _read_exactly(self._sealed, CHUNK + TAG)))
        return self._held[1]


def _read_exactly(stream: Readable, size: int) -> bytes:
    data = stream.read(size)
    while data and len(data) < size:
        more = stream.read(size - len(data))
        if not more:
            break
        data += more
    return data
