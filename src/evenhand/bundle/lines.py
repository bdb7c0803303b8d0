"""The lines of items.jsonl and the openings, read strictly: what a bundle says of each entry it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from evenhand.ledger.commitment import Opening
from evenhand.ledger.encoding import MAX_INTEGER, b64u, unb64u
from evenhand.ledger.encoding import read_json as read_any_json
from evenhand.ledger.errors import Malformed

MAX_DEPTH: Final = 100
"""Of JSON in a bundle: how deep a reader may go differs between versions of Python, a verdict may not."""
_LINE_KEYS: Final = frozenset({
    "index", "leaf_hash", "type", "at", "wording", "objects", "opened", "withheld", "erased"
})  # fmt: skip
_OBJECT_KEYS: Final = frozenset({"file", "field", "digest", "kind", "name", "grade", "wording"})
_OBJECT_PATH: Final = re.compile(r"data/objects/[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class ObjectLine:
    """What the list says of one object: its file, the field that commits to it, its SHA-256 (hex)."""

    file: str
    field: str
    digest: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """What the list says of one entry."""

    index: int
    leaf_hash: str
    type: str
    at: str
    opened: tuple[str, ...]
    withheld: tuple[str, ...]
    erased: int | None
    objects: tuple[ObjectLine, ...]


def read_json(data: bytes) -> Any:
    """Return a JSON value as the ledger reads it, nested no deeper than anything in a bundle; raises Malformed."""
    value = read_any_json(data)
    level, depth = [value], 0
    while level := [each for each in level if isinstance(each, (dict, list))]:
        depth += 1
        if depth > MAX_DEPTH:
            raise Malformed("it is nested deeper than anything in a bundle")
        level = [child for each in level for child in (each.values() if isinstance(each, dict) else each)]
    return value


def parse_lines(data: bytes) -> list[ItemLine]:
    """Return the lines of items.jsonl; raises Malformed."""
    if not data.endswith(b"\n"):
        raise Malformed("the list of items does not end with a line end")
    return [_item_line(read_json(line)) for line in data[:-1].split(b"\n")]


def parse_opening(value: Any) -> Opening:
    """Return an opening of a bundle; raises Malformed."""
    found = _exactly(value, frozenset({"field", "nonce", "value"}))
    if not all(isinstance(each, str) for each in found.values()):
        raise Malformed("an opening that is not text")
    return Opening(found["field"], unb64u(found["nonce"], 32), _unb64u(found["value"]))


def _unb64u(text: str) -> bytes:
    size = len(text) * 3 // 4
    data = unb64u(text, size)
    if b64u(data) != text:
        raise Malformed("base64 that is not canonical")
    return data


def _item_line(value: Any) -> ItemLine:
    found = _exactly(value, _LINE_KEYS)
    texts = [found[name] for name in ("leaf_hash", "type", "at", "wording")]
    if not all(isinstance(text, str) for text in texts) or not isinstance(found["objects"], list):
        raise Malformed("a line of the list of items that is not of its form")
    erased = found["erased"]
    return ItemLine(
        index=_index(found["index"]), leaf_hash=found["leaf_hash"], type=found["type"], at=found["at"],
        opened=_names(found["opened"]), withheld=_names(found["withheld"]),
        erased=None if erased is None else _index(erased), objects=tuple(map(_object_line, found["objects"])),
    )  # fmt: skip


def _object_line(value: Any) -> ObjectLine:
    found = _exactly(value, _OBJECT_KEYS)
    if not all(isinstance(found[name], str) for name in _OBJECT_KEYS - {"grade"}):
        raise Malformed("an object that is not of its form")
    if not _OBJECT_PATH.fullmatch(found["file"]):
        raise Malformed("an object with a path that it cannot have")
    return ObjectLine(found["file"], found["field"], found["digest"])


def _exactly(value: Any, keys: frozenset[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or value.keys() != keys:
        raise Malformed("an object with other keys than it must have")
    return value


def _index(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MAX_INTEGER:
        raise Malformed("an index that is no whole number")
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise Malformed("a list of fields that is none")
    if value != sorted(set(value)):
        raise Malformed("a list of fields out of order")
    return tuple(value)
