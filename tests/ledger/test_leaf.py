"""The writer: what it accepts reads back, and what must never be in a leaf is refused."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from evenhand.context import Context
from evenhand.ledger import SYSTEM, Draft
from evenhand.ledger.encoding import canonical
from evenhand.ledger.errors import LeafRefused, Malformed
from evenhand.ledger.leaf import MAX_LEAF, encode_leaf, format_time, parse_time, strict_parse
from evenhand.ledger.notes import KeyType, VerifierKey
from evenhand.ledger.registry import REGISTRY, LeafType, Need

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
CTX = Context.repeatable("leaf", NOW)
INDEX = 1000


def full_draft(row: LeafType, *, most: bool = True) -> Draft:
    """A draft with every field its type allows (or only those it needs)."""
    names = row.needs | row.may if most else row.needs
    pub = row.pub_needs | row.pub_may if most else row.pub_needs
    return Draft(
        row.name,
        b"\xff" * 16,
        {name: bytes([number, 255] * 16) for number, name in enumerate(sorted(names))},
        case=b"\xcc" * 16 if most else None,
        obj=b"\xdd" * 16 if most else None,
        pub=dict.fromkeys(pub, b"\xee" * 32),
        ref=(0, 7, 999) if row.ref is Need.MUST or (most and row.ref is Need.MAY) else (),
        count=3 if row.batch else None,
        root=b"\xee" * 32 if row.batch else None,
        why=row.why[0] if row.why and (most or not row.why_may) else None,
        vkey=VKEY if row.vkey else None,
        last=12 if row.last else None,
    )


@pytest.mark.parametrize("most", [True, False], ids=["most", "least"])
@pytest.mark.parametrize("name", REGISTRY)
def test_every_type_is_written_and_reads_back(name: str, most: bool) -> None:
    data = encode_leaf(full_draft(REGISTRY[name], most=most), INDEX, CTX)
    leaf = strict_parse(data, INDEX)
    assert canonical(leaf) == data == rfc8785.dumps(leaf)
    assert leaf["t"] == name
    assert leaf["at"] == "2026-03-04T05:06:07Z"
    assert len(data) <= MAX_LEAF


@pytest.mark.parametrize("name", REGISTRY)
def test_no_type_takes_a_field_it_has_not(name: str) -> None:
    row = REGISTRY[name]
    good = full_draft(row)
    extra: list[dict[str, Any]] = [
        {"commitments": {**good.commitments, "outcome": b"\xf1" * 32}},
        {"pub": {**good.pub, "verdict": b"\xf1" * 32}},
        {"why": "guilty"},
    ]
    if row.ref is Need.NO:
        extra.append({"ref": (1,)})
    if not row.batch:
        extra += [{"count": 1, "root": b"\xf2" * 32}, {"count": 1}, {"root": b"\xf2" * 32}]
    extra += [{"vkey": VKEY}] * (not row.vkey) + [{"last": 1}] * (not row.last)
    for change in extra:
        with pytest.raises(LeafRefused):
            encode_leaf(changed(good, **change), INDEX, CTX)


def changed(draft: Draft, **fields: Any) -> Draft:
    import dataclasses

    return dataclasses.replace(draft, **fields)


@pytest.mark.parametrize("name", [name for name, row in REGISTRY.items() if row.needs])
def test_every_needed_commitment_is_needed(name: str) -> None:
    good = full_draft(REGISTRY[name], most=False)
    for missing in REGISTRY[name].needs:
        left = {field: value for field, value in good.commitments.items() if field != missing}
        with pytest.raises(LeafRefused, match=missing):
            encode_leaf(changed(good, commitments=left), INDEX, CTX)


def identifying(count: int) -> list[str]:
    """Names, handles and addresses that nobody bears."""
    syllables = ["ka", "lo", "mi", "ru", "ten", "vor", "sal", "dex"]
    words = ("".join(parts) for parts in itertools.product(syllables, repeat=4))
    shapes = (
        "{0} {0}son",
        "@{0}",
        "https://social.example/{0}",
        "{0}@mail.example",
        "{0}",
        "+49 30 {1:08}",
        "M-{1:06}",
    )
    made = ((word, number) for number, word in enumerate(words))
    return [shapes[number % len(shapes)].format(word.title(), number) for word, number in itertools.islice(made, count)]


FIELDS = ("type", "actor", "case", "obj", "why", "vkey", "name", "pub", "ref", "count", "root", "last", "value")


def draft_with(field: str, value: Any) -> Draft:
    good = full_draft(REGISTRY["submission.received"])
    if field == "name":
        return changed(good, commitments={**good.commitments, value: b"\xf1" * 32})
    if field == "value":
        return changed(good, commitments={**good.commitments, "sent": value})
    if field == "pub":
        return changed(good, pub={value: b"\xf1" * 32})
    return changed(good, **{field: (value,) if field == "ref" else value})


@pytest.mark.slow
def test_ten_thousand_names_handles_and_addresses_are_refused_in_every_field() -> None:
    values = (
        identifying(4096) + [f"{value}x" for value in identifying(4096)] + [f"x{value}" for value in identifying(1808)]
    )
    assert len(set(values)) == 10_000
    for number, value in enumerate(values):
        for kind in (value, value.encode()):
            field = FIELDS[number % len(FIELDS)]
            with pytest.raises(LeafRefused) as refusal:
                encode_leaf(draft_with(field, kind), INDEX, CTX)
            assert value not in str(refusal.value) or len(value) < 8


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", ["Kalo Kaloson", b"Kalo Kaloson", None.__class__, 3.5, True], ids=repr)
def test_wrong_kinds_of_value_are_refused(field: str, value: Any) -> None:
    with pytest.raises((LeafRefused, Malformed)):
        encode_leaf(draft_with(field, value), INDEX, CTX)


@pytest.mark.parametrize("ref", [(5, 5), (6, 5), (-1,), (INDEX,), tuple(range(17))])
def test_refs_are_earlier_ascending_and_at_most_16(ref: tuple[int, ...]) -> None:
    with pytest.raises(LeafRefused):
        encode_leaf(changed(full_draft(REGISTRY["draw.made"]), ref=ref), INDEX, CTX)


def test_a_refused_value_is_not_repeated_in_the_message() -> None:
    with pytest.raises(LeafRefused) as refusal:
        encode_leaf(Draft("Kalo Kaloson of Vorten", SYSTEM), 0, CTX)
    assert "Kaloson" not in str(refusal.value)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(LeafRefused):
        format_time(datetime(2026, 1, 1))


@pytest.mark.parametrize("text", ["2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-1-01T00:00:00Z", ""])
def test_times_that_do_not_exist_are_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse_time(text)


GOOD = encode_leaf(full_draft(REGISTRY["evidence.redacted"]), INDEX, CTX)


@given(st.binary(max_size=200))
def test_random_bytes_raise_only_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        strict_parse(data, INDEX)


@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_a_changed_leaf_is_malformed_or_reads_back_exactly(place: int, put: bytes, cut: int) -> None:
    data = GOOD[:place] + put + GOOD[place + cut :]
    try:
        leaf = strict_parse(data, INDEX)
    except Malformed:
        return
    assert canonical(leaf) == data


@pytest.mark.parametrize("data", [b"[" * 3000, b'{"v":' + b"9" * 4000 + b"}", b"\xff", b"null", b'{"t":[]}', b""])
def test_hostile_bytes_raise_only_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        strict_parse(data, INDEX)


@pytest.mark.parametrize("kind", ["[]", "{}", "1", "true", '"x.y.z"', '"nodot"', '"Case.opened"'])
def test_a_type_that_is_no_type_is_malformed_even_where_unknown_ones_pass(kind: str) -> None:
    data = GOOD.replace(b'"evidence.redacted"', kind.encode())
    with pytest.raises(Malformed):
        strict_parse(data, INDEX, known_types=False)


def test_a_verifier_may_read_an_unknown_type() -> None:
    data = GOOD.replace(b"evidence.redacted", b"future.thing")
    assert strict_parse(data, INDEX, known_types=False)["t"] == "future.thing"
    with pytest.raises(Malformed):
        strict_parse(data, INDEX)


@pytest.mark.parametrize("field", ["actor", "case", "obj", "value", "root"])
def test_a_name_of_just_the_right_length_is_still_refused(field: str) -> None:
    name = b"Kalo of Vorten's" if field in ("actor", "case", "obj") else b"https://social.example/kalo-1234"
    assert len(name) in (16, 32)
    draft = draft_with(field, name)
    if field == "root":
        draft = changed(full_draft(REGISTRY["evidence.batch_sealed"]), root=name)
    with pytest.raises(LeafRefused, match=r"text|random"):
        encode_leaf(draft, INDEX, CTX)


def test_a_leaf_over_4096_bytes_is_neither_written_nor_read() -> None:
    key = VerifierKey("a" * 4000, KeyType.LOG, bytes(range(32)))
    with pytest.raises(LeafRefused, match="4096"):
        encode_leaf(changed(full_draft(REGISTRY["key.added"]), vkey=str(key)), INDEX, CTX)
    long = canonical({**strict_parse(GOOD, INDEX), "why": "a" * 4096})
    with pytest.raises(Malformed, match="4096"):
        strict_parse(long, INDEX)
