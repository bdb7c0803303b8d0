"""Web archives: good, edited, with an extra file, a wrong digest, signed by nobody, by a key, by a domain."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evenhand.errors import UsageError
from evenhand.evidence.webarchive import Signer, Wacz, check_wacz, is_wacz
from evenhand.posts.archives import Archive
from evenhand.posts.limits import UPLOAD
from evenhand.posts.warc import WarcReport, warc_records


def warc(*, packed: bool = True, payload: bytes = b"<p>You clown.</p>") -> bytes:
    digest = b"sha1:" + base64.b32encode(sha1(payload).digest())
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + payload
    records = [
        b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:%032d>\r\n"
        b"WARC-Target-URI: https://social.example/p/%d\r\nWARC-Date: 2026-03-02T09:00:00Z\r\n"
        b"WARC-Payload-Digest: %s\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n"
        b"%s\r\n\r\n" % (number, number, digest, len(block), block)
        for number in range(3)
    ]
    return b"".join(gzip.compress(record) if packed else record for record in records)


def read(data: bytes) -> tuple[list[Any], list[str]]:
    report = WarcReport()
    records = list(warc_records(io.BytesIO(data), UPLOAD, "x.warc", report))
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
    data = warc(payload=bytes(12_000_000))
    with pytest.raises(UsageError, match="archive_bomb"):
        read(data)


KEY = ec.generate_private_key(ec.SECP384R1())


def signature(message: str, *, der: bool) -> str:
    made = KEY.sign(message.encode(), ec.ECDSA(SHA256()))
    if not der:
        r, s = decode_dss_signature(made)
        made = r.to_bytes(48, "big") + s.to_bytes(48, "big")
    return base64.b64encode(made).decode()


def by_a_key(digest: str) -> dict[str, Any]:
    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "hash": digest, "created": "2026-03-02T09:00:00Z", "software": "a browser", "version": "1",
        "signature": signature(digest, der=False), "publicKey": base64.b64encode(public).decode(),
    }  # fmt: skip


def by_a_domain(digest: str) -> dict[str, Any]:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "archive.example")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key()).serial_number(1)
        .not_valid_before(start).not_valid_after(start + timedelta(days=90)).sign(KEY, SHA256())
    )  # fmt: skip
    return {
        "hash": digest, "created": "2026-03-02T09:00:00Z", "software": "a service", "domain": "archive.example",
        "signature": signature(digest, der=True), "domainCert": certificate.public_bytes(Encoding.PEM).decode(),
        "timeSignature": "", "timestampCert": "",
    }  # fmt: skip


def wacz(
    *,
    sign: Callable[[str], Any] | None = None,
    edit: Callable[[dict[str, bytes]], None] = lambda members: None,
    list_too: Callable[[dict[str, Any]], None] = lambda manifest: None,
    top: dict[str, Any] | None = None,
) -> bytes:
    members = {"archive/data.warc.gz": warc(), "indexes/index.cdx": b"x", "pages/pages.jsonl": b"{}\n"}
    resources = [
        {
            "name": path.rpartition("/")[2],
            "path": path,
            "hash": f"sha256:{sha256(data).hexdigest()}",
            "bytes": len(data),
        }
        for path, data in members.items()
    ]
    manifest = {"profile": "data-package", "wacz_version": "1.1.1", "title": "A page", "resources": resources}
    list_too(manifest)
    raw = json.dumps(manifest).encode()
    digest = f"sha256:{sha256(raw).hexdigest()}"
    members["datapackage.json"] = raw
    if sign is not None:
        said = {"path": "datapackage.json", "hash": digest, "signedData": sign(digest)} | (top or {})
        members["datapackage-digest.json"] = json.dumps(said).encode()
    edit(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for path, data in members.items():
            file.writestr(path, data)
    return out.getvalue()


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


def change(path: str, data: bytes | None) -> Callable[[dict[str, bytes]], None]:
    def edit(members: dict[str, bytes]) -> None:
        if data is None:
            del members[path]
        else:
            members[path] = data

    return edit


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
