"""The two verifiers say alike who cosigned; a reader of others takes our bag. Each format by both: tests/fuzz."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.bundle.bundle_room import Room, both, cosigner, packaged, stand_alone


def test_who_cosigned_is_said_by_both(tmp_path: Path) -> None:
    room = Room(tmp_path)
    witness, other = cosigner("north", room.ctx), cosigner("south", room.ctx)
    room.act()
    bundle = room.bundle(cosigners=[witness, other])
    policy = f"log {room.signer.verifier}\nwitness north {witness.verifier}\nquorum none\n"
    found = both(bundle, policy=policy)
    assert found.verdict == "verified"
    said = [{"witness": "north", "at": "2026-03-04T05:06:07Z"}]
    assert found.all["cosigned"] == packaged(bundle, policy=policy.encode()).all["cosigned"] == said
    assert stand_alone(bundle).all["cosigned"] == packaged(bundle).all["cosigned"] == []


def test_the_library_of_congress_finds_the_bag_sound(tmp_path: Path) -> None:
    bagit = pytest.importorskip("bagit", reason="the reader of the Library of Congress: a development dependency")
    room = Room(tmp_path)
    room.act()
    room.file(b"\x89PNG not really")
    bundle = room.bundle()
    assert bagit.Bag(str(bundle)).validate()
    (bundle / "data/custody.html").write_text("other")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(bundle)).validate()
