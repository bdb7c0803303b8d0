"""Lists inside JSON documents, element by element, whether the document can be held whole or not.

A list is named by a path of keys, `messages` or `chats.list.*.messages`; `*` stands for any key or place, the
empty path for a list that is the document itself. Each element comes with the plain values that stand around
the list (`beside`), by dotted name: in a streamed document those after the list arrive only at its end, and for what a
reader `needs` the document is then gone through once before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import ijson

from evenhand.posts.json_bytes import Malformed, loads
from evenhand.posts.json_records import JsonRecord, damaged, skip_bom
from evenhand.posts.lines import BOM
from evenhand.posts.parts import Part
from evenhand.posts.reader import Report

Path = tuple[str, ...]
Place = tuple[str | int, ...]
_OPENS: Final = {"start_map", "start_array"}
_LISTS: Final = {"start_array", "null"}
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


def elements(part: Part, report: Report, *lists: str, needs: frozenset[str] = frozenset()) -> Iterator[JsonRecord]:
    """Yield the elements of the named lists of a document; what stands in a list's place and is none is refused.

    Null in a list's place is an empty list. `needs`: the values beside a list without which an element cannot be read
    rightly. Raises Damaged for what is no JSON.
    """
    for _, record in elements_by_list(part, report, *lists, needs=needs):
        yield record


def elements_by_list(
    part: Part, report: Report, *lists: str, needs: frozenset[str] = frozenset()
) -> Iterator[tuple[str, JsonRecord]]:
    """Yield (name of its list, element) as `elements` does: list by list, or as they come in a streamed document.

    A document that is streamed is read once, however many lists are asked for.
    """
    whole = document(part)
    if whole is None:
        paths = {_path(name): name for name in lists}
        for path, record in _streamed(part, list(paths), report, needs):
            yield paths[path], record
        return
    if _holds_lists(whole, part, report):
        for name in lists:
            for record in _inside(whole, _path(name), {}, part, report):
                yield name, record


def elements_in(record: JsonRecord, part: Part, report: Report, *lists: str) -> Iterator[JsonRecord]:
    """Yield the elements of the named lists of one value; a value that is no object or list is refused."""
    if _holds_lists(record, part, report):
        for name in lists:
            yield from _inside(record, _path(name), {}, part, report)


def _holds_lists(record: JsonRecord, part: Part, report: Report) -> bool:
    """Return whether a value may hold lists; refuse it if it cannot."""
    if isinstance(record.value, (dict, list)):
        return True
    report.refuse(part.at(record.locator or "jp:"), "record_malformed")
    return False


def _path(name: str) -> Path:
    return tuple(name.split(".")) if name else ()


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


def _streamed(
    part: Part, paths: list[Path], report: Report, needs: frozenset[str]
) -> Iterator[tuple[Path, JsonRecord]]:
    walk = _Walk(paths, lambda pointer: report.refuse(part.at(pointer), "record_malformed"))
    around: dict[Place, dict[str, Any]] | None = None
    for path, record in _walked(part, walk):
        if not needs <= (record.beside or {}).keys():
            around = _all_around(part, paths) if around is None else around
            yield path, record._replace(beside=around.get(walk.holder, record.beside))
        else:
            yield path, record


def _walked(part: Part, walk: _Walk) -> Iterator[tuple[Path, JsonRecord]]:
    try:
        with part.open() as stream:
            skip_bom(stream)
            yield from walk.elements(ijson.basic_parse(stream, use_float=True))
    except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
        raise damaged(part.name) from error


def _all_around(part: Part, paths: list[Path]) -> dict[Place, dict[str, Any]]:
    """Return the plain values around each list of a document, those behind it too: goes through all of it."""
    walk = _Walk(paths, lambda _pointer: None)
    for _ in _walked(part, walk):
        pass
    return walk.ended


class _Walk:
    """Follows the events of a JSON parser and builds only the elements of the lists that were asked for."""

    def __init__(self, paths: list[Path], refuse: Callable[[str], None]) -> None:
        self._paths = paths
        self._refuse = refuse  # told where something stands in a list's place and is none
        self._here: list[str | int] = []
        self._holders: dict[Place, dict[str, Any]] = {}
        self.holder: Place = ()  # what the list of the last element stands in
        self.ended: dict[Place, dict[str, Any]] = {}  # the holders of lists, once they are read to their end

    def elements(self, events: Iterable[tuple[str, Any]]) -> Iterator[tuple[Path, JsonRecord]]:
        builder, depth = None, 0
        path: Path | None = None
        for event, value in events:
            if builder is not None:
                builder.event(event, value)
                depth += (event in _OPENS) - (event in _CLOSES)
                if not depth:
                    assert path is not None
                    yield path, self._record(builder.value)
                    builder = None
            elif event == "map_key":
                self._here[-1] = value
            elif event in _CLOSES:
                self._here.pop()
                held = self._holders.pop(tuple(self._here), None)  # else one stays for every object of every other list
                if held is not None and tuple(self._here) == self.holder:
                    self.ended[self.holder] = held
            elif (path := self._begins()) is not None:
                if event in _OPENS:
                    builder, depth = ijson.ObjectBuilder(), 1
                    builder.event(event, value)
                else:
                    yield path, self._record(value)
            else:
                if event not in _LISTS and any(path and _fits(path, self._here) for path in self._paths):
                    self._refuse(self._pointer())
                self._enter(event, value)

    def _begins(self) -> Path | None:
        """Count a value of a list; return the list that was asked for if it is an element of one."""
        if not self._here or not isinstance(self._here[-1], int):
            return None
        self._here[-1] += 1
        holder = self._here[:-1]
        return next((path for path in self._paths if _fits(path, holder)), None)

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
        places = (tuple(self._here[:-up]) for up in (2, 3))
        self.holder = next((place for place in places if place in self._holders), ())
        return JsonRecord(value, self._pointer(), None, self._holders.get(self.holder, {}))

    def _pointer(self) -> str:
        return "jp:/" + "/".join(str(name).replace("~", "~0").replace("/", "~1") for name in self._here)


def _fits(path: Path, here: list[str | int]) -> bool:
    return len(path) == len(here) and all(name in ("*", at) for name, at in zip(path, here, strict=True))
