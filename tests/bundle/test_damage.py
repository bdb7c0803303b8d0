"""T-BUNDLE: every kind of damage has its verdict and its reason, from both verifiers, careless or careful."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.bundle.bundle_room import (
    AT,
    Room,
    both,
    contents,
    in_memory,
    in_process,
    loaded,
    packaged,
    relist,
    relisted,
    rewrite,
    stand_alone,
)
from tests.kill import NIGHTLY

from evenhand.bundle import write_zip
from evenhand.bundle.payload import json_line

pytestmark = pytest.mark.slow
Damage = Callable[[Path], None]


def test_a_good_bundle_is_verified_with_its_items(bundle: Path) -> None:
    said = both(bundle)
    assert (said.verdict, said.exit, said.found) == ("verified", 0, frozenset())
    assert [item["index"] for item in said.all["items"]] == [1, 2, 3, 4]
    assert said.all["items"][2]["objects"][0]["grade"] == "P6"
    assert said.all["items"][2]["fields"] == {"content": "verified", "doc": "unverifiable"}


def test_what_does_not_hold_is_not_called_unchanged(bundle: Path) -> None:
    """Of an item nothing more is said than of itself, and of what all items stand on: list, seal, checkpoint, keys."""
    (bundle / "data/objects/000003-file.png").write_bytes(b"x")
    one, two, three, four = both(bundle).all["items"]
    assert (three["verdict"], three["reason"], three["wording"]) == ("failed", "content_mismatch", None)
    assert three["objects"][0]["grade"] is None
    assert [item["verdict"] for item in (one, two, four)] == ["verified"] * 3
    rewrite(bundle, "data/items.jsonl", lambda data: data.replace(b'"P6"', b'"P1"'))
    items = both(bundle).all["items"]
    assert {item["verdict"] for item in items} == {"failed"}
    assert not [item for item in items if item["wording"]]


def test_other_programs_find_the_bag_complete(bundle: Path) -> None:
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--strict", "--quiet", "-c", manifest], cwd=bundle, check=True)
    assert (bundle / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    crate = json.loads((bundle / "data/ro-crate-metadata.json").read_text())
    root = next(entity for entity in crate["@graph"] if entity["@id"] == "./")
    inside = {path.relative_to(bundle / "data").as_posix() for path in (bundle / "data").rglob("*") if path.is_file()}
    assert {part["@id"] for part in root["hasPart"]} == inside - {"ro-crate-metadata.json"}
    assert root["name"] and root["description"] and root["license"] and root["datePublished"] == AT


CARELESS: dict[str, tuple[Damage, str, set[tuple[str, str]]]] = {
    "an object is changed": (
        lambda b: (b / "data/objects/000001-document.json").write_bytes(b"{}") and None,
        "failed", {("data/objects/000001-document.json", "content_mismatch")},
    ),
    "an entry is changed": (
        lambda b: (b / "data/entries/1.json").write_bytes(b"{}") and None,
        "failed", {("data/entries/1.json", "entry_mismatch")},
    ),
    "an opening is changed": (
        lambda b: (b / "data/openings/1.json").write_bytes(b"[]\n") and None,
        "failed", {("data/openings/1.json", "opening_mismatch")},
    ),
    "an object is removed": (
        lambda b: (b / "data/objects/000003-file.png").unlink(),
        "failed", {("data/objects/000003-file.png", "item_removed")},
    ),
    "an entry is removed": (
        lambda b: (b / "data/entries/2.json").unlink(), "failed", {("data/entries/2.json", "item_removed")},
    ),
    "a file is added": (
        lambda b: (b / "data/objects/more.png").write_bytes(b"x") and None,
        "failed", {("data/objects/more.png", "item_added")},
    ),
    "a file is added outside the payload": (
        lambda b: (b / "proofs/9.tlog-proof").write_bytes(b"x") and None,
        "failed", {("proofs/9.tlog-proof", "item_added")},
    ),
    "an object is renamed": (
        lambda b: (b / "data/objects/000003-file.png").rename(b / "data/objects/000003-photo.png") and None,
        "failed",
        {("data/objects/000003-file.png", "item_removed"), ("data/objects/000003-photo.png", "item_added")},
    ),
    "a proof is dropped": (
        lambda b: (b / "proofs/2.tlog-proof").unlink(), "unverifiable", {("proofs/2.tlog-proof", "not_checked")},
    ),
    "the proof of the seal is dropped": (
        lambda b: (b / "proofs/bundle.tlog-proof").unlink(),
        "unverifiable", {("proofs/bundle.tlog-proof", "not_checked")},
    ),
    "the opening of the seal is dropped": (
        lambda b: (b / "proofs/bundle.opening.json").unlink(),
        "unverifiable", {("proofs/bundle.opening.json", "not_checked")},
    ),
    "the entry of the seal is dropped": (
        lambda b: (b / "proofs/bundle.entry.json").unlink(),
        "unverifiable", {("proofs/bundle.entry.json", "not_checked")},
    ),
    "the checkpoint is dropped": (
        lambda b: (b / "log/checkpoint").unlink(), "unverifiable", {("log/checkpoint", "no_checkpoint")},
    ),
    "the manifest is dropped": (
        lambda b: (b / "manifest-sha256.txt").unlink(), "failed", {("manifest-sha256.txt", "item_removed")},
    ),
    "the declaration is dropped": (
        lambda b: (b / "bagit.txt").unlink(), "failed", {("bagit.txt", "item_removed")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CARELESS)
def test_damage_is_named(bundle: Path, name: str) -> None:
    damage, verdict, expected = CARELESS[name]
    damage(bundle)
    said = both(bundle)
    assert said.verdict == verdict
    assert expected <= said.found
    assert said.exit == {"failed": 1, "unverifiable": 4}[verdict]


def test_without_policy_and_keyring_nothing_can_be_said_of_signatures(bundle: Path) -> None:
    for name in ("policy", "keyring.json"):
        (bundle / "log" / name).unlink()
    said = both(bundle)
    assert (said.verdict, said.reasons) == ("unverifiable", {"no_key"})


def test_reordered_items_are_named(bundle: Path) -> None:
    def swap(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        return b"".join([lines[1], lines[0], *lines[2:]])

    rewrite(bundle, "data/items.jsonl", swap)
    said = both(bundle)
    assert said.verdict == "failed"
    assert ("data/items.jsonl", "item_reordered") in said.found


CAREFUL: dict[str, tuple[str, Callable[[bytes], bytes], set[tuple[str, str]]]] = {
    "an object": (
        "data/objects/000003-file.png", lambda _: b"other", {("data/objects/000003-file.png", "content_mismatch")},
    ),
    "a document": (
        "data/objects/000004-document.json", lambda data: data.replace(b"closed", b"opened"),
        {("data/objects/000004-document.json", "document_mismatch")},
    ),
    "an entry": (
        "data/entries/2.json", lambda data: data.replace(b"hearing", b"meeting"),
        {("data/entries/2.json", "entry_mismatch")},
    ),
    "an opening": (
        "data/openings/1.json", lambda data: data.replace(b'"value":"SSB3', b'"value":"SSB4'),
        {("data/openings/1.json", "opening_mismatch")},
    ),
    "a grade": (
        "data/items.jsonl", lambda data: data.replace(b'"P6"', b'"P2"'),
        {("proofs/bundle.opening.json", "content_mismatch")},
    ),
    "what is said to be withheld": (
        "data/items.jsonl", lambda data: data.replace(b'"withheld":["doc"]', b'"withheld":[]'),
        {("data/entries/3.json", "opening_missing")},
    ),
    "the list of items": ("data/items.jsonl", lambda _: b"[]\n", {("data/items.jsonl", "malformed")}),
    "the checkpoint's size": (
        "log/checkpoint", lambda data: data.replace(b"\n6\n", b"\n7\n"), {("log/checkpoint", "bad_signature")},
    ),
    "the checkpoint's signature": (
        "log/checkpoint", lambda data: data[:-9] + b"AAAAAA==\n", {("log/checkpoint", "bad_signature")},
    ),
    "a proof's path": (
        "proofs/2.tlog-proof", lambda data: b"\n".join([*data.split(b"\n")[:2], *data.split(b"\n")[3:]]),
        {("proofs/2.tlog-proof", "path_mismatch")},
    ),
    "the policy": ("log/policy", lambda _: b"nonsense\n", {("log/policy", "malformed")}),
    "the keyring": ("log/keyring.json", lambda _: b"[]\n", {("log/checkpoint", "no_key")}),
    "an earlier checkpoint": (
        "proofs/consistency/2-6.json", lambda data: data.replace(b"\\n2\\n", b"\\n3\\n"),
        {("proofs/consistency/2-6.json", "bad_signature")},
    ),
    "the way to an earlier checkpoint": (
        "proofs/consistency/2-6.json",
        lambda data: json_line({**json.loads(data), "path": ["A" * 43 + "="] * 3}),
        {("proofs/consistency/2-6.json", "fork_detected")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CAREFUL)
def test_careful_damage_is_named_too(bundle: Path, name: str) -> None:
    path, change, expected = CAREFUL[name]
    before = (bundle / path).read_bytes()
    rewrite(bundle, path, change)
    assert (bundle / path).read_bytes() != before
    said = both(bundle)
    assert said.verdict == ("unverifiable" if name == "the keyring" else "failed")
    assert expected <= said.found
    if path.startswith("data/"):
        assert ("proofs/bundle.opening.json", "content_mismatch") in said.found


def test_a_hash_of_a_proof_exchanged_with_care_is_named(bundle: Path) -> None:
    def other(data: bytes) -> bytes:
        lines = data.split(b"\n")
        return b"\n".join([*lines[:2], b"A" * 43 + b"=", *lines[3:]])

    rewrite(bundle, "proofs/2.tlog-proof", other)
    assert both(bundle).found == {("proofs/2.tlog-proof", "path_mismatch")}


def test_the_proofs_of_two_items_exchanged_with_care_are_named(bundle: Path) -> None:
    one, other = bundle / "proofs/1.tlog-proof", bundle / "proofs/2.tlog-proof"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second), other.write_bytes(first)
    relist(bundle)
    assert both(bundle).found == {("proofs/1.tlog-proof", "path_mismatch"), ("proofs/2.tlog-proof", "path_mismatch")}


def test_an_entry_that_was_never_in_the_log_has_no_place_in_it(tmp_path: Path) -> None:
    """Whoever makes the bundle puts in an entry of their own, hash and openings in line: its proof does not lead on."""
    room, elsewhere = Room(tmp_path), Room(tmp_path)
    room.act(body={"state": "as it was"})
    false = elsewhere.act(body={"state": "as somebody wished"})
    said = both(room.bundle(items=[false]))
    assert (said.verdict, said.found) == ("failed", {("proofs/1.tlog-proof", "path_mismatch")})


def test_a_document_that_says_something_else_than_its_entry_is_named(tmp_path: Path) -> None:
    """The entry commits to it, so only whoever keeps the log could do that."""
    room = Room(tmp_path)
    others = {
        "type": "case.opened",
        "at": "2026-03-04T05:06:08Z",
        "case": None,
        "obj": "ab" * 16,
        "ref": [0],
        "why": "x",
    }
    for name, value in others.items():
        item = room.act(overlay={name: value})
        said = both(room.bundle(name, items=[item]))
        assert said.found == {(f"data/objects/{item.index:06}-document.json", "document_mismatch")}, name


def test_an_item_taken_out_with_care_breaks_the_seal(bundle: Path) -> None:
    for path in ("data/entries/2.json", "data/openings/2.json", "data/objects/000002-document.json"):
        (bundle / path).unlink()
    (bundle / "proofs/2.tlog-proof").unlink()
    rewrite(bundle, "data/items.jsonl", lambda data: b"".join(data.splitlines(keepends=True)[i] for i in (0, 2, 3)))
    said = both(bundle)
    assert said.verdict == "failed"
    assert said.found == {("proofs/bundle.opening.json", "content_mismatch"), ("bag-info.txt", "malformed")}


def test_an_item_put_in_with_care_breaks_the_seal(bundle: Path) -> None:
    (bundle / "data/objects/more.json").write_bytes(b"{}")
    relist(bundle)
    assert both(bundle).found == {
        ("proofs/bundle.opening.json", "content_mismatch"), ("data/objects/more.json", "item_added"),
        ("bag-info.txt", "malformed"),
    }  # fmt: skip


def test_two_items_under_each_others_names_are_named(bundle: Path) -> None:
    one, other = bundle / "data/entries/1.json", bundle / "data/entries/2.json"
    one.write_bytes(other.read_bytes()), other.write_bytes(one.read_bytes())
    relist(bundle)
    assert {("data/entries/1.json", "entry_mismatch")} <= both(bundle).found


def test_each_file_in_the_place_of_another_is_never_verified(bundle: Path) -> None:
    whole = contents(bundle)
    for one, other in combinations(whole, 2):
        said, again = in_memory(loaded(), {**whole, one: whole[other], other: whole[one]})
        assert (said.verdict, again.verdict) == ("failed", "failed"), (one, other)


@settings(max_examples=150 if NIGHTLY else 60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_flipped_byte_is_never_verified(good: Path, data: st.DataObject) -> None:
    files = contents(good)
    name = data.draw(st.sampled_from(sorted(files)))
    whole = files[name]
    place = data.draw(st.integers(0, len(whole) - 1))
    mask = data.draw(st.integers(1, 255))
    flipped = whole[:place] + bytes([whole[place] ^ mask]) + whole[place + 1 :]
    one, other = in_memory(loaded(), {**files, name: flipped})
    assert one.verdict == other.verdict == "failed"
    if name != "tagmanifest-sha256.txt":
        assert {place for place, _ in one.found} >= {name} <= {place for place, _ in other.found}


@settings(max_examples=60 if NIGHTLY else 25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_bytes_in_any_file_are_never_verified(good: Path, data: st.DataObject) -> None:
    """Careful: the lists of files follow, so that the file is read and not only its digest."""
    files = contents(good)
    name = data.draw(st.sampled_from([each for each in files if not each.endswith(("manifest-sha256.txt", ".py"))]))
    old = files[name]
    cut = data.draw(st.integers(0, len(old)))
    new = data.draw(
        st.binary(max_size=60) | st.sampled_from([b"[" * 40_000, b"null\n", b'{"\\ud800":1}\n', b"[1e999]\n"])
    )
    one, other = in_memory(loaded(), relisted({**files, name: old[:cut] + new}))
    assert one.verdict == other.verdict
    if old != old[:cut] + new:
        assert one.verdict != "verified", name


def test_a_zip_is_the_same_bundle_and_always_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    write_zip(bundle, one, "bundle"), write_zip(bundle, other, "bundle")
    assert one.read_bytes() == other.read_bytes()
    assert both(one).verdict == "verified"
    (bundle / "data/entries/1.json").write_bytes(b"{}")
    write_zip(bundle, tmp_path / "bad.zip", "bundle")
    assert both(tmp_path / "bad.zip").verdict == "failed"


def test_a_damaged_zip_is_never_verified(bundle: Path, tmp_path: Path) -> None:
    archive, verifier = tmp_path / "one.zip", loaded()
    write_zip(bundle, archive, "bundle")
    whole = archive.read_bytes()
    inside = list(range(40, len(whole), len(whole) // 60))
    content = {path.read_bytes() for path in bundle.rglob("*") if path.is_file()}
    for place in inside:
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        said = in_process(verifier, archive)
        assert said.verdict != "verified" or _same_content(verifier, archive, content)
        if said.exit != 2:
            assert packaged(archive).verdict == said.verdict


def _same_content(verifier: object, archive: Path, content: set[bytes]) -> bool:
    """A bit of the container alone (a time, an attribute) leaves every file as it was."""
    bag = verifier.open_bag(archive)
    return {bag.read(name) for name in bag.names} == content


@pytest.mark.parametrize(("name", "reasons"), [("", {"item_added"}), ("\0x", {"item_added", "malformed"})])
def test_a_file_without_a_name_is_found_not_stumbled_over(
    bundle: Path, tmp_path: Path, name: str, reasons: set[str]
) -> None:
    archive = tmp_path / "one.zip"
    with zipfile.ZipFile(archive, "w") as flat:
        for path in filter(Path.is_file, bundle.rglob("*")):
            flat.write(path, path.relative_to(bundle).as_posix())
        nameless = zipfile.ZipInfo("placeholder")
        nameless.filename = nameless.orig_filename = name
        flat.writestr(nameless, b"x")
    said = both(archive)
    assert said.verdict == "failed"
    assert said.found == {("", reason) for reason in reasons}


def test_links_are_not_followed(bundle: Path) -> None:
    target = bundle / "data/objects/000003-file.png"
    outside = bundle.parent / "outside.png"
    target.rename(outside)
    target.symlink_to(outside)
    said = both(bundle)
    assert said.verdict == "failed"
    assert ("data/objects/000003-file.png", "malformed") in said.found


def test_what_is_no_bundle_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("not a ZIP file")
    for name in ("folder", "file", "nothing"):
        said = stand_alone(tmp_path / name)
        assert said.exit == 2
        assert said.all.count("\n") == 1


def test_an_erased_entry_is_unverifiable_and_its_place_still_holds(tmp_path: Path) -> None:
    from dataclasses import replace

    from evenhand.ledger import SYSTEM, Draft, append, seal_bytes

    room = Room(tmp_path)
    first = room.act("case.hearing_recorded")
    openings = [seal_bytes(name, b"{}", room.ctx) for name in ("doc", "scope")]
    committed = {opening.field: opening.commitment() for opening in openings}
    draft = Draft(type="evidence.erased", actor=SYSTEM, commitments=committed, ref=(first.index,), why="retention")
    (done,) = append(room.store, [draft], room.ctx)
    entry = next(iter(room.store.entries(done.index, done.index + 1))).data
    eraser = replace(first, index=done.index, entry=entry, opened=(), objects=(), withheld=("doc", "scope"))
    gone = replace(first, opened=(), objects=(), erased=done.index)
    said = both(room.bundle(items=[gone, eraser]))
    assert (said.verdict, said.found) == ("unverifiable", {("data/entries/1.json", "erased_lawfully")})
    said = both(room.bundle("lie", items=[replace(first, opened=(), objects=(), erased=first.index)]))
    assert (said.verdict, said.found) == ("failed", {("data/entries/1.json", "opening_missing")})
