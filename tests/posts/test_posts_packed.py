"""Single packed files and tars: counted as they come, bounded in memory, refused in words."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.posts import IMPORT, UPLOAD
from evenhand.posts.limits import MIB
from evenhand.posts.packed import open_packed, packing_of
from evenhand.posts.tars import TAR_DAMAGED, Tar, is_tar

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


def unpacked(data: bytes, limits=UPLOAD) -> bytes:
    with open_packed(io.BytesIO(data), limits, "file") as stream:
        return stream.read()


@pytest.mark.parametrize("name", PACKERS)
def test_each_packing_is_read_and_parts_behind_one_another_too(name: str) -> None:
    one, two = PACKERS[name](b"first\n" * 50_000), PACKERS[name](b"second\n")
    assert packing_of(one[:6]) == name
    assert unpacked(one) == b"first\n" * 50_000
    assert unpacked(one + two) == b"first\n" * 50_000 + b"second\n"


def bomb(name: str, megabytes: int) -> bytes:
    """Return zeros, packed piece by piece."""
    out, piece = io.BytesIO(), bytes(1_000_000)
    opener = {
        "gz": lambda: gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6),
        "bz2": lambda: bz2.BZ2File(out, "wb", compresslevel=9),
        "xz": lambda: lzma.LZMAFile(out, "wb", preset=0),  # noqa: SIM115
        "zst": lambda: zstandard.ZstdCompressor().stream_writer(out, closefd=False),
    }[name]
    with opener() as file:
        for _ in range(megabytes):
            file.write(piece)
    return out.getvalue()


@pytest.mark.parametrize("name", PACKERS)
def test_a_bomb_stops_early_and_in_little_memory(name: str) -> None:
    data = bomb(name, 40)
    came = 0
    tracemalloc.start()
    with open_packed(io.BytesIO(data), UPLOAD, "file") as stream, pytest.raises(UsageError, match="archive_bomb"):
        while piece := stream.read(1 << 16):
            came += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert came <= 10 * MIB
    assert peak < 30 * MIB


@pytest.mark.parametrize("name", PACKERS)
def test_cut_short_or_changed_is_said(name: str) -> None:
    sealed = zstandard.ZstdCompressor(write_checksum=True).compress
    data = (sealed if name == "zst" else PACKERS[name])(bytes(range(256)) * 500)
    if name != "zst":  # it need not say where it ends
        with pytest.raises(UsageError, match="damaged or cut short"):
            unpacked(data[:-5])
    changed = bytearray(data)
    changed[len(data) // 2] ^= 0xFF
    with pytest.raises(UsageError, match="damaged or cut short"):
        unpacked(bytes(changed))


def test_a_dictionary_of_gigabytes_is_not_made() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 24}]
    data = lzma.compress(b"x" * 1000, filters=filters)
    with pytest.raises(UsageError, match="damaged or cut short"):
        unpacked(data, replace(UPLOAD, window_bytes=MIB))
    wide = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters(window_log=24, enable_ldm=1))
    long = wide.stream_writer(held := io.BytesIO(), closefd=False)
    with long:
        long.write(b"x" * 1000)
    assert unpacked(held.getvalue()) == b"x" * 1000
    with pytest.raises(UsageError, match="damaged or cut short"):
        unpacked(held.getvalue(), replace(UPLOAD, window_bytes=MIB))


def test_what_is_not_packed_is_said() -> None:
    with pytest.raises(UsageError, match="not packed"):
        unpacked(b"plain words")


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(sorted(PACKERS)), place=st.integers(0, 5_000), bits=st.integers(1, 255))
def test_a_changed_byte_is_refused_or_harmless(name: str, place: int, bits: int) -> None:
    plain = bytes(range(256)) * 8
    data = bytearray(PACKERS[name](plain))
    data[place % len(data)] ^= bits
    try:
        unpacked(bytes(data))
    except UsageError:
        return


def tar(*members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as file:
        for info, content in members:
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return out.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


GOOD = (member("outbox.json"), b"{}")


def contents(archive: Tar) -> dict[str, bytes]:
    out = {}
    for path, found in archive.members.items():
        with archive.open(found) as stream:
            out[path] = stream.read()
    return out


@pytest.mark.parametrize("packed", [False, True])
def test_a_tar_is_read_member_by_member(packed: bool) -> None:
    data = tar(GOOD, (member("media/", tarfile.DIRTYPE), b""), (member("likes.json"), b"[]"))
    data = gzip.compress(data) if packed else data
    assert is_tar(data[:1024])
    archive = Tar(io.BytesIO(data), UPLOAD, "x")
    assert contents(archive) == contents(archive) == {"outbox.json": b"{}", "likes.json": b"[]"}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        *(
            (member(name), "archive_unsafe_member")
            for name in ("../x", "/etc/x", "C:/x", "a\\b", "a\nb", "x" * 300, "x/../../y")
        ),
        (member("link", tarfile.SYMTYPE, "/etc/passwd"), "archive_unsafe_member"),
        (member("hard", tarfile.LNKTYPE, "outbox.json"), "archive_unsafe_member"),
        (member("device", tarfile.BLKTYPE), "archive_unsafe_member"),
        (member("pipe", tarfile.FIFOTYPE), "archive_unsafe_member"),
        (member("OUTBOX.json"), "archive_same_name"),
    ],
    ids=lambda value: value.name[:12] if isinstance(value, tarfile.TarInfo) else "",
)
def test_an_unsafe_member_is_passed_over_or_refuses_the_file(bad: tarfile.TarInfo, reason: str) -> None:
    data = tar(GOOD, (bad, b""))
    archive = Tar(io.BytesIO(data), replace(IMPORT, path_part_bytes=255), "x")
    assert list(archive.members) == ["outbox.json"]
    assert [found for _name, found in archive.unsafe] == [reason]
    with pytest.raises(UsageError, match=reason):
        Tar(io.BytesIO(data), UPLOAD, "x")


def test_a_sparse_member_of_ten_gigabytes_is_not_filled_with_zeros() -> None:
    data = bytearray(tar(GOOD, (member("holes", tarfile.GNUTYPE_SPARSE), b"x"), form=tarfile.GNU_FORMAT))
    head = data.index(b"holes")
    data[head + 386 : head + 410] = b"00000000000\0" + b"00000000001\0"
    data[head + 483 : head + 495] = b"112402762000"  # 10 GB, in octal
    data[head + 148 : head + 156] = b" " * 8
    data[head + 148 : head + 156] = b"%06o\0 " % sum(data[head : head + 512])
    archive = Tar(io.BytesIO(bytes(data)), IMPORT, "x")
    assert archive.unsafe == [("holes", "archive_unsafe_member")]
    assert contents(archive) == {"outbox.json": b"{}"}


def test_too_many_members_and_too_much() -> None:
    data = tar(*((member(f"m{number}"), b"12345") for number in range(20)))
    with pytest.raises(UsageError, match="over 10 members"):
        Tar(io.BytesIO(data), replace(UPLOAD, members=10), "x")
    with pytest.raises(UsageError, match="too large"):
        Tar(io.BytesIO(data), replace(UPLOAD, member_bytes=4), "x")
    with pytest.raises(UsageError, match="unpacks to too much"):
        Tar(io.BytesIO(data), replace(UPLOAD, archive_bytes=5_000), "x")


def test_a_packed_tar_that_is_a_bomb_stops_early() -> None:
    data = gzip.compress(tar((member("zeros"), bytes(20_000_000)), GOOD))
    with pytest.raises(UsageError, match="unpacks to too much"):
        Tar(io.BytesIO(data), UPLOAD, "x.tar.gz")


def test_a_name_of_megabytes_and_a_cut_tar_are_refused() -> None:
    with pytest.raises(UsageError, match="damaged"):
        Tar(io.BytesIO(tar((member("n" * 100_000), b""), form=tarfile.GNU_FORMAT)), UPLOAD, "x")
    cut = tar((member("x"), b"y" * 5000))[:2000]
    with pytest.raises((UsageError, *TAR_DAMAGED)):
        contents(Tar(io.BytesIO(cut), UPLOAD, "x"))
