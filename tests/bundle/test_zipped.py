"""A ZIP file holds one bundle, however it is unpacked: by its list at the end, or as it comes."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import zipfile
import zlib
from binascii import crc32
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.bundle.bundle_room import both, contents, in_process, loaded, packaged

from evenhand.bundle import write_zip

FORGED = b"<h1>Another history</h1>"
PAGE = "bundle/data/custody.html"
Spoil = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def whole(good: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    target = tmp_path_factory.mktemp("zip") / "bundle.zip"
    write_zip(good, target, "bundle")
    return target.read_bytes()


def exits(path: Path) -> int:
    """Return the exit code on which both verifiers agree, and that neither gives without words."""
    one, other = in_process(loaded(), path), packaged(path)
    assert (one.verdict, one.exit, one.found) == (other.verdict, other.exit, other.found)
    return one.exit


def made(
    folder: Path, path: Path, method: int = zipfile.ZIP_DEFLATED, spoil: Callable[..., None] | None = None
) -> Path:
    """Write a ZIP file as Python's own library does, `spoil` being told of each entry before it is written."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in contents(folder).items():
            entry = zipfile.ZipInfo(f"bundle/{name}")
            if spoil is not None:
                spoil(archive, entry)
            archive.writestr(entry, data, method)
    return path


# What honest people make of a bundle --------------------------------------------------------------------------------


def test_python_makes_a_sound_one(good: Path, tmp_path: Path) -> None:
    assert exits(made(good, tmp_path / "packed.zip")) == 0
    assert exits(made(good, tmp_path / "plain.zip", zipfile.ZIP_STORED)) == 0
    assert exits(Path(shutil.make_archive(str(tmp_path / "whole"), "zip", good.parent, good.name))) == 0


def test_one_that_was_written_as_a_stream_is_sound(good: Path, tmp_path: Path) -> None:
    """Then the sizes stand after each file."""

    class Stream(io.RawIOBase):
        kept = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.kept += bytes(data)
            return len(data)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents(good).items():
            archive.writestr(zipfile.ZipInfo(f"bundle/{name}"), data, zipfile.ZIP_DEFLATED)
    assert b"PK\x07\x08" in stream.kept
    (tmp_path / "stream.zip").write_bytes(stream.kept)
    assert exits(tmp_path / "stream.zip") == 0


@pytest.mark.skipif(shutil.which("zip") is None, reason="the program zip is not here")
def test_the_program_zip_makes_a_sound_one(good: Path, tmp_path: Path) -> None:
    subprocess.run(["zip", "-qr", tmp_path / "one.zip", good.name], cwd=good.parent, check=True)
    subprocess.run(["zip", "-qr", "-X", "-9", tmp_path / "two.zip", "."], cwd=good, check=True)
    with (
        (tmp_path / "three.zip").open("wb") as target,
        subprocess.Popen(["zip", "-qr", "-", good.name], cwd=good.parent, stdout=subprocess.PIPE) as running,
    ):
        assert running.stdout is not None
        target.write(running.stdout.read())
    assert [exits(tmp_path / name) for name in ("one.zip", "two.zip", "three.zip")] == [0, 0, 0]


def test_a_very_large_one_is_sound(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over 65,535 files or 4 GiB the list ends in another way."""
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    write_zip(good, tmp_path / "large.zip", "bundle")
    monkeypatch.undo()
    data = (tmp_path / "large.zip").read_bytes()
    assert b"PK\x06\x06" in data
    assert exits(tmp_path / "large.zip") == 0
    (tmp_path / "large.zip").write_bytes(data.replace(b"PK\x06\x07\0\0\0\0", b"PK\x06\x07\1\0\0\0"))
    assert exits(tmp_path / "large.zip") == 2


# What else can be in one --------------------------------------------------------------------------------------------


def local(name: str, data: bytes) -> bytes:
    """Return a file as it stands in a ZIP file, listed or not."""
    head = (b"PK\3\4", 20, 0, 0, 0, 33, crc32(data), len(data), len(data), len(name), 0)
    return struct.pack("<4s5H3I2H", *head) + name.encode() + data


def listed_at(data: bytes) -> int:
    return int(struct.unpack("<I", data[-6:-2])[0])


def moved(data: bytes, by: int) -> bytes:
    """Return the file with its end pointing to a list that stands so much later."""
    return data[:-6] + struct.pack("<I", listed_at(data) + by) + data[-2:]


def after_the_others(data: bytes) -> bytes:
    more = local(PAGE, FORGED)
    return moved(data[: listed_at(data)] + more + data[listed_at(data) :], len(more))


def between_list_and_end(data: bytes) -> bytes:
    return data[:-22] + b"words" + data[-22:]


def with_remark(data: bytes) -> bytes:
    return data[:-2] + struct.pack("<H", len(FORGED)) + FORGED


def other_name_before_the_file(data: bytes) -> bytes:
    return data.replace(b"bundle/data/custody.html", b"bundle/data/READ_ME.html", 1)


def other_size_before_the_file(data: bytes) -> bytes:
    return data[:18] + b"\1\0\0\0" + data[22:]


def another_number_of_files(data: bytes) -> bytes:
    count = struct.unpack("<H", data[-12:-10])[0] - 1
    return data[:-14] + struct.pack("<2H", count, count) + data[-10:]


@pytest.mark.parametrize(
    "spoil",
    [
        after_the_others,
        lambda data: local(PAGE, FORGED) + data,
        lambda data: data + b"words",
        between_list_and_end,
        with_remark,
        other_name_before_the_file,
        other_size_before_the_file,
        another_number_of_files,
        lambda data: data[:6] + b"\1" + data[7:],
        lambda data: data[:-22],
    ],
)
def test_one_that_is_more_than_its_list_is_refused(whole: bytes, tmp_path: Path, spoil: Spoil) -> None:
    path = tmp_path / "spoilt.zip"
    path.write_bytes(spoil(whole))
    assert exits(path) == 2


def remark(_: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    entry.comment = b"words"


def second_name(_: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """The addition by which some programs unpack a file under another name than the list says."""
    name = b"bundle/data/READ ME FIRST.html"
    check = struct.pack("<BI", 1, crc32(entry.filename.encode()))
    entry.extra = struct.pack("<2sH", b"up", len(name) + 5) + check + name


def unknown_addition(_: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    entry.extra = b"zz\x05\0words"


def words_in_a_folder(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    if entry.filename.endswith("items.jsonl"):
        archive.writestr(zipfile.ZipInfo("bundle/data/"), b"words")


@pytest.mark.parametrize("spoil", [remark, second_name, unknown_addition, words_in_a_folder])
def test_no_words_beside_a_file(good: Path, tmp_path: Path, spoil: Callable[..., None]) -> None:
    assert exits(made(good, tmp_path / "spoilt.zip", spoil=spoil)) == 2


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_it_is_packed_by_deflate_or_not_at_all(good: Path, tmp_path: Path, method: int) -> None:
    assert exits(made(good, tmp_path / "packed.zip", method)) == 2


def test_junk_that_calls_itself_packed_ends_neither_verifier(whole: bytes, tmp_path: Path) -> None:
    for method in (8, 9, 12, 14, 93, 97, 99):
        path = tmp_path / f"{method}.zip"
        path.write_bytes(whole.replace(b"\0\0\0\0\0\0\x21\0", struct.pack("<2xH2xH", method, 33)))
        assert exits(path) == 2, method


def test_nothing_hides_behind_the_end_of_what_is_packed(good: Path, tmp_path: Path) -> None:
    """Who unpacks a stream goes on where the packed bytes end, whatever size the list gives."""
    files = {f"bundle/{name}": data for name, data in contents(good).items()}
    for hidden in (b"", local(PAGE, FORGED)):
        body, listing = b"", b""
        for name, data in files.items():
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            packed = packer.compress(data) + packer.flush() + (hidden if name == PAGE else b"")
            sizes = (crc32(data), len(packed), len(data))
            listing += struct.pack(
                "<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 33, *sizes, len(name), 0, 0, 0, 0, 0, len(body)
            )
            listing += name.encode()
            body += struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, *sizes, len(name), 0) + name.encode() + packed
        end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, len(files), len(files), len(listing), len(body), 0)
        (tmp_path / "made.zip").write_bytes(body + listing + end)
        assert exits(tmp_path / "made.zip") == (2 if hidden else 0)


def test_a_bomb_is_not_unpacked(good: Path, tmp_path: Path) -> None:
    """The list gives a small size: no more than that is ever unpacked."""
    packed = made(good, tmp_path / "packed.zip").read_bytes()
    place = packed.index(b"bundle/data/custody.html")
    size = struct.unpack("<I", packed[place - 8 : place - 4])[0]
    (tmp_path / "bomb.zip").write_bytes(packed.replace(struct.pack("<I", size), struct.pack("<I", 3)))
    assert exits(tmp_path / "bomb.zip") == 2


# Folders that hold nothing ------------------------------------------------------------------------------------------


def test_a_folder_that_holds_nothing_is_none_of_the_bundle(bundle: Path, tmp_path: Path) -> None:
    name = "data/READ THIS FIRST"
    (bundle / name / "all of it is forged").mkdir(parents=True)
    shutil.make_archive(str(tmp_path / "whole"), "zip", bundle.parent, bundle.name)
    for path in (bundle, tmp_path / "whole.zip"):
        said = in_process(loaded(), path)
        assert (said.verdict, said.found) == ("failed", {(f"{name}/all of it is forged", "malformed")})
        assert packaged(path).found == said.found


@pytest.mark.parametrize("name", ["READ THIS FIRST/", "bundle/data/READ THIS FIRST/", "/", "bundle//", "READ/THIS/"])
def test_a_folder_that_a_zip_file_only_names(good: Path, tmp_path: Path, name: str) -> None:
    def spoil(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        if entry.filename.endswith("items.jsonl"):
            archive.writestr(zipfile.ZipInfo(name), b"")

    assert exits(made(good, tmp_path / "named.zip", spoil=spoil)) == 1


def test_a_link_in_a_zip_file_is_one_also_as_a_folder(good: Path, tmp_path: Path) -> None:
    def spoil(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        if entry.filename.endswith("items.jsonl"):
            link = zipfile.ZipInfo("bundle/data/")
            link.create_system, link.external_attr = 3, 0o120777 << 16
            archive.writestr(link, b"")

    assert exits(made(good, tmp_path / "link.zip", spoil=spoil)) == 1


@pytest.mark.slow
def test_the_refusal_says_what_to_do(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "spoilt.zip"
    path.write_bytes(after_the_others(whole))
    for said in (both(path), packaged(path)):
        assert str(path) in said.all and "npack it, then check the folder." in said.all
        assert said.all.count("\n") == 1
