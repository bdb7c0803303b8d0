"""The blob store: whole or absent, never written twice, names that tell nothing, any damage is noticed."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from evenhand.vault.blobs import BlobStore, Gone, Written, blob_name, check_digest
from evenhand.vault.chunks import CHUNK, Damaged

KEY, SCOPE, SALT = bytes(range(32)), bytes(16), bytes(24)
BLOB = b"\x01" * 16
MARK = b"a marker that must never lie on a disk"


def names(scope: bytes = SCOPE) -> Callable[[bytes], str]:
    return lambda digest: blob_name(KEY, scope, digest)


def write(store: BlobStore, data: bytes, *, blob: bytes = BLOB, scope: bytes = SCOPE) -> Written:
    return store.write(io.BytesIO(data), key=KEY, context=blob, salt=SALT, name=names(scope))


def test_what_was_written_is_read_and_nothing_of_it_lies_in_the_clear(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "vault")
    made = write(store, MARK * 1000)
    assert made == Written(made.name, hashlib.sha256(MARK * 1000).digest(), len(MARK) * 1000, new=True)
    with store.open(made.name, key=KEY, context=BLOB) as reader:
        check_digest(reader, made.sha256)
        assert reader.readall() == MARK * 1000
    path = store.path(made.name)
    assert path.relative_to(store.folder) == Path(made.name[:2], made.name[2:4], made.name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o440
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files == [path] and MARK not in path.read_bytes()
    assert made.sha256.hex() not in str(path)


def test_the_same_bytes_in_one_scope_are_one_blob_and_it_is_never_rewritten(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    first = write(store, b"once")
    before = store.path(first.name).read_bytes()
    again = write(store, b"once", blob=b"\x02" * 16)
    assert again.name == first.name and not again.new
    assert store.path(first.name).read_bytes() == before
    assert write(store, b"once", blob=b"\x03" * 16, scope=b"\x09" * 16).name != first.name
    assert len(list(store.names())) == 2


@pytest.mark.parametrize("place", [0, 30, 56, 56 + CHUNK + 3, -1])
def test_one_bit_anywhere_is_noticed(tmp_path: Path, place: int) -> None:
    store = BlobStore(tmp_path)
    made = write(store, b"x" * (CHUNK + 100))
    path = store.path(made.name)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.chmod(0o640)
    path.write_bytes(bytes(data))
    with pytest.raises(Damaged):
        store.open(made.name, key=KEY, context=BLOB).readall()


def test_swapped_cut_and_missing_blobs_are_noticed(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    one, other = write(store, b"one"), write(store, b"other", blob=b"\x02" * 16)
    one_path, other_path = store.path(one.name), store.path(other.name)
    kept = one_path.read_bytes()
    for path in (one_path, other_path):
        path.chmod(0o640)
    one_path.write_bytes(other_path.read_bytes())
    with pytest.raises(Damaged):
        store.open(one.name, key=KEY, context=BLOB)
    one_path.write_bytes(kept[:-1])
    with pytest.raises(Damaged):
        store.open(one.name, key=KEY, context=BLOB)
    assert store.delete(one.name) and not store.delete(one.name)
    with pytest.raises(Gone):
        store.open(one.name, key=KEY, context=BLOB)
    with pytest.raises(ValueError, match="not the name"):
        store.path("../../etc/passwd")


class _Fails(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > CHUNK:
            raise OSError(28, "No space left on device")
        return super().read(size)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    with pytest.raises(OSError, match="No space"):
        store.write(_Fails(b"x" * 4 * CHUNK), key=KEY, context=BLOB, salt=SALT, name=names())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_halves_of_a_crash_are_swept(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    write(store, b"whole")
    half = tmp_path / "work" / "left.half"
    half.write_bytes(b"half")
    os.utime(half, (1_000, 1_000))
    assert store.sweep_halves(2_000) == 1
    assert store.sweep_halves(2_000) == 0
    assert len(list(store.names())) == 1


_LARGE = """
import resource, sys
sys.path.insert(0, "src")
from pathlib import Path
from evenhand.vault.blobs import BlobStore, blob_name, digest_of
class Zeros:
    left = int(sys.argv[2])
    def read(self, size):
        size = min(size, self.left); self.left -= size
        return bytes(size)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
store = BlobStore(Path(sys.argv[1]))
keys = {"key": bytes(32), "context": bytes(16)}
made = store.write(Zeros(), **keys, salt=bytes(24), name=lambda digest: blob_name(bytes(32), b"", digest))
assert digest_of(store.open(made.name, **keys)) == made.sha256
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    size = (1 << 30) if os.environ.get("EVENHAND_NIGHTLY") else (48 << 20)
    said = subprocess.run(
        [sys.executable, "-c", _LARGE, str(tmp_path), str(size)], capture_output=True, text=True, check=True
    )
    assert int(said.stdout) < 24 * 1024, f"{said.stdout} KiB more"  # KiB on Linux; the file is at least 48 MiB
