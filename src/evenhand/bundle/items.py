"""One item of a bundle: the entry is the listed one, its openings fit it, its objects fit the openings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evenhand.bundle.content import DOCUMENT
from evenhand.bundle.lines import ItemLine, ObjectLine, parse_opening, read_json
from evenhand.bundle.listing import Listing
from evenhand.bundle.opened import OpenedBundle
from evenhand.ledger.checking import Finding, failed, from_error, unverifiable
from evenhand.ledger.commitment import verify_opening
from evenhand.ledger.encoding import unb64u
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.leaf import ID_SIZE, strict_parse
from evenhand.ledger.tree import leaf_hash

_ERASERS = ("evidence.erased", "retention.purged")


def check_item(bundle: OpenedBundle, listing: Listing, line: ItemLine) -> tuple[list[Finding], bool]:
    """Return what is wrong with one item, and whether its entry is the one listed: then its place can be checked."""
    place = f"data/entries/{line.index}.json"
    if place not in bundle:
        return [failed(Reason.ITEM_REMOVED, place, "the entry is missing")], False
    if place in listing.damaged:
        return [], False  # said where the files were compared
    try:
        leaf = _leaf(bundle.read(place), line)
    except Contradiction as error:
        return [from_error(error, place)], False
    findings = list(_fields(bundle, line, leaf, place))
    values: dict[str, bytes] = {}
    if line.opened:
        opening = f"data/openings/{line.index}.json"
        try:
            values = _values(bundle, listing, line, leaf, opening)
        except Contradiction as error:
            findings.append(from_error(error, opening))
    for each in line.objects:
        findings += _object(bundle, listing, each, leaf, values)
    return findings, True


def _leaf(data: bytes, line: ItemLine) -> dict[str, Any]:
    if leaf_hash(data).hex() != line.leaf_hash:
        raise Contradiction(Reason.ENTRY_MISMATCH, "its hash is not the one in the list of items")
    leaf = strict_parse(data, line.index, known_types=False)
    if leaf["t"] != line.type or leaf["at"] != line.at:
        raise Contradiction(Reason.ENTRY_MISMATCH, "the list of items gives it another type or time")
    return leaf


def _fields(bundle: OpenedBundle, line: ItemLine, leaf: dict[str, Any], place: str) -> Iterator[Finding]:
    """Yield what is wrong between the fields of the entry and those that are opened, withheld or erased."""
    committed, opened, withheld = set(leaf.get("c", {})), set(line.opened), set(line.withheld)
    silent = committed - opened - withheld
    if line.erased is not None and not _says_erased(bundle, line.erased, line.index):
        yield failed(Reason.OPENING_MISSING, place, "the entry that should say that it was erased does not")
    elif (opened | withheld) - committed or opened & withheld:
        yield failed(Reason.OPENING_MISMATCH, place, "fields are listed to which the entry does not commit")
    elif silent and line.erased is None:
        yield failed(Reason.OPENING_MISSING, place, f"nothing is said of {', '.join(sorted(silent))}")
    elif {each.field for each in line.objects} - opened:
        yield failed(Reason.OPENING_MISSING, place, "an object without the opening that ties it to the entry")
    elif silent:
        yield unverifiable(Reason.ERASED_LAWFULLY, place, f"erased, as entry {line.erased} says")


def _says_erased(bundle: OpenedBundle, eraser: int, index: int) -> bool:
    path = f"data/entries/{eraser}.json"
    try:
        leaf: dict[str, Any] = strict_parse(bundle.read(path), eraser, known_types=False) if path in bundle else {}
    except Malformed:
        return False
    return leaf.get("t") in _ERASERS and index in leaf.get("ref", [])


def _values(
    bundle: OpenedBundle, listing: Listing, line: ItemLine, leaf: dict[str, Any], path: str
) -> dict[str, bytes]:
    """Return field -> opened value, each checked against the entry; nothing where the file was named already."""
    if path not in bundle:
        raise Contradiction(Reason.OPENING_MISSING, "the opening is missing")
    if path in listing.damaged:
        return {}
    listed = read_json(bundle.read(path))
    if not isinstance(listed, list):
        raise Malformed("openings that are no list")
    openings = [parse_opening(each) for each in listed]
    for opening in openings:
        committed = leaf.get("c", {}).get(opening.field)
        if committed is None:
            raise Contradiction(Reason.OPENING_MISMATCH, "a field is opened to which the entry does not commit")
        verify_opening(opening, committed)
    if sorted(opening.field for opening in openings) != list(line.opened):
        raise Contradiction(Reason.OPENING_MISMATCH, "other fields are opened than the list of items says")
    return {opening.field: opening.value for opening in openings}


def _object(
    bundle: OpenedBundle, listing: Listing, each: ObjectLine, leaf: dict[str, Any], values: dict[str, bytes]
) -> Iterator[Finding]:
    if each.file not in bundle:
        yield failed(Reason.ITEM_REMOVED, each.file, "the file is missing")
        return
    digest = listing.digests.get(each.file)
    if digest is None or each.field not in values:
        return  # said where the files were compared, or at the opening
    reason = Reason.DOCUMENT_MISMATCH if each.field == DOCUMENT else Reason.CONTENT_MISMATCH
    if not each.digest == digest == values[each.field].hex():
        yield failed(reason, each.file, "these bytes are not those that the entry commits to")
    elif each.field == DOCUMENT:
        try:
            _check_document(read_json(bundle.read(each.file)), leaf)
        except Contradiction as error:
            yield from_error(error, each.file)


def _check_document(said: Any, leaf: dict[str, Any]) -> None:
    if not isinstance(said, dict):
        raise Malformed("a document that is none")
    ids = {name: unb64u(leaf[name], ID_SIZE).hex() if name in leaf else None for name in ("case", "obj")}
    shown = {"type": leaf["t"], "at": leaf["at"], "why": leaf.get("why"), "ref": leaf.get("ref", []), **ids}
    wrong = sorted(name for name, value in shown.items() if said.get(name) != value)
    if wrong:
        raise Contradiction(Reason.DOCUMENT_MISMATCH, f"document and entry differ in: {', '.join(wrong)}")
