"""The Arrow schema of the Post record: its columns, types and empty values.

Times are UTC microseconds. A list or map is never null: empty says "the source said so". Everything else
may be null, which says "the source does not say". docs/reference/post.md explains each column.
"""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

TIME: Final = pa.timestamp("us", "UTC")
LOCAL_TIME: Final = pa.timestamp("us")
TEXT: Final = pa.string()

MENTION: Final = pa.struct([("id", TEXT), ("handle", TEXT), ("start", pa.int32()), ("end", pa.int32())])
LINK: Final = pa.struct([("url_full", TEXT), ("shown", TEXT), ("record_key", TEXT)])
COUNTS: Final = pa.struct(
    [
        ("likes", pa.int64()),
        ("reposts", pa.int64()),
        ("replies", pa.int64()),
        ("quotes", pa.int64()),
        ("views", pa.int64()),
        ("reactions", pa.map_(TEXT, pa.int64())),
    ]
)
ATTACHMENT: Final = pa.struct([("name", TEXT), ("media_type", TEXT), ("sha256", TEXT), ("uri", TEXT)])
RAW_REF: Final = pa.struct(
    [("source_sha256", TEXT), ("member_path", TEXT), ("locator", TEXT), ("raw_record_sha256", TEXT)]
)

_POST_FIELDS: Final[list[tuple[str, pa.DataType]]] = [
    ("record_key", TEXT),
    ("observation_sha256", TEXT),
    ("platform", TEXT),
    ("source_format", TEXT),
    ("native_id", TEXT),
    ("id_is_synthetic", pa.bool_()),
    ("record_kind", TEXT),
    ("author_id", TEXT),
    ("author_handle", TEXT),
    ("author_display", TEXT),
    ("author_basis", TEXT),
    ("relation", TEXT),
    ("text_raw", pa.binary()),
    ("text_raw_encoding", TEXT),
    ("text_norm", TEXT),
    ("norm_version", TEXT),
    ("norm_map", pa.binary()),
    ("text_norm_steps", pa.list_(TEXT)),
    ("truncated", pa.bool_()),
    ("truncated_reason", TEXT),
    ("claimed_at_raw", TEXT),
    ("claimed_at", TIME),
    ("claimed_at_local", LOCAL_TIME),
    ("observed_at", TIME),
    ("imported_at", TIME),
    ("tz_status", TEXT),
    ("reply_to", TEXT),
    ("quote_of", TEXT),
    ("share_of", TEXT),
    ("edit_of", TEXT),
    ("thread_root", TEXT),
    ("target_unresolved", TEXT),
    ("mentions", pa.list_(MENTION)),
    ("urls", pa.list_(LINK)),
    ("counts", COUNTS),
    ("counts_as_of", TIME),
    ("counts_precision", TEXT),
    ("attachments", pa.list_(ATTACHMENT)),
    ("edited_at", TIME),
    ("deletion_state", TEXT),
    ("deleted_at", TIME),
    ("deletion_observed_at", TIME),
    ("visibility", TEXT),
    ("language", TEXT),
    ("language_basis", TEXT),
    ("source_sha256", TEXT),
    ("member_path", TEXT),
    ("member_sha256", TEXT),
    ("locator", TEXT),
    ("raw_record_sha256", TEXT),
    ("raw_refs", pa.list_(RAW_REF)),
    ("provenance_class", TEXT),
    ("side", pa.map_(TEXT, TEXT)),
    ("flags", pa.list_(TEXT)),
]
POST_SCHEMA: Final = pa.schema(_POST_FIELDS)
"""Every field of a Post, in the order of docs/reference/post.md."""

_EVENT_FIELDS: Final[list[tuple[str, pa.DataType]]] = [
    ("record_key", TEXT),
    ("event", TEXT),
    ("claimed_at", TIME),
    ("observed_at", TIME),
    ("imported_at", TIME),
    ("source_format", TEXT),
    ("source_sha256", TEXT),
    ("member_path", TEXT),
    ("locator", TEXT),
    ("raw_record_sha256", TEXT),
]
EVENT_SCHEMA: Final = pa.schema(_EVENT_FIELDS)
"""A PostEvent: something happened to a post (a deletion), said by a source; it changes no observation."""


SILENT: Final = {
    "record_kind": "post",
    "author_basis": "none",
    "relation": "post",
    "tz_status": "none",
    "deletion_state": "present",
    "visibility": "unknown",
    "provenance_class": "user_statement",
}
"""Fields that are never null, and what they hold when a reader says nothing."""


def _empty(name: str, kind: pa.DataType) -> Any:
    if name in SILENT:
        return SILENT[name]
    if pa.types.is_list(kind):
        return []
    if pa.types.is_map(kind):
        return {}
    return False if pa.types.is_boolean(kind) else None


EMPTY: Final[dict[str, Any]] = {field.name: _empty(field.name, field.type) for field in POST_SCHEMA}
"""What a field holds when its reader says nothing about it."""
