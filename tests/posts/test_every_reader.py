"""What holds for each reader alike: known by structure, nothing lost, every post found again (FMT-T28, C2, C4, C10)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.fixtures.make_exports import ARCHIVE_OF_NOTES, EXPORTS, as_json, sl_message, zipped

from evenhand.corpus.basis import check_basis
from evenhand.errors import UsageError
from evenhand.posts import Direction, Report, find, read, recognise
from evenhand.posts.mapped.reader import Mapped
from evenhand.posts.recognition import READERS
from evenhand.posts.schema import POST_SCHEMA

OWN = {
    *("bluesky_car/1", "mastodon_archive/1", "facebook/1", "instagram/1", "threads/1"),
    *("youtube_takeout/1", "tiktok/1", "x_archive/1"),
}


def placed(folder: Path, name: str) -> Path:
    path = folder / "file.bin"
    path.write_bytes(EXPORTS[name].content)
    return path


def accounted(posts: int, report: Report) -> int:
    return posts + report.control + report.merged + report.suppressed + len(report.refused)


@pytest.mark.parametrize("name", EXPORTS)
def test_it_is_known_under_any_name_and_nothing_is_lost(tmp_path: Path, name: str) -> None:
    path = placed(tmp_path, name)
    recognised = recognise(path)
    assert recognised.sign.source_format == name
    assert recognised.sign.reasons
    report = Report(name)
    posts = list(read(path, report=report))
    assert report.refused == []
    assert accounted(len(posts), report) == EXPORTS[name].records
    assert len({post.record_key for post in posts}) == len(posts)


@pytest.mark.parametrize("name", EXPORTS)
def test_each_post_is_found_again_at_its_place(tmp_path: Path, name: str) -> None:
    path = placed(tmp_path, name)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    posts = list(read(path))
    assert len({(post.member_path, post.locator) for post in posts}) == len(posts)
    for post in posts:
        again = find(path, post.locator, member_path=post.member_path)
        assert (again.text_raw, again.raw_record_sha256) == (post.text_raw, post.raw_record_sha256)
        assert post.source_sha256 == before
        assert len(post.raw_record_sha256) == 64
        assert (post.text_raw is None) == (post.text_norm is None) == (post.norm_version is None)


@pytest.mark.parametrize("name", EXPORTS)
def test_rows_hold_only_fields_of_the_record_and_plain_codes(tmp_path: Path, name: str) -> None:
    recognised = recognise(placed(tmp_path, name))
    for row in recognised.reader.rows(recognised.source, Report(name)):
        assert row.keys() <= set(POST_SCHEMA.names)
        assert row["platform"] != "dataset"
        assert all(isinstance(code, str) and code for code in row.get("flags", ()))


def test_each_reader_has_an_example_and_a_direction() -> None:  # FMT-C2
    in_code = {r.source_format: r.direction for r in READERS if not isinstance(r, Mapped)}
    assert set(EXPORTS) == set(in_code) - {"x_archive/1", "x_api/1", "rows/1"}
    assert {name for name, direction in in_code.items() if direction is Direction.OWNER_OUTGOING} == OWN
    assert {name for name, direction in in_code.items() if direction is Direction.INCOMING} == {"mail/1"}


def test_each_reader_is_documented() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "formats.md").read_text()
    assert [r.source_format for r in READERS if f"`{r.source_format.partition('/')[0]}`" not in page] == []


def test_only_a_dump_needs_a_basis(tmp_path: Path) -> None:  # FMT-C25
    for name in EXPORTS:
        (tmp_path / name.partition("/")[0]).mkdir()
        recognised = recognise(placed(tmp_path / name.partition("/")[0], name))
        if name != "reddit_dump/1":
            check_basis(recognised, None)
            continue
        with pytest.raises(UsageError, match="lawful basis"):
            check_basis(recognised, None)


def test_no_address_or_key_is_taken(tmp_path: Path) -> None:  # FMT-C5
    for name in ("slack/1", "mastodon_archive/1", "mail/1"):
        (tmp_path / name.partition("/")[0]).mkdir()
        stored = repr(list(read(placed(tmp_path / name.partition("/")[0], name))))
        for planted in ("planted@", "publicKey", "unit@example.net"):
            assert planted not in stored


@pytest.mark.parametrize("name", ["slack/1", "mastodon_archive/1"])
def test_a_damaged_table_of_names_is_refused_and_the_messages_are_read(tmp_path: Path, name: str) -> None:
    packed = tmp_path / "file.bin"
    members = {"users.json": b"{", "channels.json": b"[]", "general/2020-09-13.json": as_json([sl_message()])}
    if name.startswith("mastodon"):
        members = ARCHIVE_OF_NOTES | {"actor.json": b"{"}
    packed.write_bytes(zipped(members))
    report = Report(name)
    assert list(read(packed, report=report))
    assert [refused.reason for refused in report.refused] == ["member_malformed"]
