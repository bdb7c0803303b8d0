"""FMT-T25: a good web archive is read page by page; each kind of damage has its own code, a changed WACZ is refused."""

from __future__ import annotations

import base64
import gzip
import hashlib
import lzma
from hashlib import sha1
from itertools import pairwise
from pathlib import Path

import pytest
from tests.fixtures.make_webarchive import by_a_key, change, wacz, warc
from tests.posts.written import made

from evenhand.errors import UsageError
from evenhand.posts import recognise
from evenhand.posts.limits import IMPORT

PLAIN = warc(packed=False)


@pytest.mark.parametrize("packed", [True, False])
def test_each_page_of_a_good_one_is_a_capture_and_none_is_a_post(tmp_path: Path, packed: bool) -> None:
    data = warc(packed=packed)
    found = made(tmp_path, data)
    assert found.refused == [] and len(found.posts) == 3
    first, second, _ = found.posts
    assert (first.platform, first.record_kind, first.relation) == ("web", "capture", "system")
    assert (first.text_raw, first.text_norm, first.author_basis, first.claimed_at) == (None, None, "none", None)
    assert first.observed_at is not None and first.observed_at.isoformat() == "2026-03-02T09:00:00+00:00"
    assert first.record_key == f"web:urn:uuid:{0:032d}"
    assert [each["url_full"] for each in first.urls] == ["https://social.example/p/0"]
    assert (first.attachments[0]["media_type"], first.attachments[0]["sha256"]) == (
        "text/html",
        hashlib.sha256(b"<p>You clown.</p>").hexdigest(),
    )
    assert (first.side["digest"], first.side["status"], first.provenance_class) == (
        "holds",
        "200",
        "third_party_collection",
    )
    start, end = int(first.locator.removeprefix("warc:")), int(second.locator.removeprefix("warc:"))
    raw = data[start:end] if packed else data[start:end].removesuffix(b"\r\n\r\n")
    assert first.raw_record_sha256 == hashlib.sha256(raw).hexdigest()


def test_records_that_are_no_pages_are_counted_and_one_without_an_id_gets_a_made_one(tmp_path: Path) -> None:
    page = PLAIN[: len(PLAIN) // 3]
    asked = page.replace(b"WARC-Type: response", b"WARC-Type: metadata").replace(b"WARC-Payload", b"X-Payload")
    nameless = page.replace(b"WARC-Record-ID: <urn:uuid:%032d>\r\n" % 0, b"")
    again = page.replace(b"WARC-Type: response", b"WARC-Type: revisit")
    found = made(tmp_path, page + asked + nameless + nameless + again)
    assert (len(found.posts), found.report.control, found.refused) == (4, 1, [])
    assert [post.id_is_synthetic for post in found.posts] == [False, True, True, False]
    assert found.posts[1].record_key.startswith("web:syn1-") and found.posts[1].record_key != found.posts[2].record_key
    assert (found.posts[3].attachments, found.posts[3].side["capture"]) == ([], "revisit")


def packed_as(changed: bytes) -> bytes:
    return gzip.compress(changed) + warc()


FIRST = PLAIN[: len(PLAIN) // 3]
DAMAGES = {
    "cut short": (PLAIN[:-15], "warc_truncated", 2),
    "packed, cut short": (warc()[:-30], "warc_truncated", 2),
    "packed, cut in its checksum": (warc()[:-4], "warc_truncated", 2),
    "shorter than it says": (packed_as(FIRST.replace(b"Length: 61", b"Length: 90")), "warc_length_wrong", 3),
    "longer than it says": (PLAIN.replace(b"Length: 61", b"Length: 60", 1), "warc_length_wrong", 2),
    "says one too many": (PLAIN.replace(b"Length: 61", b"Length: 62", 1), "warc_length_wrong", 2),
    "another page": (PLAIN.replace(b"You clown", b"You crown", 1), "warc_digest_differs", 2),
    "packed, another page": (packed_as(FIRST.replace(b"You clown", b"You crown")), "warc_digest_differs", 3),
    "then no record": (PLAIN + b"WARC/1.1\r\nnothing", "warc_damaged", 3),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_one_damaged_record_is_refused_by_its_own_code_and_the_others_are_read(tmp_path: Path, damage: str) -> None:
    data, code, whole = DAMAGES[damage]
    found = made(tmp_path, data)
    assert [reason for _, reason in found.refused] == [code]
    assert len(found.posts) == whole
    assert all(locator.startswith("warc:") for locator, _ in found.refused)


def test_one_packed_as_a_whole_is_refused_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="warc_not_chunked") as no:
        made(tmp_path, gzip.compress(PLAIN))
    assert "warcio recompress" in no.value.mend


def test_a_box_is_read_if_it_is_as_its_list_says_and_a_signature_is_named(tmp_path: Path) -> None:
    found = made(tmp_path, wacz())
    assert {post.member_path for post in found.posts} == {"archive/data.warc.gz"}
    assert {post.provenance_class for post in found.posts} == {"third_party_collection"}
    signed = made(tmp_path, wacz(sign=by_a_key))
    assert {post.provenance_class for post in signed.posts} == {"signed_container"} and len(signed.posts) == 3


@pytest.mark.parametrize(
    ("path", "data", "code"),
    [
        ("archive/data.warc.gz", warc(payload=b"<p>You crown.</p>"), "wacz_(size|digest)"),
        ("pages/pages.jsonl", None, "wacz_missing"),
        ("pages/more.jsonl", b"x", "wacz_extra"),
        ("datapackage-digest.json", b"{}", "wacz_manifest_digest"),
    ],
)
def test_a_changed_box_is_refused_as_a_whole(tmp_path: Path, path: str, data: bytes | None, code: str) -> None:
    with pytest.raises(UsageError, match=code) as no:
        made(tmp_path, wacz(sign=by_a_key, edit=change(path, data)))
    assert "Nothing was taken" in no.value.mend


def test_a_head_that_never_ends_is_stopped_before_it_fills_the_memory(tmp_path: Path) -> None:
    for endless in (b"a" * 3_000_000, b"a: b\r\n" * 100_000):
        with pytest.raises(UsageError, match="warc_damaged"):
            made(tmp_path, gzip.compress(b"WARC/1.0\r\n" + endless))


def test_a_large_payload_is_read_in_pieces_and_its_hashes_are_exact(tmp_path: Path) -> None:
    payload = bytes(range(256)) * 12_000
    digest = base64.b32encode(sha1(payload).digest())
    data = warc(packed=False, payload=payload)
    assert digest in data
    found = made(tmp_path, data)
    ends = [*(int(post.locator.removeprefix("warc:")) for post in found.posts), len(data)]
    for post, (start, end) in zip(found.posts, pairwise(ends), strict=True):
        assert post.raw_record_sha256 == hashlib.sha256(data[start:end].removesuffix(b"\r\n\r\n")).hexdigest()
        assert post.attachments[0]["sha256"] == hashlib.sha256(payload).hexdigest()


def test_packed_otherwise_it_is_read_too(tmp_path: Path) -> None:
    assert len(made(tmp_path, lzma.compress(PLAIN)).posts) == 3
    assert recognise(tmp_path / "file.bin", limits=IMPORT).reader.source_format == "web_archive/1"
