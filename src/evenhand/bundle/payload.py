"""The payload of a bundle: exact entries, what opens them, the objects, the list of items, custody, the crate."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from evenhand.bundle.bag import Bag
from evenhand.bundle.content import About, Item, Object
from evenhand.bundle.crate import crate
from evenhand.bundle.custody import custody_html, custody_lines, opened_texts
from evenhand.ledger.commitment import Opening
from evenhand.ledger.encoding import b64u
from evenhand.ledger.leaf import strict_parse
from evenhand.ledger.tree import leaf_hash


def write_payload(bag: Bag, about: About, items: Iterable[Item]) -> list[dict[str, Any]]:
    """Write data/ and return the lines of items.jsonl; `items` in the order of their indexes, one held at a time."""
    lines, texts = [], {}
    for item in items:
        lines.append(_write_item(bag, item))
        texts[item.index] = tuple(opened_texts(item))
    bag.put("data/items.jsonl", b"".join(json_line(line) for line in lines))
    bag.put("data/custody.jsonl", b"".join(json_line(line) for line in custody_lines(about, lines)))
    bag.put("data/custody.html", custody_html(about, lines, texts).encode())
    kinds = {each["file"]: each["kind"] for line in lines for each in line["objects"]}
    bag.put("data/ro-crate-metadata.json", json_line(crate(about, bag.payload, kinds)))
    return lines


def json_line(value: object) -> bytes:
    """Return one line of JSON with its end, keys in order: the same value, the same bytes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def opening_json(opening: Opening) -> dict[str, str]:
    """Return an opening as it stands in a bundle."""
    return {"field": opening.field, "nonce": b64u(opening.nonce), "value": b64u(opening.value)}


def _write_item(bag: Bag, item: Item) -> dict[str, Any]:
    leaf = strict_parse(item.entry, item.index, known_types=False)
    bag.put(f"data/entries/{item.index}.json", item.entry)
    if item.opened:
        opened = sorted(item.opened, key=lambda opening: opening.field)
        bag.put(f"data/openings/{item.index}.json", json_line([opening_json(opening) for opening in opened]))
    objects = [_write_object(bag, item.index, each) for each in item.objects]
    return {
        "index": item.index,
        "type": leaf["t"],
        "at": leaf["at"],
        "leaf_hash": leaf_hash(item.entry).hex(),
        "wording": item.wording,
        "opened": sorted(opening.field for opening in item.opened),
        "withheld": sorted(item.withheld),
        "erased": item.erased,
        "objects": objects,
    }


def _write_object(bag: Bag, index: int, each: Object) -> dict[str, Any]:
    path = f"data/objects/{index:06}-{each.name}"
    bag.put(path, each.data)
    return {
        "file": path, "field": each.field, "digest": each.digest, "kind": each.kind, "name": each.name,
        "grade": each.grade, "wording": each.wording,
    }  # fmt: skip
