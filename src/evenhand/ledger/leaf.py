"""Leaves: from a draft to canonical bytes (the writer, strict), and back (`strict_parse`, never repairing).

A leaf is one JSON object in canonical bytes (RFC 8785), at most 4,096. It never holds free text, a name, an
address, a plain hash of content, or an outcome: pseudonyms are random bytes, reasons are words of the registry,
all else stands behind commitments (EVIDENCE §1.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from evenhand.context import Context
from evenhand.ledger.commitment import MAX_BATCH
from evenhand.ledger.draft import SYSTEM, Actor, Draft
from evenhand.ledger.encoding import JSON, MAX_INTEGER, b64u, canonical, parse_canonical, unb64u
from evenhand.ledger.errors import LeafRefused, Malformed
from evenhand.ledger.notes import parse_vkey
from evenhand.ledger.registry import PUB_KEYS, REGISTRY, LeafType, Need
from evenhand.ledger.store import HASH_SIZE

MAX_LEAF: Final = 4096
MAX_FIELDS: Final = 16
ID_SIZE: Final = 16
_AT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,47}")
_PUB: Final = re.compile(r"sha256:[0-9a-f]{64}")
_REQUIRED: Final = frozenset({"v", "t", "at", "n", "act"})
_OPTIONAL: Final = frozenset({"case", "obj", "c", "pub", "ref", "cnt", "root", "why", "vkey", "last"})


def format_time(moment: datetime) -> str:
    """Return `YYYY-MM-DDTHH:MM:SSZ` of an aware time, whole seconds."""
    if moment.tzinfo is None:
        raise LeafRefused("a time without a zone cannot be recorded")
    return moment.astimezone(UTC).isoformat()[:19] + "Z"


def parse_time(text: str) -> datetime:
    """Return the aware UTC time of `YYYY-MM-DDTHH:MM:SSZ`; raises Malformed for anything else."""
    if not _AT.fullmatch(text):
        raise Malformed("a time that is not YYYY-MM-DDTHH:MM:SSZ")
    try:
        day = (int(text[:4]), int(text[5:7]), int(text[8:10]))
        return datetime(*day, int(text[11:13]), int(text[14:16]), int(text[17:19]), tzinfo=UTC)
    except ValueError:
        raise Malformed("a time that does not exist") from None


# The writer ------------------------------------------------------------------------------------------------


def encode_leaf(draft: Draft, index: int, ctx: Context) -> bytes:
    """Return the canonical bytes of the leaf that `draft` becomes at `index`, with a fresh nonce.

    Raises LeafRefused, naming the type and the field: unknown type or field, a field the type has not or
    needs, and everything that is never in a leaf.
    """
    row = REGISTRY.get(draft.type)
    if row is None:
        raise LeafRefused(f"{_show(draft.type)} is not a leaf type", mend="docs/reference/ledger.md lists them.")
    leaf: dict[str, JSON] = {
        "v": 1,
        "t": row.name,
        "at": format_time(draft.at or ctx.now()),
        "n": b64u(ctx.random(ID_SIZE)),
        "act": _actor(draft.actor, row),
    }
    _put_ids(leaf, draft, row)
    _put_digests(leaf, draft, row)
    _put_words(leaf, draft, row)
    _put_numbers(leaf, draft, row, index)
    data = canonical(leaf)
    if len(data) > MAX_LEAF:
        raise _refused(row, "the leaf", f"is {len(data)} bytes; {MAX_LEAF} is the most")
    return data


def _show(value: object) -> str:
    """Return at most a few letters of a refused value: it may be a name."""
    text = value if isinstance(value, str) else type(value).__name__
    return repr(text if _NAME.fullmatch(text.replace(".", "_")) else text[:3] + "…")


def _refused(row: LeafType, field: str, problem: str) -> LeafRefused:
    return LeafRefused(f"{field} {problem}", where=f"leaf {row.name}")


def _actor(actor: Actor, row: LeafType) -> str:
    return SYSTEM if actor == SYSTEM else _id(actor, "act", row)


def _id(value: object, field: str, row: LeafType) -> str:
    if type(value) is not bytes or len(value) != ID_SIZE or _reads_as_text(value):
        raise _refused(row, field, "must be 16 random bytes, never a name, a handle or a number")
    return b64u(value)


def _reads_as_text(value: bytes) -> bool:
    """Return whether all bytes are printable ASCII: a name in the place of randomness.

    16 random bytes look so once in 7 million; a pseudonym is first used where it is minted, so that act is
    refused as a whole and done again with a fresh one.
    """
    return value.isascii() and value.decode("ascii").isprintable()


def _put_ids(leaf: dict[str, JSON], draft: Draft, row: LeafType) -> None:
    if draft.case is not None:
        leaf["case"] = _id(draft.case, "case", row)
    if draft.obj is not None:
        leaf["obj"] = _id(draft.obj, "obj", row)


def _check_names(
    given: Mapping[str, bytes], needs: frozenset[str], may: frozenset[str], row: LeafType, field: str
) -> None:
    names = given.keys()
    if not needs <= names:
        raise _refused(row, field, f"needs {', '.join(sorted(needs - names))}")
    if not names <= needs | may:
        allowed = ", ".join(sorted(needs | may)) or "none"
        raise _refused(row, field, f"has a name it may not have; allowed: {allowed}")


def _put_digests(leaf: dict[str, JSON], draft: Draft, row: LeafType) -> None:
    _check_names(draft.commitments, row.needs, row.may, row, "c")
    _check_names(draft.pub, row.pub_needs, row.pub_may, row, "pub")
    for value in (*draft.commitments.values(), *draft.pub.values()):
        if type(value) is not bytes or len(value) != HASH_SIZE or _reads_as_text(value):
            raise _refused(row, "a commitment or digest", "must be 32 bytes that are no text")
    if draft.commitments:
        leaf["c"] = {name: b64u(value) for name, value in draft.commitments.items()}
    if draft.pub:
        leaf["pub"] = {name: f"sha256:{value.hex()}" for name, value in draft.pub.items()}


def _put_words(leaf: dict[str, JSON], draft: Draft, row: LeafType) -> None:
    if draft.why is not None:
        if draft.why not in row.why:
            raise _refused(row, "why", f"must be one of: {', '.join(row.why)}" if row.why else "is not allowed")
        leaf["why"] = draft.why
    elif row.why and not row.why_may:
        raise _refused(row, "why", f"is missing; one of: {', '.join(row.why)}")
    if row.vkey != (draft.vkey is not None):
        raise _refused(row, "vkey", "is missing" if row.vkey else "is not allowed")
    if draft.vkey is not None:
        try:
            leaf["vkey"] = str(parse_vkey(draft.vkey))
        except Malformed as error:
            raise _refused(row, "vkey", f"is refused: {error.what}") from None


def _put_numbers(leaf: dict[str, JSON], draft: Draft, row: LeafType, index: int) -> None:
    if row.last != (draft.last is not None):
        raise _refused(row, "last", "is missing" if row.last else "is not allowed")
    if draft.last is not None:
        leaf["last"] = _number(draft.last, 0, MAX_INTEGER, "last", row)
    if row.batch != (draft.count is not None) or row.batch != (draft.root is not None):
        raise _refused(row, "cnt and root", "are missing" if row.batch else "are not allowed")
    if draft.count is not None and draft.root is not None:
        leaf["cnt"] = _number(draft.count, 1, MAX_BATCH, "cnt", row)
        if type(draft.root) is not bytes or len(draft.root) != HASH_SIZE or _reads_as_text(draft.root):
            raise _refused(row, "root", "must be 32 bytes that are no text")
        leaf["root"] = b64u(draft.root)
    if draft.ref or row.ref is Need.MUST:
        leaf["ref"] = _refs(draft.ref, row, index)


def _number(value: object, least: int, most: int, field: str, row: LeafType) -> int:
    if type(value) is not int or not least <= value <= most:
        raise _refused(row, field, f"must be a whole number from {least} to {most}")
    return value


def _refs(refs: tuple[int, ...], row: LeafType, index: int) -> list[JSON]:
    if row.ref is Need.NO or not 1 <= len(refs) <= MAX_FIELDS:
        raise _refused(row, "ref", "is not allowed" if row.ref is Need.NO else f"must hold 1 to {MAX_FIELDS} indexes")
    earlier = -1
    for ref in refs:
        _number(ref, earlier + 1, index - 1, "each ref, in strictly ascending order,", row)
        earlier = ref
    return list(refs)


# The parser ------------------------------------------------------------------------------------------------


def strict_parse(data: bytes, index: int, *, known_types: bool = True) -> dict[str, JSON]:
    """Return the leaf that stands at `index`; its canonical bytes are exactly `data`. Raises Malformed only.

    Form, known type and key rules are checked, not the registry's fields, so that old leaves stay readable.
    `known_types=False`: a type not in the registry passes (a verifier reports it and goes on).
    """
    if len(data) > MAX_LEAF:
        raise Malformed(f"a leaf of {len(data)} bytes; {MAX_LEAF} is the most")
    leaf = parse_canonical(data)
    if not isinstance(leaf, dict):
        raise Malformed("a leaf that is not an object")
    if not _REQUIRED <= leaf.keys() <= _REQUIRED | _OPTIONAL:
        raise Malformed("a leaf with a missing or unknown key")
    _check_basics(leaf, known_types)
    _check_maps(leaf)
    _check_refs(leaf, index)
    _check_type_keys(leaf)
    return leaf


def _text(value: JSON, field: str) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{field} is not text")
    return value


def _check_basics(leaf: dict[str, JSON], known_types: bool) -> None:
    if leaf["v"] != 1:
        raise Malformed("a leaf of an unknown version")
    parse_time(_text(leaf["at"], "at"))
    unb64u(_text(leaf["n"], "n"), ID_SIZE)
    if leaf["act"] != SYSTEM:
        unb64u(_text(leaf["act"], "act"), ID_SIZE)
    for field in ("case", "obj"):
        if field in leaf:
            unb64u(_text(leaf[field], field), ID_SIZE)
    kind = _text(leaf["t"], "t")
    if known_types and kind not in REGISTRY:
        raise Malformed("a leaf of an unknown type")
    family, dot, act = kind.partition(".")
    if not dot or not _NAME.fullmatch(family) or not _NAME.fullmatch(act):
        raise Malformed("a leaf type that is not family.act")
    if "why" in leaf and not _WORD.fullmatch(_text(leaf["why"], "why")):
        raise Malformed("why is not a word")


def _check_maps(leaf: dict[str, JSON]) -> None:
    for name, value in _map(leaf, "c").items():
        if not _NAME.fullmatch(name):
            raise Malformed("the name of a commitment is not a-z, 0-9, _")
        unb64u(_text(value, "a commitment"), HASH_SIZE)
    for name, value in _map(leaf, "pub").items():
        if name not in PUB_KEYS or not _PUB.fullmatch(_text(value, "pub")):
            raise Malformed("pub holds an unknown key, or what is no sha256 digest")


def _map(leaf: dict[str, JSON], field: str) -> dict[str, JSON]:
    found = leaf.get(field)
    if found is None:
        return {}
    if not isinstance(found, dict) or not 1 <= len(found) <= MAX_FIELDS:
        raise Malformed(f"{field} is not an object of 1 to {MAX_FIELDS} values")
    return found


def _check_refs(leaf: dict[str, JSON], index: int) -> None:
    refs = leaf.get("ref")
    if refs is None:
        return
    if not isinstance(refs, list) or not 1 <= len(refs) <= MAX_FIELDS:
        raise Malformed(f"ref is not a list of 1 to {MAX_FIELDS} indexes")
    earlier = -1
    for ref in refs:
        if not isinstance(ref, int) or not earlier < ref < index:
            raise Malformed("ref is not strictly ascending, or points at the leaf itself or later")
        earlier = ref


def _check_type_keys(leaf: dict[str, JSON]) -> None:
    kind = leaf["t"]
    is_key = isinstance(kind, str) and kind.startswith("key.")
    _present(leaf, "vkey", is_key)
    _present(leaf, "last", kind in ("key.retired", "key.revoked"))
    for field in ("cnt", "root"):
        _present(leaf, field, kind == "evidence.batch_sealed")
    if "vkey" in leaf:
        parse_vkey(_text(leaf["vkey"], "vkey"))
    if "last" in leaf and not isinstance(leaf["last"], int):
        raise Malformed("last is not a whole number")
    if "cnt" in leaf:
        count = leaf["cnt"]
        if not isinstance(count, int) or not 1 <= count <= MAX_BATCH:
            raise Malformed(f"cnt is not a whole number from 1 to {MAX_BATCH}")
        unb64u(_text(leaf["root"], "root"), HASH_SIZE)


def _present(leaf: dict[str, JSON], field: str, wanted: bool) -> None:
    if (field in leaf) != wanted:
        raise Malformed(f"{field} is missing" if wanted else f"{field} does not belong in this type of leaf")
