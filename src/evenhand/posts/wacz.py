"""Web archives in a box (WACZ): is everything there that its own list names, unchanged, and who signed the list?

A valid signature says that whoever holds a key signed this list, never that a page was so. A domain certificate is
read but not checked against any authority. Specifications: WACZ 1.1.1, WACZ Signing and Verification 0.1.0; EVIDENCE
§2.11.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from evenhand.errors import UsageError
from evenhand.posts.archives import DAMAGED, Archive, Member
from evenhand.posts.limits import Limits
from evenhand.posts.said import Said
from evenhand.posts.warc import WarcRecord, WarcReport, warc_records

MANIFEST: Final = "datapackage.json"
DIGEST: Final = "datapackage-digest.json"
_MOST_JSON: Final = 16 * 1024 * 1024
_PIECE: Final = 1 << 20
_DIGEST_FIELDS: Final = frozenset({"path", "hash", "signedData"})
_ANONYMOUS: Final = frozenset({"hash", "created", "software", "version", "signature", "publicKey"})
_DOMAIN: Final = frozenset(
    {
        "hash", "created", "software", "version", "signature", "domain", "domainCert", "timeSignature", "timestampCert",
        "crossSignedCert",
    }
)  # fmt: skip


class Signer(StrEnum):
    """Who signed the list of a web archive, as far as the file itself can tell."""

    NOBODY = "nobody"
    ANONYMOUS = "anonymous"
    DOMAIN = "domain"
    INVALID = "invalid"


@dataclass(slots=True)
class Wacz:
    """What a look into a web archive found. `problems`: (code, what it is about); any of them refuses it as evidence.

    `key`: the SHA-256 (hex) of the public key, `domain` as the certificate's file names it (not checked).
    """

    resources: int = 0
    title: str = ""
    software: str = ""
    signer: Signer = Signer.NOBODY
    key: str = ""
    domain: str = ""
    records: list[WarcRecord] = field(default_factory=list)
    captured: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether everything is there, unchanged, and nothing else."""
        return not self.problems

    @property
    def signed(self) -> bool:
        """Whether the list bears a valid signature."""
        return self.signer in (Signer.ANONYMOUS, Signer.DOMAIN)


def is_wacz(archive: Archive) -> bool:
    """Return whether a zip file is a web archive, by its members."""
    return MANIFEST in archive.members and any(path.startswith("archive/") for path in archive.members)


def check_wacz(archive: Archive, limits: Limits, *, keep: int = 5_000) -> Wacz:
    """Check a web archive against its own list; read every record of every WARC in it. `keep`: records listed.

    Codes: wacz_manifest, wacz_missing, wacz_extra, wacz_size, wacz_digest, wacz_manifest_digest, wacz_signature,
    wacz_property, and those of `warc_records`. UsageError for a bomb.
    """
    found = Wacz()
    raw = _small(archive, MANIFEST)
    manifest = _json(raw)
    resources = manifest.get("resources") if manifest else None
    if raw is None or manifest is None or not isinstance(resources, list):
        found.problems.append(("wacz_manifest", MANIFEST))
        return found
    found.title, found.software = (str(manifest.get(name) or "")[:300] for name in ("title", "software"))
    _check_resources(archive, resources, found)
    _check_signature(archive, raw, found)
    for path, member in archive.members.items():
        if path.startswith("archive/"):
            _check_records(archive, member, limits, found, keep)
    return found


def _check_resources(archive: Archive, resources: list[Any], found: Wacz) -> None:
    named: set[str] = set()
    for each in resources:
        path = each.get("path") if isinstance(each, dict) else None
        if not isinstance(path, str) or path in named:
            found.problems.append(("wacz_manifest", str(path)[:200]))
            continue
        named.add(path)
        member = archive.members.get(path)
        if member is None:
            found.problems.append(("wacz_missing", path[:200]))
            continue
        found.resources += 1
        size, digest = _digest_of(archive, member)
        if each.get("bytes") != size:
            found.problems.append(("wacz_size", path[:200]))
        if each.get("hash") != f"sha256:{digest}":
            found.problems.append(("wacz_digest", path[:200]))
    extra = set(archive.members) - named - {MANIFEST, DIGEST}
    found.problems += [("wacz_extra", path[:200]) for path in sorted(extra)[:100]]


def _digest_of(archive: Archive, member: Member) -> tuple[int, str]:
    digest, size = sha256(), 0
    try:
        with archive.open(member) as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                size += len(piece)
    except DAMAGED:
        return -1, ""
    return size, digest.hexdigest()


def _check_records(archive: Archive, member: Member, limits: Limits, found: Wacz, keep: int) -> None:
    report = WarcReport()
    try:
        with archive.open(member) as stream:
            for record in warc_records(stream, limits, member.path, report):
                found.captured += 1
                if len(found.records) < keep:
                    found.records.append(record)
    except DAMAGED:
        report.add("warc_damaged", 0)
    found.problems += [(code, f"{member.path}, record {place}"[:200]) for code, place in report.problems[:100]]


def _check_signature(archive: Archive, manifest: bytes, found: Wacz) -> None:
    raw = _small(archive, DIGEST)
    if raw is None:
        return
    said = _json(raw)
    expected = f"sha256:{sha256(manifest).hexdigest()}"
    if said is None or said.get("path") != MANIFEST or said.get("hash") != expected:
        found.signer = Signer.INVALID
        found.problems.append(("wacz_manifest_digest", DIGEST))
        return
    if set(said) - _DIGEST_FIELDS:
        found.signer = Signer.INVALID
        found.problems.append(("wacz_property", DIGEST))
        return
    signed = said.get("signedData")
    if signed is not None:
        _check_signed(signed, expected, found)


def _check_signed(signed: Any, expected: str, found: Wacz) -> None:
    found.signer = Signer.INVALID
    if not isinstance(signed, dict):
        found.problems.append(("wacz_signature", "signedData"))
        return
    anonymous = "publicKey" in signed
    if set(signed) - (_ANONYMOUS if anonymous else _DOMAIN):
        found.problems.append(("wacz_property", "signedData"))
        return
    key = _key_of(signed, anonymous)
    if signed.get("hash") != expected or key is None or not _verifies(key, signed, expected):
        found.problems.append(("wacz_signature", "signedData"))
        return
    found.signer = Signer.ANONYMOUS if anonymous else Signer.DOMAIN
    found.key = _fingerprint(key)
    found.domain = "" if anonymous else str(signed.get("domain") or "")[:253]


def _key_of(signed: Mapping[str, Any], anonymous: bool) -> Any:
    """Return the elliptic-curve key that is said to have signed; None for anything else."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        if anonymous:
            key = load_der_public_key(base64.b64decode(str(signed["publicKey"]), validate=True))
        else:
            key = x509.load_pem_x509_certificate(str(signed["domainCert"]).encode()).public_key()
    except (ValueError, KeyError, TypeError, binascii.Error, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, EllipticCurvePublicKey) else None


def _verifies(key: Any, signed: Mapping[str, Any], message: str) -> bool:
    """Return whether the signature (two numbers side by side, as browsers write them, or DER) holds."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        raw = base64.b64decode(str(signed["signature"]), validate=True)
    except (KeyError, ValueError, binascii.Error):
        return False
    half = (key.key_size + 7) // 8
    if len(raw) == 2 * half:
        raw = encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
    try:
        key.verify(raw, message.encode(), ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _fingerprint(key: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _small(archive: Archive, path: str) -> bytes | None:
    member = archive.members.get(path)
    if member is None:
        return None
    try:
        with archive.open(member) as stream:
            data = stream.read(_MOST_JSON + 1)
    except DAMAGED:
        return b""
    if len(data) > _MOST_JSON:
        raise UsageError(Said("%(place)s is larger than 16 MiB", place=path), mend="Nothing was kept.")
    return data


def _json(data: bytes | None) -> dict[str, Any] | None:
    if data is None:
        return None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
