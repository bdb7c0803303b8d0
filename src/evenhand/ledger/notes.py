"""Signed notes and verifier keys (C2SP signed-note), with Ed25519 by `cryptography`.

A note is text ending in a line end, a blank line, and signature lines `— name base64(key id || signature)`.
Unknown keys are ignored; one failing line of a known key rejects the whole note; one known key must verify.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from evenhand.context import Context
from evenhand.ledger.encoding import b64, unb64
from evenhand.ledger.errors import Contradiction, Malformed, Reason

MAX_NOTE: Final = 1 << 20
MAX_SIGNATURES: Final = 64
MAX_TIME: Final = 2**63 - 1
_PRIVATE: Final = "PRIVATE+KEY"

LOW_ORDER: Final = frozenset(
    bytes.fromhex(point)
    for point in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    )
)
"""The 14 encodings of points of low order: with such a key nearly any signature can be made to verify."""


class KeyType(IntEnum):
    """What a verifier key is for. ML-DSA-44 is parsed; its lines are not checked and count for nothing."""

    LOG = 0x01
    COSIGNER = 0x04
    ML_DSA_44 = 0x06


_PUBLIC_SIZE: Final = {KeyType.LOG: 32, KeyType.COSIGNER: 32, KeyType.ML_DSA_44: 1312}
_SIGNATURE_SIZE: Final = {KeyType.LOG: 64, KeyType.COSIGNER: 72}


def _is_bad(letter: str) -> bool:
    return letter.isspace() or letter < " " or "\ud800" <= letter <= "\udfff"


def check_name(name: str) -> None:
    """Raise Malformed unless `name` may be a key name: not empty, no white space, no plus, no control."""
    if not name or "+" in name or any(map(_is_bad, name)):
        raise Malformed(f"the key name {name[:60]!r} is empty or holds a space, a plus or a control character")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name and use. `str()` gives the vkey text."""

    name: str
    kind: KeyType
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name || line end || type || public key)."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        """Return `name+hex8+base64(type || public key)`."""
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes([self.kind]) + self.public)}"


def parse_vkey(text: str) -> VerifierKey:
    """Return the key a vkey text names; raises Malformed (form, unknown type, key id that does not match)."""
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise Malformed("a verifier key has three parts joined by plus signs")
    name, key_id, encoded = parts
    check_name(name)
    data = unb64(encoded)
    if not data or data[0] not in KeyType.__members__.values():
        raise Malformed("a verifier key of an unknown type")
    key = VerifierKey(name, KeyType(data[0]), data[1:])
    if len(key.public) != _PUBLIC_SIZE[key.kind]:
        raise Malformed(f"a public key of {len(key.public)} bytes")
    if key.key_id.hex() != key_id:
        raise Malformed("a verifier key whose id does not match its key")
    return key


def parse_trusted_vkey(text: str) -> VerifierKey:
    """Return the key as `parse_vkey`, and refuse the 14 low-order encodings: for policies and keyrings."""
    key = parse_vkey(text)
    if key.public in LOW_ORDER:
        raise Malformed("a public key of low order", where=key.name)
    return key


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature line: who, the 4-byte key id, and what follows it (for a cosigner: time and signature)."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        """Return the line without its end."""
        return f"— {self.name} {b64(self.key_id + self.signature)}"

    @property
    def time(self) -> int:
        """POSIX seconds of a cosignature (its first 8 bytes, big-endian)."""
        return int.from_bytes(self.signature[:8], "big")

    @classmethod
    def parse(cls, line: str) -> SignatureLine:
        """Return the parts of one line; raises Malformed."""
        if not line.startswith("— "):
            raise Malformed("a signature line that does not begin with a dash and a space")
        name, separator, encoded = line[2:].partition(" ")
        check_name(name)
        data = unb64(encoded)
        if not separator or len(data) < 5:
            raise Malformed("a signature line without a signature")
        return cls(name, data[:4], data[4:])


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note: its text (with the final line end) and its signature lines; nothing verified yet."""

    text: str
    signatures: tuple[SignatureLine, ...]

    def encode(self) -> bytes:
        """Return the bytes of the note."""
        return "".join([self.text, "\n", *(f"{line}\n" for line in self.signatures)]).encode()


def parse_note(data: bytes) -> Note:
    """Return the parts of a note; raises Malformed. Limits: 1 MiB, 64 signature lines."""
    if len(data) > MAX_NOTE:
        raise Malformed(f"a note over {MAX_NOTE} bytes")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("a note that is not UTF-8") from None
    if any(letter < " " and letter != "\n" for letter in whole):
        raise Malformed("a control character in a note")
    head, blank, tail = whole.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise Malformed("a note has a blank line, then signature lines that end the file")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise Malformed(f"a note with over {MAX_SIGNATURES} signature lines")
    return Note(head + "\n", tuple(SignatureLine.parse(line) for line in lines))


def cosigned_text(text: str, time: int) -> bytes:
    """Return what a cosigner signs: the whole checkpoint text, bound to a time."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def verify_line(key: VerifierKey, line: SignatureLine, text: str) -> None:
    """Return if `line` is a signature by `key` over `text`; else raise Contradiction `bad_signature`."""
    signed, signature = text.encode(), line.signature
    if len(signature) != _SIGNATURE_SIZE.get(key.kind):
        raise _bad_signature(key)
    if key.kind is KeyType.COSIGNER:
        if not 1 <= line.time <= MAX_TIME:
            raise _bad_signature(key)
        signed, signature = cosigned_text(text, line.time), signature[8:]
    if not verify_ed25519(key.public, signature, signed):
        raise _bad_signature(key)


def verify_ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether an Ed25519 signature verifies (RFC 8032, cofactorless; S >= L is refused)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _bad_signature(key: VerifierKey) -> Contradiction:
    return Contradiction(Reason.BAD_SIGNATURE, "the signature does not verify", where=f"key {key.name}")


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> list[tuple[VerifierKey, SignatureLine]]:
    """Return the (key, line) pairs that verified, in line order; at least one.

    Raises Contradiction `bad_signature` where a line of a known key fails, `unknown_log` where no known key
    signed. ML-DSA-44 keys are known by name only: their lines are passed over.
    """
    known = {(key.name, key.key_id): key for key in keys}
    verified = []
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is None or key.kind is KeyType.ML_DSA_44:
            continue
        verify_line(key, line, note.text)
        verified.append((key, line))
    if not verified:
        raise Contradiction(Reason.UNKNOWN_LOG, "no signature by a known key")
    return verified


@dataclass(frozen=True, slots=True)
class Signer:
    """A private Ed25519 key with its name and use. Its `repr` shows the public part only."""

    name: str
    kind: KeyType
    _key: Ed25519PrivateKey

    def __repr__(self) -> str:
        """Return the verifier key; a private key never reaches a log line."""
        return f"Signer({self.verifier})"

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.kind, self._key.public_key().public_bytes_raw())

    def sign(self, text: str, time: int = 0) -> SignatureLine:
        """Return the signature line over `text`; `time` (POSIX seconds) counts for a cosigner only."""
        message = cosigned_text(text, time) if self.kind is KeyType.COSIGNER else text.encode()
        stamp = time.to_bytes(8, "big") if self.kind is KeyType.COSIGNER else b""
        return SignatureLine(self.name, self.verifier.key_id, stamp + self._key.sign(message))

    def encode(self) -> str:
        """Return the private form `PRIVATE+KEY+name+hex8+base64(type || seed)`: for a 0600 file only."""
        seed = bytes([self.kind]) + self._key.private_bytes_raw()
        return f"{_PRIVATE}+{self.name}+{self.verifier.key_id.hex()}+{b64(seed)}"

    @classmethod
    def generate(cls, name: str, ctx: Context, kind: KeyType = KeyType.LOG) -> Signer:
        """Return a new key from 32 random bytes."""
        check_name(name)
        return cls(name, kind, Ed25519PrivateKey.from_private_bytes(ctx.random(32)))

    @classmethod
    def parse(cls, text: str) -> Signer:
        """Return the key of a private form; raises Malformed without showing any of it."""
        parts = text.split("+", 4)
        if len(parts) != 5 or "+".join(parts[:2]) != _PRIVATE:
            raise Malformed("not a private log key")
        check_name(parts[2])
        data = unb64(parts[4])
        if len(data) != 33 or data[0] not in _SIGNATURE_SIZE:
            raise Malformed("not a private log key of a type that signs")
        signer = cls(parts[2], KeyType(data[0]), Ed25519PrivateKey.from_private_bytes(data[1:]))
        if signer.verifier.key_id.hex() != parts[3]:
            raise Malformed("a private log key whose id does not match")
        return signer


def sign_note(text: str, signers: Sequence[Signer], time: int = 0) -> Note:
    """Return the note over `text` with one line by each signer, in their order."""
    return Note(text, tuple(signer.sign(text, time) for signer in signers))
