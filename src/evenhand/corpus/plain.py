"""The plain columns of INTERFACES §6 as a query over posts, and what they leave out."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from evenhand.posts.rows.columns import PLAIN
from evenhand.posts.schema import POST_SCHEMA

PLAIN_SCHEMA: Final = pa.schema([(name, pa.int64() if name in {"likes", "reposts"} else pa.string()) for name in PLAIN])


def _id_of(column: str) -> str:
    """Return the SQL of the plain id in a record key: without the platform, which has its own column."""
    return f"substr({column}, length(platform) + 2)"


PLAIN_SQL: Final = f"""
SELECT
    platform,
    native_id AS id,
    author_id,
    author_handle,
    author_display,
    text_norm AS text,
    coalesce(
        strftime(claimed_at, '%Y-%m-%dT%H:%M:%S.%fZ'), strftime(claimed_at_local, '%Y-%m-%dT%H:%M:%S.%f')
    ) AS created_at,
    {_id_of("reply_to")} AS reply_to,
    {_id_of("quote_of")} AS quote_of,
    {_id_of("share_of")} AS share_of,
    to_json(list_transform(mentions, lambda m: struct_pack(id := m.id, handle := m.handle)))::VARCHAR AS mentions,
    to_json(list_transform(urls, lambda u: u.url_full))::VARCHAR AS urls,
    counts.likes AS likes,
    counts.reposts AS reposts,
    language,
    side['parent_text'] AS parent_text
FROM posts
ORDER BY record_key
"""  # noqa: S608 - every part is a constant of this module

_CARRIED: Final = frozenset(
    {
        *("record_key", "platform", "native_id", "author_id", "author_handle", "author_display", "text_norm"),
        *("claimed_at", "claimed_at_local", "reply_to", "quote_of", "share_of", "mentions", "urls", "counts"),
        *("language", "imported_at", "observation_sha256"),
    }
)


def dropped_sql() -> str:
    """Return the query that counts, per field that `plain` leaves out, the rows in which it says something."""
    parts = []
    for field in POST_SCHEMA:
        if field.name in _CARRIED:
            continue
        name = f'"{field.name}"'
        if pa.types.is_list(field.type) or pa.types.is_map(field.type):
            said = f"len({name}) > 0" if pa.types.is_list(field.type) else f"cardinality({name}) > 0"
        elif pa.types.is_boolean(field.type):
            said = name
        else:
            said = f"{name} IS NOT NULL"
        parts.append(f"count(*) FILTER (WHERE {said}) AS {name}")
    return f"SELECT {', '.join(parts)} FROM posts"  # noqa: S608 - names of our own schema
