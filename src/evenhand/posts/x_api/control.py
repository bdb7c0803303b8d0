"""Control lines of a stream: they are about posts, or about the stream, and never a post."""

from __future__ import annotations

from typing import Any, Final

from evenhand.posts.json_records import JsonRecord
from evenhand.posts.reader import Report
from evenhand.posts.record import Row

CONTROL: Final = frozenset(
    {"delete", "scrub_geo", "status_withheld", "user_withheld", "limit", "warning", "disconnect", "meta"}
)


def is_control(value: dict[str, Any]) -> bool:
    """Return whether this is a control line of a stream."""
    return len(value) == 1 and next(iter(value)) in CONTROL


def take_control(record: JsonRecord, base: Row, report: Report) -> None:
    """Count a control line; a deletion or withholding becomes a PostEvent."""
    report.control += 1
    kind, content = next(iter(record.value.items()))
    if not isinstance(content, dict):
        return
    if kind == "delete":
        status = content.get("status")
        native_id = status.get("id_str") if isinstance(status, dict) else None
        _event("deleted_by_author", native_id, content, record, base, report=report)
    elif kind == "status_withheld":
        _event("withheld", content.get("id_str") or content.get("id"), content, record, base, report=report)


def _event(
    event: str, native_id: object, content: dict[str, Any], record: JsonRecord, base: Row, *, report: Report
) -> None:
    if isinstance(native_id, int) and not isinstance(native_id, bool):
        native_id = str(native_id)
    if not isinstance(native_id, str) or not native_id:
        return
    timestamp = content.get("timestamp_ms")
    milliseconds = int(timestamp) if isinstance(timestamp, str) and timestamp.isdecimal() else None
    row: Row = {
        "record_key": f"x:{native_id}",
        "event": event,
        "claimed_at": milliseconds * 1000 if milliseconds and milliseconds < 1 << 43 else None,
        "source_format": base["source_format"],
        "source_sha256": base["source_sha256"],
    }
    record.locate(row)
    row.pop("flags", None)
    report.events.append(row)
