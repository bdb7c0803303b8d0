"""Web archives: good, edited, with an extra file, a wrong digest, signed by nobody, by a key, by a domain."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.fixtures.make_webarchive import KEY, by_a_domain, by_a_key, change, wacz, warc

from evenhand.errors import UsageError
from evenhand.posts.archives import Archive
from evenhand.posts.limits import UPLOAD, Limits
from evenhand.posts.wacz import Signer, Wacz, check_wacz, is_wacz
from evenhand.posts.warc import WarcReport, warc_records


def read(data: bytes, limits: Limits = UPLOAD) -> tuple[list[Any], list[str]]:
    report = WarcReport()
    records = list(warc_records(io.BytesIO(data), limits, "x.warc", report))
    return records, [code for code, _place in report.problems]


@pytest.mark.parametrize("packed", [True, False])
def test_a_good_warc_is_read_with_address_time_and_digest(packed: bool) -> None:
    records, problems = read(warc(packed=packed))
    assert problems == []
    first = records[0]
    assert (first.uri, first.date, first.digest) == ("https://social.example/p/0", "2026-03-02T09:00:00Z", "holds")
    assert len(records) == 3


def test_each_damage_of_a_warc_has_its_own_code() -> None:
    plain = warc(packed=False)
    assert read(gzip.compress(plain))[1] == ["warc_not_chunked"]
    assert read(plain[:-15])[1] == ["warc_truncated"]
    assert read(plain.replace(b"You clown", b"You crown", 1))[1] == ["warc_digest_differs"]
    short = plain.replace(b"Content-Length: 61", b"Content-Length: 60", 1)
    assert short != plain
    assert "warc_length_wrong" in read(short)[1]
    assert read(b"\x1f\x8bnothing at all")[1] == ["warc_damaged"]


def test_a_warc_that_is_a_bomb_is_stopped() -> None:
    data = warc(payload=bytes(2_000_000))
    with pytest.raises(UsageError, match="archive_bomb"):
        read(data, replace(UPLOAD, ratio_after=1_000_000))


def checked(data: bytes) -> Wacz:
    archive = Archive(io.BytesIO(data), UPLOAD, "x.wacz")
    assert is_wacz(archive)
    return check_wacz(archive, UPLOAD)


def codes(data: bytes) -> set[str]:
    return {code for code, _about in checked(data).problems}


def test_a_good_one_signed_by_nobody_is_whole_and_unsigned() -> None:
    found = checked(wacz())
    assert found.whole and not found.signed and found.signer is Signer.NOBODY
    assert (found.resources, found.captured, found.title) == (3, 3, "A page")


def test_signed_by_a_key_whose_owner_is_unknown() -> None:
    found = checked(wacz(sign=by_a_key))
    assert found.whole and found.signed and found.signer is Signer.ANONYMOUS
    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert found.key == sha256(public).hexdigest() and found.domain == ""


def test_signed_with_a_domains_certificate_which_is_not_checked() -> None:
    found = checked(wacz(sign=by_a_domain))
    assert found.whole and found.signer is Signer.DOMAIN and found.domain == "archive.example"


@pytest.mark.parametrize(
    ("edit", "codes_found"),
    [
        (change("pages/pages.jsonl", b"[]\n"), {"wacz_digest"}),
        (change("pages/pages.jsonl", b"longer than before"), {"wacz_digest", "wacz_size"}),
        (change("pages/pages.jsonl", None), {"wacz_missing"}),
        (change("pages/another.jsonl", b"x"), {"wacz_extra"}),
        (change("datapackage.json", b"not a list"), {"wacz_manifest"}),
        (change("datapackage-digest.json", b"{}"), {"wacz_manifest_digest"}),
    ],
)
def test_every_change_is_named(edit: Callable[[dict[str, bytes]], None], codes_found: set[str]) -> None:
    assert codes(wacz(sign=by_a_key, edit=edit)) == codes_found


def test_a_wrong_digest_in_the_list_itself_is_named() -> None:
    def wrong(manifest: dict[str, Any]) -> None:
        manifest["resources"][0]["hash"] = "sha256:" + "0" * 64

    assert codes(wacz(sign=by_a_key, list_too=wrong)) == {"wacz_digest"}


def test_a_page_changed_with_its_digests_is_only_seen_by_the_signature() -> None:
    def edit(members: dict[str, bytes]) -> None:
        members["pages/pages.jsonl"] = b"[]\n"
        manifest = json.loads(members["datapackage.json"])
        manifest["resources"][2] |= {"hash": f"sha256:{sha256(b'[]' + bytes([10])).hexdigest()}", "bytes": 3}
        members["datapackage.json"] = json.dumps(manifest).encode()

    assert codes(wacz(edit=edit)) == set(), "nothing signs it: an edited page seals as well as a true one"
    assert codes(wacz(sign=by_a_key, edit=edit)) == {"wacz_manifest_digest"}


def test_a_signature_of_something_else_and_unknown_properties_do_not_hold() -> None:
    def other(digest: str) -> dict[str, Any]:
        return by_a_key("sha256:" + "0" * 64) | {"hash": digest}

    found = checked(wacz(sign=other))
    assert not found.signed and [code for code, _ in found.problems] == ["wacz_signature"]
    assert codes(wacz(sign=lambda digest: by_a_key(digest) | {"note": "x"})) == {"wacz_property"}
    assert codes(wacz(sign=by_a_key, top={"note": "x"})) == {"wacz_property"}
    assert codes(wacz(sign=lambda digest: "signed")) == {"wacz_signature"}
    assert codes(wacz(sign=lambda digest: by_a_key(digest) | {"publicKey": "!"})) == {"wacz_signature"}


def test_a_warc_inside_with_a_changed_payload_is_named_by_file_and_record() -> None:
    plain = warc(packed=False).replace(b"You clown", b"You crown", 1)

    def edit(members: dict[str, bytes]) -> None:
        del members["archive/data.warc.gz"]
        members["archive/data.warc"] = plain

    def list_too(manifest: dict[str, Any]) -> None:
        manifest["resources"][0] = {
            "path": "archive/data.warc", "hash": f"sha256:{sha256(plain).hexdigest()}", "bytes": len(plain)
        }  # fmt: skip

    assert checked(wacz(edit=edit, list_too=list_too)).problems == [
        ("warc_digest_differs", "archive/data.warc, record 1")
    ]
