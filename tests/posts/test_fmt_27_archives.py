"""FMT-T27: archives that want out of their folder, or to fill the disk."""

from __future__ import annotations

import io
import re
import stat
import struct
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fixtures.make_x import archive, archive_tweet, script

import evenhand
from evenhand.errors import UsageError
from evenhand.posts import IMPORT, UPLOAD, Report, archives, read, recognise

GOOD = script("tweets", [archive_tweet("1")])


def add(path: Path, name: str, content: bytes | str = "x", mode: int = 0) -> None:
    info = zipfile.ZipInfo("placeholder")
    info.filename = info.orig_filename = name
    info.external_attr = mode << 16
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(info, content)


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("../x", 0),
        ("data/../../x", 0),
        ("/etc/x", 0),
        ("C:\\x", 0),
        ("C:/x", 0),
        ("data\\tweets.js", 0),
        ("data/a\nb.js", 0),
        ("", 0),
        ("\0x", 0),
        ("data/link.js", stat.S_IFLNK | 0o777),
        ("data/device.js", stat.S_IFBLK | 0o600),
        ("data/socket.js", stat.S_IFSOCK | 0o600),
        ("a/" * 3000 + "x", 0),
    ],
)
def test_unsafe_members_are_skipped_and_the_rest_is_read(tmp_path: Path, name: str, mode: int) -> None:
    path = archive(tmp_path / "x.zip", {"tweets.js": GOOD})
    add(path, name, GOOD, mode)
    report = Report("archive")
    assert [post.native_id for post in read(path, report=report)] == ["1"]
    assert [refused.reason for refused in report.refused] == ["archive_unsafe_member"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.zip"]


def test_for_strangers_an_unsafe_member_refuses_the_file(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"tweets.js": GOOD})
    add(path, "../x")
    with pytest.raises(UsageError, match="archive_unsafe_member"):
        recognise(path, limits=UPLOAD)


def test_a_bomb_is_stopped_by_what_really_comes_out(tmp_path: Path) -> None:
    content = "window.YTD.tweets.part0 = [" + " " * 3_000_000 + "]"
    path = archive(tmp_path / "x.zip", {"tweets.js": content})
    limits = replace(IMPORT, ratio_after=100_000)
    with pytest.raises(UsageError, match="archive_bomb"):
        list(recognise(path, limits=limits).reader.rows(recognise(path, limits=limits).source, Report("x")))


def test_a_header_that_lies_about_its_size_is_counted_all_the_same(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"tweets.js": "window.YTD.tweets.part0 = [" + " " * 3_000_000 + "]"})
    data = bytearray(path.read_bytes())
    directory, own = data.rindex(b"PK\x01\x02"), data.rindex(b"PK\x03\x04")
    data[directory + 24 : directory + 28] = data[own + 22 : own + 26] = struct.pack("<I", 10)
    path.write_bytes(data)
    report = Report("x")
    list(read(path, report=report))
    assert [refused.reason for refused in report.refused] == ["member_damaged"]


@pytest.mark.parametrize("place", [14, 18, 22, 8, 30], ids=["checksum", "packed", "size", "method", "name"])
def test_a_member_whose_own_header_says_something_else(tmp_path: Path, place: int) -> None:
    path = archive(tmp_path / "x.zip", {"aaa.js": script("tweets", [archive_tweet("5")]), "tweets.js": GOOD})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x03\x04") + place] ^= 1
    path.write_bytes(data)
    report = Report("x")
    assert [post.native_id for post in read(path, report=report)]
    assert "archive_headers_differ" in {refused.reason for refused in report.refused}
    with pytest.raises(UsageError, match="archive_headers_differ"):
        recognise(path, limits=UPLOAD)


def test_two_names_that_are_one_on_some_computers(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"tweets.js": GOOD})
    add(path, "data/TWEETS.js", GOOD)
    report = Report("x")
    assert [post.native_id for post in read(path, report=report)] == ["1"]
    assert [refused.reason for refused in report.refused] == ["archive_same_name"]
    with pytest.raises(UsageError, match="archive_same_name"):
        recognise(path, limits=UPLOAD)


def test_two_hundred_megabytes_in_two_hundred_kilobytes_stop_within_ten_mebibytes() -> None:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("zeros", "w", force_zip64=True) as member,
    ):
        for _ in range(200):
            member.write(bytes(1_000_000))
    assert len(packed.getvalue()) < 210_000
    inside = archives.Archive(packed, UPLOAD, "x.zip")
    came, member = 0, inside.members["zeros"]
    with inside.open(member) as stream, pytest.raises(UsageError, match="archive_bomb"):
        while piece := stream.read(1 << 16):
            came += len(piece)
    assert came <= 10 * 1024 * 1024


def test_a_member_that_lies_over_the_directory(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"tweets.js": GOOD})
    data = bytearray(path.read_bytes())
    for at in (data.rindex(b"PK\x01\x02") + 20, data.rindex(b"PK\x03\x04") + 18):
        data[at : at + 4] = struct.pack("<I", len(data))
    path.write_bytes(data)
    with pytest.raises(UsageError, match="overlap"):
        list(read(path))


def test_a_directory_that_says_it_holds_a_million_members_is_not_read() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("x", b"")
    data = bytearray(packed.getvalue())
    at = data.rindex(b"PK\x05\x06")
    wide = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1_000_000, 1_000_000, 60, 30)
    data[at:at] = wide + struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    with pytest.raises(UsageError, match="1,000,000 members"):
        archives.Archive(io.BytesIO(data), UPLOAD, "x.zip")


def test_ten_sparse_gigabytes_are_turned_away_unread(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    with path.open("wb") as file:
        file.truncate(10 * 1024**3)
    before = read_so_far()
    with pytest.raises(UsageError, match="no reader knows"):
        recognise(path)
    assert read_so_far() - before < 8 * 1024 * 1024


def read_so_far() -> int:
    """Return how many bytes this process has read, as the kernel counts them."""
    return int(Path("/proc/self/io").read_text().split()[1])


def test_a_picture_that_is_a_zip_file_as_well_is_read_as_what_it_begins_with(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"tweets.js": GOOD})
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100) + path.read_bytes())
    with pytest.raises(UsageError, match="no reader knows"):
        recognise(path)


def test_too_many_members(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"tweets.js": GOOD, **{f"m{n}.txt": "" for n in range(30)}})
    with pytest.raises(UsageError, match=r"archive_bomb: 32 members, over 31"):
        archives.Archive(io.BytesIO(path.read_bytes()), replace(IMPORT, members=31), "x.zip")


@pytest.mark.slow
def test_a_hundred_thousand_and_one_members(tmp_path: Path) -> None:
    path, own, listed = tmp_path / "x.zip", [], []
    for number in range(100_001):
        name = b"m%06d" % number
        own.append(struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, 7, 0) + name)
        place = number * 37
        head = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 7, 0, 0, 0, 0, 0, place)
        listed.append(head + name)
    directory = b"".join(listed)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 34_465, 34_465, len(directory), 37 * 100_001, 0)
    path.write_bytes(b"".join(own) + directory + end)
    with pytest.raises(UsageError, match="archive_bomb: 100,001 members"):
        list(read(path))


def test_overlapping_members(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"tweets.js": GOOD, "tweets-part1.js": GOOD})
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]  # both point at the same bytes
    path.write_bytes(data)
    with pytest.raises(UsageError, match="overlap"):
        list(read(path))


def test_two_members_of_one_name(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"tweets.js": GOOD})
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as file:
        file.writestr("data/tweets.js", script("tweets", [archive_tweet("2")]))
    with pytest.raises(UsageError, match="archive_duplicate"):
        list(read(path))


def test_encrypted(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"tweets.js": GOOD})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(UsageError, match="archive_encrypted"):
        list(read(path))


def test_nested_archives_are_never_opened(tmp_path: Path) -> None:
    inner = archive(tmp_path / "inner.zip", {"tweets.js": GOOD}).read_bytes()
    for depth in range(2):
        with zipfile.ZipFile(tmp_path / f"{depth}.zip", "w") as file:
            file.writestr("inner.zip", inner)
        inner = (tmp_path / f"{depth}.zip").read_bytes()
    with pytest.raises(UsageError, match="holds no export"):
        list(read(tmp_path / "1.zip"))


@pytest.mark.slow
def test_a_document_of_a_text_program_is_no_export_and_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", b'<?xml version="1.0"?><Types/>')
        file.writestr("word/document.xml", bytes(200_000_000))
    tracemalloc.start()
    with pytest.raises(UsageError, match="holds no export"):
        list(read(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * 1024 * 1024


def test_nothing_of_ours_parses_xml() -> None:
    """EVIDENCE §2.8: no DTD, no entities. What is not parsed expands nothing."""
    parser = re.compile(r"^\s*(?:import|from)\s+(?:xml|lxml|defusedxml|xmltodict)\b", re.MULTILINE)
    source = Path(evenhand.__file__).parent
    assert [path.name for path in source.rglob("*.py") if parser.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.99])
def test_a_truncated_zip(tmp_path: Path, keep: float) -> None:
    path = archive(tmp_path / "x.zip", {"tweets.js": GOOD})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(UsageError, match="damaged or cut short"):
        list(read(path))


def test_a_member_with_flipped_bytes(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"aaa.js": script("tweets", [archive_tweet("5")]), "tweets.js": GOOD})
    data = bytearray(path.read_bytes())
    at = data.index(b"data/aaa.js") + 60
    data[at] ^= 0xFF
    path.write_bytes(data)
    report = Report("x")
    assert [post.native_id for post in read(path, report=report)] == ["1"]
    assert {refused.reason for refused in report.refused} == {"member_damaged"}
