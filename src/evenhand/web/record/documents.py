"""Documents: what one act says, in canonical JSON (RFC 8785), sealed under the data key of what it belongs to.

A document is never migrated: whoever reads one reads every schema version (`v`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from evenhand.errors import DoesNotHold, UsageError
from evenhand.web.record.crypto import open_sealed
from evenhand.web.record.ids import ActorId, DocumentId, KeyId, SealedId

VERSION: Final = 1
_LARGEST_INTEGER: Final = 2**53 - 1
_KEY = re.compile(r"[\x20-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class Document:
    """One act as recorded. `at` is `YYYY-MM-DDTHH:MM:SSZ`; `sealed` and `seats`: texts and seats made by it."""

    id: DocumentId
    type: str
    at: str
    actor: ActorId
    purpose: str
    key: KeyId
    case: str | None
    obj: str | None
    why: str | None
    ref: tuple[int, ...]
    sealed: tuple[SealedId, ...]
    seats: tuple[dict[str, Any], ...]
    body: dict[str, Any]
    seq: int = -1  # its leaf; not part of the bytes, which are made before the leaf has a place

    def encode(self) -> bytes:
        """Return the canonical bytes that the leaf commits to."""
        return canonical(
            {
                "v": VERSION, "id": self.id, "type": self.type, "at": self.at, "actor": self.actor,
                "purpose": self.purpose, "key": self.key, "case": self.case, "obj": self.obj, "why": self.why,
                "ref": list(self.ref), "sealed": list(self.sealed), "seats": list(self.seats),
                "body": self.body,
            }
        )  # fmt: skip


def instant(at: datetime) -> str:
    """Return the time as documents and leaves write it: UTC, whole seconds, Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def canonical(value: Any) -> bytes:
    """Return RFC 8785 bytes; UsageError for floats, large integers, lone surrogates and keys outside ASCII.

    Without those, sorted `json.dumps` and RFC 8785 agree.
    """
    _check(value, "body")
    try:
        text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UsageError("a document holds a lone surrogate", mend="Normalise the text first.") from error


def decode(data: bytes, seq: int) -> Document:
    """Return the document in canonical bytes; DoesNotHold if they are not one of ours."""
    try:
        found = json.loads(data)
        if found["v"] != VERSION or canonical(found) != data:
            raise DoesNotHold("not a canonical document of a known version")
        return Document(
            id=found["id"], type=found["type"], at=found["at"], actor=found["actor"], purpose=found["purpose"],
            key=found["key"], case=found["case"], obj=found["obj"], why=found["why"], ref=tuple(found["ref"]),
            sealed=tuple(found["sealed"]), seats=tuple(found["seats"]), body=found["body"], seq=seq,
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, UsageError) as error:
        raise DoesNotHold("not a document") from error


def open_document(key: bytes, document_id: str, sealed: bytes) -> bytes:
    """Return the canonical bytes of a sealed document; DoesNotHold if they were changed or swapped."""
    return open_sealed(key, sealed, bound_to=record_bound(document_id))


def record_bound(document_id: str) -> bytes:
    """Return what a record's ciphertext is bound to."""
    return b"evenhand/record/v1\n" + document_id.encode()


def opening_bound(seq: int, field: str) -> bytes:
    """Return what an opening's ciphertext is bound to."""
    return f"evenhand/opening/v1\n{seq}\n{field}".encode()


def text_bound(text_id: str, field: str) -> bytes:
    """Return what a sealed text is bound to."""
    return f"evenhand/text/v1\n{text_id}\n{field}".encode()


def _check(value: Any, where: str) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > _LARGEST_INTEGER:
            raise UsageError("an integer beyond 2^53 - 1; write it as text", where=where)
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            _check(item, f"{where}[{place}]")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str) or not _KEY.fullmatch(key):
                raise UsageError("keys are printable ASCII text", where=where)
            _check(item, f"{where}.{key}")
    else:
        raise UsageError(f"{type(value).__name__} has no place in a document", where=where)
