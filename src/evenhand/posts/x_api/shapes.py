"""Which of X's shapes a JSON object has."""

from __future__ import annotations

from typing import Any, Final

# Plain rows may bear `id`, `author_id` and `text` too; these names only X's own objects have.
_V2_SIGNS: Final = frozenset({"public_metrics", "edit_history_tweet_ids", "referenced_tweets", "conversation_id"})


def is_v1(value: dict[str, Any]) -> bool:
    """Return whether this is a v1.1 tweet: an id as text beside a user or a text."""
    return "id_str" in value and ("user" in value or "text" in value or "full_text" in value)


def is_v2(value: dict[str, Any]) -> bool:
    """Return whether this is a v2 tweet, bare or flattened by a collector."""
    author = value.get("author")
    inlined = isinstance(author, dict) and "username" in author and "text" in value
    return "id" in value and (inlined or not _V2_SIGNS.isdisjoint(value))


def is_page(value: dict[str, Any]) -> bool:
    """Return whether this is a page of v2: tweets under `data`, or only the errors of one."""
    data = value.get("data")
    if isinstance(data, dict):
        return "id" in data and "id" not in value
    beside = "includes" in value or "meta" in value or "errors" in value
    if isinstance(data, list):
        return beside or _holds_v2(data)
    return data is None and _only_errors(value)


def _holds_v2(data: list[Any]) -> bool:
    return bool(data) and isinstance(data[0], dict) and "id" in data[0] and "text" in data[0]


def _only_errors(value: dict[str, Any]) -> bool:
    return "id" not in value and ("meta" in value or isinstance(value.get("errors"), list))


def exact_id(value: dict[str, Any], name: str = "id") -> str | None:
    """Return an id as text, from `<name>_str` or `<name>`; None if it is missing or no id at all."""
    found = value.get(f"{name}_str")
    if isinstance(found, str) and found:
        return found
    found = value.get(name)
    if isinstance(found, str) and found:
        return found
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else None
