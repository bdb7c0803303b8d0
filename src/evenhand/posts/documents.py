"""Lists inside JSON documents, element by element, whether the document can be held whole or not.

A list is named by a path of keys, `messages` or `chats.list.*.messages`; `*` stands for any key or place, the
empty path for a list that is the document itself. Each element comes with the plain values that stand around
the list (`beside`), by dotted name: in a streamed document those after the list arrive only at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import ijson

from evenhand.posts.json_bytes import Malformed, loads
from evenhand.posts.json_records import JsonRecord, damaged, skip_bom
from evenhand.posts.lines import BOM
from evenhand.posts.parts import Part
from evenhand.posts.reader import Report

Path = tuple[str, ...]
_OPENS: Final = {"start_map", "start_array"}
_CLOSES: Final = {"end_map", "end_array"}


def document(part: Part) -> JsonRecord | None:
    """Return a part as one JSON value, or None if it is too large to hold; raises Damaged if it is no JSON."""
    data = part.small()
    if data is None:
        return None
    try:
        return JsonRecord(loads(data.removeprefix(BOM))[0], "")
    except Malformed as error:
        raise damaged(part.name) from error


def elements(part: Part, report: Report, *lists: str) -> Iterator[JsonRecord]:
    """Yield the elements of the named lists of a document; what stands in a list's place and is none is refused.

    Null in a list's place is an empty list. Raises Damaged for what is no JSON.
    """
    whole = document(part)
    if whole is None:
        yield from _streamed(part, [tuple(name.split(".")) if name else () for name in lists])
        return
    yield from elements_in(whole, part, report, *lists)


def elements_in(record: JsonRecord, part: Part, report: Report, *lists: str) -> Iterator[JsonRecord]:
    """Yield the elements of the named lists of one value; a value that is no object or list is refused."""
    if not isinstance(record.value, (dict, list)):
        report.refuse(part.at(record.locator or "jp:"), "record_malformed")
        return
    for name in lists:
        yield from _inside(record, tuple(name.split(".")) if name else (), {}, part, report)


def _inside(record: JsonRecord, path: Path, beside: dict[str, Any], part: Part, report: Report) -> Iterator[JsonRecord]:
    value = record.value
    if not path:
        if isinstance(value, list):
            yield from (JsonRecord(inner.value, inner.locator, None, beside) for inner in record.parts())
        elif value is not None and record.locator:
            report.refuse(part.at(record.locator), "record_malformed")
        return
    name, rest = path[0], path[1:]
    if isinstance(value, dict):
        around = plain_values(value)
        for found in value if name == "*" else [name] if name in value else []:
            yield from _inside(record.at(found), rest, around, part, report)
    elif name == "*" and isinstance(value, list):
        for inner in record.parts():
            yield from _inside(inner, rest, beside, part, report)


def plain_values(value: dict[str, Any]) -> dict[str, Any]:
    """Return the plain values of an object and of the objects in it, by dotted name."""
    found = {name: inner for name, inner in value.items() if not isinstance(inner, (dict, list))}
    for name, inner in value.items():
        if isinstance(inner, dict):
            found |= {f"{name}.{deep}": v for deep, v in inner.items() if not isinstance(v, (dict, list))}
    return found


def _streamed(part: Part, paths: list[Path]) -> Iterator[JsonRecord]:
    try:
        with part.open() as stream:
            skip_bom(stream)
            yield from _Walk(paths).elements(ijson.basic_parse(stream, use_float=True))
    except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
        raise damaged(part.name) from error


class _Walk:
    """Follows the events of a JSON parser and builds only the elements of the lists that were asked for."""

    def __init__(self, paths: list[Path]) -> None:
        self._paths = paths
        self._here: list[str | int] = []
        self._holders: dict[tuple[str | int, ...], dict[str, Any]] = {}

    def elements(self, events: Iterable[tuple[str, Any]]) -> Iterator[JsonRecord]:
        builder, depth = None, 0
        for event, value in events:
            if builder is not None:
                builder.event(event, value)
                depth += (event in _OPENS) - (event in _CLOSES)
                if not depth:
                    yield self._record(builder.value)
                    builder = None
            elif event == "map_key":
                self._here[-1] = value
            elif event in _CLOSES:
                self._here.pop()
                self._holders.pop(tuple(self._here), None)  # else one stays for every object of every other list
            elif self._begins():
                if event in _OPENS:
                    builder, depth = ijson.ObjectBuilder(), 1
                    builder.event(event, value)
                else:
                    yield self._record(value)
            else:
                self._enter(event, value)

    def _begins(self) -> bool:
        """Count a value of a list; return whether it is an element that was asked for."""
        if not self._here or not isinstance(self._here[-1], int):
            return False
        self._here[-1] += 1
        return any(self._fits(path) for path in self._paths)

    def _fits(self, path: Path) -> bool:
        here = self._here[:-1]
        return len(path) == len(here) and all(name in ("*", at) for name, at in zip(path, here, strict=True))

    def _enter(self, event: str, value: Any) -> None:
        if event == "start_map":
            self._holders[tuple(self._here)] = {}
            self._here.append("")
        elif event == "start_array":
            self._here.append(-1)
        else:
            for up in (1, 2):
                holder = self._holders.get(tuple(self._here[:-up])) if len(self._here) >= up else None
                if holder is not None:
                    holder[".".join(map(str, self._here[-up:]))] = value

    def _record(self, value: Any) -> JsonRecord:
        around = next((h for up in (2, 3) if (h := self._holders.get(tuple(self._here[:-up]))) is not None), {})
        pointer = "/".join(str(name).replace("~", "~0").replace("/", "~1") for name in self._here)
        return JsonRecord(value, f"jp:/{pointer}", None, around)
