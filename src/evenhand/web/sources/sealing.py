"""Sealed copies of source files: the raw bytes as received, encrypted under a key of their own."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from evenhand.context import Context
from evenhand.corpus import Corpus
from evenhand.corpus.store import discard, sync_folder
from evenhand.errors import UsageError
from evenhand.posts import Source
from evenhand.vault.chunks import SALT, Readable, SealedReader, open_chunks, plain_size, seal_chunks
from evenhand.vault.straight import StraightFile
from evenhand.web.home import Home
from evenhand.web.record.ids import SYSTEM, ActorId, KeyId
from evenhand.web.record.keys import create_key, destroy_key, unwrap
from evenhand.web.sources.queries import copy_name, corpus_here


@dataclass(frozen=True, slots=True)
class SealedCopy:
    """A sealed source file on disk: its id, its data key, and the file's own key wrapped under that."""

    id: str
    key: KeyId
    wrapped: bytes
    path: Path
    sha256: str = ""

    def undo(self) -> None:
        """Destroy the key and the file: the import did not happen."""
        discard(self.path)
        destroy_key(self.key)

    @contextmanager
    def or_undone(self) -> Iterator[None]:
        """Undo the copy unless the block ends well: whatever cuts it short, Ctrl-C included, no orphan key stays."""
        try:
            yield
        except BaseException:
            self.undo()
            raise


def path_of(home: Home, source_id: str) -> Path:
    """Return where the sealed copy of a source lies."""
    return home.corpus / copy_name(source_id)


def seal_copy(home: Home, source: Source, *, ctx: Context) -> SealedCopy:
    """Seal a copy of a source and return it. Key first, then the file, each durable. Needs `writing`.

    No plaintext touches the disk. Raises UsageError if the bytes are not those of its digest any more.
    """
    with source.open() as plain:
        copy = seal_stream(home, plain, ctx=ctx)
    with copy.or_undone():
        _check_same(copy.sha256, source)
    return copy


def check_unchanged(source: Source) -> None:
    """Raise UsageError if the bytes of a file are not those of its digest any more."""
    digest = hashlib.sha256()
    with source.open() as plain:
        while chunk := plain.read(1 << 20):
            digest.update(chunk)
    _check_same(digest.hexdigest(), source)


def _check_same(sha256: str, source: Source) -> None:
    if sha256 != source.sha256:
        raise UsageError("the file changed while it was read", where=str(source.path), mend="Try again.")


def seal_stream(home: Home, plain: Readable, *, ctx: Context) -> SealedCopy:
    """Seal what a stream gives and return it, with its digest. Key first, then the file, each durable. Needs `writing`.

    Whatever the stream raises leaves neither.
    """
    source_id = ctx.new_id()
    key = create_key(ctx=ctx, scope=source_id, kind="subject")
    copy = SealedCopy(source_id, key, b"", path_of(home, source_id))
    with copy.or_undone():
        file_key = ctx.random(32)
        wrapped = _wrap(file_key, key, source_id, ctx)
        digest = _write(corpus_here(home), copy.path, plain, file_key, ctx=ctx)
    return replace(copy, wrapped=wrapped, sha256=digest)


def _bound(source_id: str) -> bytes:
    # The source is both blob and scope: it has a data key of its own.
    return b"evenhand/wrap/v1\n" + bytes.fromhex(source_id) * 2


def _wrap(file_key: bytes, key: KeyId, source_id: str, ctx: Context) -> bytes:
    nonce = ctx.random(12)
    data_key = unwrap(key, actor=SYSTEM, purpose="seal a source file")
    return nonce + AESGCM(data_key).encrypt(nonce, file_key, _bound(source_id))


def _write(corpus: Corpus, target: Path, plain: Readable, file_key: bytes, *, ctx: Context) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    half = corpus.work / f"{target.stem}.half"
    digest = hashlib.sha256()
    try:
        with StraightFile(half, 0o440) as sealed:
            context = bytes.fromhex(target.stem)
            for chunk in seal_chunks(_Hashed(plain, digest), key=file_key, context=context, salt=ctx.random(SALT)):
                sealed.write(chunk)
            sealed.sync()
        corpus.announce(copy_name(target.stem))
        half.rename(target)
        sync_folder(target.parent)
    finally:
        discard(half)
    return digest.hexdigest()


class _Hashed:
    """A stream that hashes what is read from it."""

    def __init__(self, stream: Readable, digest: hashlib._Hash) -> None:
        self._stream = stream
        self._digest = digest

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._digest.update(data)
        return data


@dataclass(frozen=True, slots=True)
class SealedSource(Source):
    """A sealed file as a source that readers take: opened chunk by chunk, from any place; no plaintext on a disk."""

    sealed: Path = Path()
    file_key: bytes = field(default=b"", repr=False)

    def open(self) -> BinaryIO:
        """Return a new stream over the bytes as they were before sealing, at the start."""
        context = bytes.fromhex(self.sealed.stem)
        return io.BufferedReader(SealedReader(self.sealed.open("rb"), key=self.file_key, context=context))

    def fraction(self) -> float:
        """Return 0: nobody watches."""
        return 0.0


def sealed_source(home: Home, held_as: str, *, name: str, sha256: str, key: KeyId, wrapped: bytes) -> SealedSource:
    """Return a sealed file as a source, for the system to read again; the key service logs it.

    `sha256`: the digest of the file as it came, by which its records are known. Raises KeyRefused, DoesNotHold.
    """
    path = path_of(home, held_as)
    data_key = unwrap(key, actor=SYSTEM, purpose="read a source file again")
    file_key = AESGCM(data_key).decrypt(wrapped[:12], wrapped[12:], _bound(held_as))
    return SealedSource(Path(name), sha256, plain_size(path.stat().st_size), sealed=path, file_key=file_key)


def open_copy(
    home: Home, source_id: str, *, key: KeyId, wrapped: bytes, actor: ActorId, purpose: str
) -> Iterator[bytes]:
    """Yield the bytes of a source file as received; the key service logs who opened it and why.

    Raises KeyRefused without a seat, DoesNotHold if the sealed file was changed.
    """
    data_key = unwrap(key, actor=actor, purpose=purpose)
    file_key = AESGCM(data_key).decrypt(wrapped[:12], wrapped[12:], _bound(source_id))
    with path_of(home, source_id).open("rb") as sealed:
        yield from open_chunks(sealed, key=file_key, context=bytes.fromhex(source_id))
