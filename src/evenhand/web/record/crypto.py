"""Sealing bytes under a data key: AES-256-GCM with a fresh 12-byte nonce in front and bound additional data.

No Django, no clock; the nonce comes from the caller's randomness.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from evenhand.errors import DoesNotHold

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def seal(key: bytes, plaintext: bytes, *, bound_to: bytes, random: Callable[[int], bytes]) -> bytes:
    """Return nonce (12 bytes), ciphertext and tag (16 bytes); `bound_to` is the additional data."""
    nonce = random(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, bound_to)


def open_sealed(key: bytes, sealed: bytes | memoryview, *, bound_to: bytes) -> bytes:
    """Return the plaintext; DoesNotHold if the bytes, the key or what they are bound to were changed."""
    whole = bytes(sealed)
    try:
        return AESGCM(key).decrypt(whole[:_NONCE_BYTES], whole[_NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError) as error:
        raise DoesNotHold("sealed bytes were changed or moved") from error


def blind_index(key: bytes, field: str, value: str) -> bytes:
    """Return 32 bytes that find equal values of one field under one key, and tell nothing without the key."""
    search_key = hmac.new(key, b"evenhand/blind-index/v1\n", hashlib.sha256).digest()
    return hmac.new(search_key, field.encode() + b"\n" + value.encode(), hashlib.sha256).digest()
