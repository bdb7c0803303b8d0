"""Events of Jetstream and Tap: creations, updates, deletions, changes of names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evenhand.posts.bluesky.records import is_act, put_record, put_uri
from evenhand.posts.fields import dict_of, text_of
from evenhand.posts.id_times import tid_time
from evenhand.posts.json_records import JsonRecord, read_json_records
from evenhand.posts.part_reader import built
from evenhand.posts.parts import Part
from evenhand.posts.reader import Report
from evenhand.posts.record import Row
from evenhand.posts.times import check_clock

_KINDS: Final = frozenset({"commit", "identity", "account"})


def is_event(value: Any) -> bool:
    """Return whether a value is an event of Jetstream, or of Tap."""
    if not isinstance(value, dict):
        return False
    return ("did" in value and "time_us" in value and text_of(value.get("kind")) in _KINDS) or _is_tap(value)


def _is_tap(value: dict[str, Any]) -> bool:
    record = dict_of(value.get("record"))
    return "type" in value and "collection" in record and "action" in record


class Jetstream:
    """One file of events; handles are mutable and come only from `identity` events."""

    def __init__(self, base: Row, part: Part, report: Report) -> None:
        self._base = base
        self._part = part
        self._report = report
        self._handles: dict[str, str] = {}

    def rows(self) -> Iterator[Row]:
        """Yield the rows of the file."""
        for record in read_json_records(self._part, self._report, page_keys=("events",)):
            for event in record.parts() if isinstance(record.value, list) else (record,):
                yield from self._event(event)

    def _event(self, record: JsonRecord) -> Iterator[Row]:
        value = record.value
        if not is_event(value):
            self._report.refuse(self._part.at(record.locator), "record_not_recognised")
            return
        did, commit = _commit_of(value)
        if commit is None:
            self._note_identity(did, value)
            self._report.control += 1
        elif commit.get("operation") == "delete":
            self._report.control += 1
            self._deleted(did, commit, value, record)
        elif is_act(str(commit.get("collection")), commit.get("record")):
            yield from built(self._row, record, self._base, self._report, self._part)
        else:
            self._report.control += 1  # follows, blocks, profiles: no posts

    def _note_identity(self, did: str | None, value: dict[str, Any]) -> None:
        handle = text_of(dict_of(value.get("identity")).get("handle"))
        if did and handle:
            self._handles[did] = handle

    def _row(self, record: JsonRecord, row: Row) -> Row:
        did, commit = _commit_of(record.value)
        commit = dict_of(commit)
        collection = str(commit.get("collection"))
        put_uri(row, _uri(did, commit))
        row |= {"author_id": did, "author_handle": self._handles.get(did or ""), "author_basis": "platform_id"}
        row["observed_at"] = _microseconds(record.value)
        put_record(row, collection, commit.get("record"))
        check_clock(row, row["observed_at"], tid_time(str(commit.get("rkey"))))
        if commit.get("operation") == "update":
            row["edited_at"] = row["observed_at"]
        return row

    def _deleted(self, did: str | None, commit: dict[str, Any], value: dict[str, Any], record: JsonRecord) -> None:
        uri = _uri(did, commit)
        if uri is None or not is_act(str(commit.get("collection")), {"direction": "up"}):
            return
        event: Row = {"record_key": f"bluesky:{uri}", "event": "deleted_by_author", "observed_at": _microseconds(value)}
        event |= {name: self._base[name] for name in ("source_format", "source_sha256", "member_path")}
        record.locate(event)
        event.pop("flags", None)
        self._report.events.append(event)


def _commit_of(value: dict[str, Any]) -> tuple[str | None, dict[str, Any] | None]:
    """Return (did, commit) of an event, in Jetstream's names whichever it is; None for what is no commit."""
    if not _is_tap(value):
        commit = value.get("commit")
        return text_of(value.get("did")), commit if isinstance(commit, dict) else None
    tap = value["record"]
    return text_of(tap.get("did")), tap | {"operation": tap.get("action")}


def _uri(did: str | None, commit: dict[str, Any]) -> str | None:
    collection, rkey = text_of(commit.get("collection")), text_of(commit.get("rkey"))
    return f"at://{did}/{collection}/{rkey}" if did and collection and rkey else None


def _microseconds(value: dict[str, Any]) -> int | None:
    time = value.get("time_us")
    return time if type(time) is int and 0 <= time < 1 << 53 else None
