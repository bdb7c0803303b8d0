"""Files written past the system's cache: the same bytes, whatever the lengths and whatever the file system can do."""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evenhand.vault import straight
from evenhand.vault.straight import BLOCK, StraightFile

pytestmark = pytest.mark.skipif(not hasattr(os, "O_DIRECT"), reason="this system has no way past its cache")


def kept(folder: Path, pieces: Sequence[bytes]) -> bytes:
    with StraightFile(folder / "file", 0o440) as file:
        for piece in pieces:
            file.write(piece)
        file.sync()
    return (folder / "file").read_bytes()


def some(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("size", [0, 1, 511, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 12_345])
def test_every_length_arrives_whole(tmp_path: Path, size: int) -> None:
    assert kept(tmp_path, [some(size)]) == some(size)


@pytest.mark.parametrize("piece", [7_777, 16_400, BLOCK, 2 * BLOCK + 3])
def test_pieces_that_fit_no_block_come_one_after_the_other(tmp_path: Path, piece: int) -> None:
    whole = some(5 * BLOCK + 99)
    pieces = [whole[at : at + piece] for at in range(0, len(whole), piece)]
    assert kept(tmp_path, [b"", *pieces, b""]) == whole


def test_a_file_that_is_there_is_not_written_again(tmp_path: Path) -> None:
    kept(tmp_path, [b"first"])
    with pytest.raises(FileExistsError):
        kept(tmp_path, [b"second"])
    assert (tmp_path / "file").read_bytes() == b"first"


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    kept(tmp_path, [b"sealed"])
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o440


@pytest.fixture
def past_the_cache(tmp_path: Path) -> Path:
    """Return a folder whose file system takes what goes straight to it."""
    with (tmp_path / "probe").open("wb", buffering=0) as file:
        try:
            fcntl.fcntl(file, fcntl.F_SETFL, fcntl.fcntl(file, fcntl.F_GETFL) | os.O_DIRECT)
            file.write(mmap.mmap(-1, BLOCK))
        except OSError:
            pytest.skip("the file system of the temporary folder has no way past its cache")
    return tmp_path


class Disk:
    """os.write as some disks answer it, noting whether the file then went past the cache."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.straight: list[bool] = []
        self._write = os.write
        monkeypatch.setattr(straight.os, "write", self.write)

    def write(self, descriptor: int, data: Any) -> int:
        self.straight.append(bool(fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_DIRECT))
        return self.answer(descriptor, data)

    def answer(self, descriptor: int, data: Any) -> int:
        return self._write(descriptor, data)


def test_whole_blocks_go_straight_and_the_rest_the_usual_way(
    past_the_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    assert kept(past_the_cache, [some(2 * BLOCK + 5)]) == some(2 * BLOCK + 5)
    assert disk.straight == [True, True, False]


def test_a_file_system_that_refuses_the_way_gets_the_file_as_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fcntl.fcntl

    def refuses(descriptor: int, command: int, flags: int = 0) -> int:
        if command == fcntl.F_SETFL and flags & os.O_DIRECT:
            raise OSError(errno.EINVAL, "Invalid argument")
        return real(descriptor, command, flags)

    disk = Disk(monkeypatch)
    monkeypatch.setattr(straight.fcntl, "fcntl", refuses)
    assert kept(tmp_path, [some(2 * BLOCK + 5)]) == some(2 * BLOCK + 5)
    assert True not in disk.straight


class OtherBlocks(Disk):
    """A disk whose blocks are larger than ours: it refuses what goes straight to it."""

    def answer(self, descriptor: int, data: Any) -> int:
        if self.straight[-1]:
            raise OSError(errno.EINVAL, "Invalid argument")
        return super().answer(descriptor, data)


class Short(Disk):
    """A disk that takes a part of what it is given, of an odd length."""

    def answer(self, descriptor: int, data: Any) -> int:
        if self.straight[-1]:
            return super().answer(descriptor, data[:4096])
        return super().answer(descriptor, data[: max(1, len(data) // 3)])


@pytest.mark.parametrize("kind", [OtherBlocks, Short])
def test_what_the_disk_does_not_take_goes_the_usual_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Disk]
) -> None:
    kind(monkeypatch)
    assert kept(tmp_path, [some(2 * BLOCK + 5)]) == some(2 * BLOCK + 5)


def test_what_comes_after_a_sync_stands_after_it(tmp_path: Path) -> None:
    pieces = [some(5), some(BLOCK + 3), b"end"]
    with StraightFile(tmp_path / "file", 0o440) as file:
        for piece in pieces:
            file.write(piece)
            file.sync()
    assert (tmp_path / "file").read_bytes() == b"".join(pieces)


def test_a_whole_file_is_closed(tmp_path: Path) -> None:
    before = sorted(os.listdir("/proc/self/fd"))
    kept(tmp_path, [some(BLOCK + 1)])
    assert sorted(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_what_fails_past_the_cache_is_not_tried_by_way_of_it(
    past_the_cache: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    class Failing(Disk):
        def answer(self, descriptor: int, data: Any) -> int:
            if self.straight[-1]:
                raise OSError(number, os.strerror(number))
            return super().answer(descriptor, data)

    disk = Failing(monkeypatch)
    with pytest.raises(OSError, match=os.strerror(number)):
        kept(past_the_cache, [some(BLOCK + 1)])
    assert disk.straight == [True]


def test_only_a_file_system_that_cannot_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fcntl.fcntl

    def fails(descriptor: int, command: int, flags: int = 0) -> int:
        if command == fcntl.F_SETFL:
            raise OSError(errno.EIO, "Input/output error")
        return real(descriptor, command, flags)

    monkeypatch.setattr(straight.fcntl, "fcntl", fails)
    with pytest.raises(OSError, match="Input/output"):
        kept(tmp_path, [some(BLOCK + 1)])


def test_a_disk_that_is_full_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(Disk):
        def answer(self, descriptor: int, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    Full(monkeypatch)
    before = sorted(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match="No space"):
        kept(tmp_path, [some(BLOCK + 1)])
    assert sorted(os.listdir("/proc/self/fd")) == before  # the file was closed all the same
