"""The Post record: one observation of one item, as a reader saw it in one file.

Readers fill plain rows (`Row`: only the fields that say something); columns are filled per batch and a
`Post` is built only when somebody asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from evenhand.posts.schema import EMPTY
from evenhand.posts.times import to_datetime, to_local_datetime

Row = dict[str, Any]
"""The fields of one post that say something; times are UTC microseconds (int)."""

_TIMES = (
    "claimed_at",
    "observed_at",
    "imported_at",
    "counts_as_of",
    "edited_at",
    "deleted_at",
    "deletion_observed_at",
)


@dataclass(frozen=True, slots=True)
class Post:
    """One post, message, reaction or report. None: the source does not say; empty: the source said so.

    Times are aware UTC datetimes. Offsets in `mentions` count code points of `text_norm`.
    docs/reference/post.md explains each field.
    """

    record_key: str
    observation_sha256: str
    platform: str
    source_format: str
    native_id: str
    id_is_synthetic: bool = False
    record_kind: str = "post"
    author_id: str | None = None
    author_handle: str | None = None
    author_display: str | None = None
    author_basis: str = "none"
    relation: str = "post"
    text_raw: bytes | None = None
    text_raw_encoding: str | None = None
    text_norm: str | None = None
    norm_version: str | None = None
    norm_map: bytes | None = None
    text_norm_steps: list[str] = field(default_factory=list)
    truncated: bool = False
    truncated_reason: str | None = None
    claimed_at_raw: str | None = None
    claimed_at: datetime | None = None
    claimed_at_local: datetime | None = None
    observed_at: datetime | None = None
    imported_at: datetime | None = None
    tz_status: str = "none"
    reply_to: str | None = None
    quote_of: str | None = None
    share_of: str | None = None
    edit_of: str | None = None
    thread_root: str | None = None
    target_unresolved: str | None = None
    mentions: list[dict[str, Any]] = field(default_factory=list)
    urls: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, Any] | None = None
    counts_as_of: datetime | None = None
    counts_precision: str | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    edited_at: datetime | None = None
    deletion_state: str = "present"
    deleted_at: datetime | None = None
    deletion_observed_at: datetime | None = None
    visibility: str = "unknown"
    language: str | None = None
    language_basis: str | None = None
    source_sha256: str = ""
    member_path: str | None = None
    member_sha256: str = ""
    locator: str = ""
    raw_record_sha256: str = ""
    raw_refs: list[dict[str, Any]] = field(default_factory=list)
    provenance_class: str = "user_statement"
    side: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, row: Row) -> Post:
        """Return the post of a row; about 10 µs, so bulk work stays in columns."""
        values = EMPTY | row
        for name in _TIMES:
            values[name] = to_datetime(values[name])
        values["claimed_at_local"] = to_local_datetime(values["claimed_at_local"])
        return cls(**values)
