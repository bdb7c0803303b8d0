"""Whose signature counts: active, retired and revoked keys, witnesses and their quorum, keys from another source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.bundle.bundle_room import (
    ORIGIN,
    Room,
    Said,
    both,
    cosigner,
    in_process,
    key_line,
    loaded,
    packaged,
    relist,
    rewrite,
    small_bundle,
    stand_alone,
)

from evenhand.ledger.notes import Signer

pytestmark = pytest.mark.slow


def set_policy(bundle: Path, text: str) -> None:
    (bundle / "log/policy").write_text(text)
    relist(bundle)


@pytest.mark.parametrize(
    ("status", "last", "verdict", "reasons"),
    [
        ("active", None, "verified", set()),
        ("retired", 3, "verified", {"superseded"}),
        ("retired", 2, "failed", {"after_retirement"}),
        ("revoked", 2, "failed", {"after_revocation"}),
        ("revoked", 3, "unverifiable", {"revoked_key_alone"}),
    ],
)
def test_each_state_of_a_key(tmp_path: Path, status: str, last: int | None, verdict: str, reasons: set[str]) -> None:
    room = Room(tmp_path)
    room.keyring = [key_line(room.signer, status, last)]
    room.act()
    said = both(room.bundle())  # a log of 3 entries: started, the act, the export
    assert (said.verdict, said.reasons) == (verdict, reasons)


def test_a_key_that_is_not_in_the_keyring_says_nothing(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.act()
    bundle, other = room.bundle(), tmp_path / "keyring.json"
    other.write_text(json.dumps([key_line(Signer.generate(ORIGIN, room.ctx))]) + "\n")
    said, again = stand_alone(bundle, "--keyring", str(other)), packaged(bundle, keyring=other.read_bytes())
    assert (said.verdict, said.reasons) == (again.verdict, again.reasons) == ("unverifiable", {"no_key"})


def test_a_revoked_key_counts_where_another_key_continues_its_log(tmp_path: Path) -> None:
    room = Room(tmp_path)
    stolen, new = room.signer, Signer.generate(ORIGIN, room.ctx)
    room.act()
    earlier = room.checkpoint(stolen)
    room.keyring = [key_line(stolen, "revoked", earlier.size), key_line(new)]
    said = both(room.bundle(signers=(new,), earlier=earlier))
    assert (said.verdict, said.found) == ("verified", frozenset())


def test_both_keys_of_a_rotation_may_sign(tmp_path: Path) -> None:
    room = Room(tmp_path)
    old, new = room.signer, Signer.generate(ORIGIN, room.ctx)
    room.keyring = [key_line(old, "retired", 1), key_line(new)]
    room.act()
    assert both(room.bundle(signers=(old, new))).verdict == "verified"


def test_a_quorum_is_asked_for(tmp_path: Path) -> None:
    room = Room(tmp_path)
    witnesses = [cosigner(name, room.ctx) for name in ("north", "south", "east")]
    room.act()
    bundle = room.bundle(cosigners=witnesses[:2])
    lines = [f"log {room.signer.verifier}", *(f"witness {w.name} {w.verifier}" for w in witnesses)]
    for group, verdict, reasons in (
        ("group two 2 north south east\nquorum two", "verified", set()),
        ("group all3 all north south east\nquorum all3", "failed", {"quorum_not_met"}),
        ("group any1 any east\ngroup both all any1 north\nquorum both", "failed", {"quorum_not_met"}),
        ("quorum south", "verified", set()),
    ):
        said = both(bundle, policy="\n".join([*lines, group, ""]))
        assert (said.verdict, said.reasons) == (verdict, reasons), group
    for group in ("quorum west", "group two 2 north north\nquorum two", ""):
        assert both(bundle, policy="\n".join([*lines, group, ""])).exit == 2, group  # the reader's file, not the bundle


def test_the_quorum_is_asked_of_what_covers_the_items_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The witness was away, or its clock was slow, when an earlier checkpoint was made: an honest bundle holds."""
    room = Room(tmp_path)
    witness = cosigner("north", room.ctx)
    policy = f"log {room.signer.verifier}\nwitness north {witness.verifier}\nquorum north\n"
    room.act()
    away = room.checkpoint()
    monkeypatch.setattr("tests.bundle.bundle_room.SECONDS", 1_000_000_000)
    slow = room.checkpoint(cosigners=[witness])
    monkeypatch.undo()
    room.act()
    for name, earlier in (("away", away), ("slow", slow)):
        said = both(room.bundle(name, earlier=earlier, cosigners=[witness]), policy=policy)
        assert (said.verdict, said.found, said.all["continues"]) == ("verified", frozenset(), [2])
    said = both(room.bundle("alone", earlier=room.checkpoint(cosigners=[witness])), policy=policy)
    assert {("log/checkpoint", "quorum_not_met")} <= said.found
    rewrite(tmp_path / "away", "proofs/consistency/2-4.json", lambda data: data.replace(b"\\n2\\n", b"\\n1\\n"))
    assert both(tmp_path / "away", policy=policy).found == {("proofs/consistency/2-4.json", "bad_signature")}


def test_an_earlier_checkpoint_of_a_revoked_key_needs_no_quorum_of_its_own(tmp_path: Path) -> None:
    room = Room(tmp_path)
    witness = cosigner("north", room.ctx)
    room.keyring = [key_line(room.signer, "revoked", 9)]
    policy = f"log {room.signer.verifier}\nwitness north {witness.verifier}\nquorum north\n"
    room.act()
    earlier = room.checkpoint()
    bundle = room.bundle(earlier=earlier, cosigners=[witness])
    assert both(bundle, policy=policy).verdict == "verified"
    assert both(bundle).reasons == {"revoked_key_alone"}


@pytest.mark.parametrize(
    ("top", "inside", "verdict"),
    [
        ("both", "stolen", "verified"),
        ("stolen", "both", "verified"),
        ("both", "both", "verified"),
        ("stolen", "stolen", "unverifiable"),
    ],
)
def test_a_head_that_another_key_signed_too_counts_in_each_note(
    tmp_path: Path, top: str, inside: str, verdict: str
) -> None:
    """`log/checkpoint` and the proofs may carry one head with different signature lines."""
    room = Room(tmp_path)
    new = Signer.generate(ORIGIN, room.ctx)
    signers = {"both": (room.signer, new), "stolen": (room.signer,)}
    room.keyring = [key_line(room.signer, "revoked", 9), key_line(new)]
    room.act()
    bundle = room.bundle(signers=signers[inside])
    (bundle / "log/checkpoint").write_bytes(room.checkpoint(*signers[top]).published)
    relist(bundle)
    said = both(bundle)
    assert (said.verdict, said.reasons) == (verdict, set() if verdict == "verified" else {"revoked_key_alone"})


def test_a_revoked_key_counts_with_a_quorum_of_witnesses(tmp_path: Path) -> None:
    room = Room(tmp_path)
    witness = cosigner("north", room.ctx)
    room.keyring = [key_line(room.signer, "revoked", 9)]
    room.act()
    bundle = room.bundle(cosigners=[witness])
    policy = f"log {room.signer.verifier}\nwitness north {witness.verifier}\nquorum north\n"
    assert both(bundle, policy=policy).verdict == "verified"
    set_policy(bundle, policy)  # by the bundle's own word no witness counts
    assert both(bundle).found >= {("log/policy", "malformed"), ("log/checkpoint", "quorum_not_met")}


def test_a_cosignature_from_the_future_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(tmp_path)
    witness = cosigner("north", room.ctx)
    room.act()
    monkeypatch.setattr("tests.bundle.bundle_room.SECONDS", 2**40)
    bundle = room.bundle(cosigners=[witness])
    monkeypatch.undo()
    policy = f"log {room.signer.verifier}\nwitness north {witness.verifier}\nquorum north\n"
    assert both(bundle, policy=policy).reasons == {"quorum_not_met"}


def test_a_key_of_low_order_is_refused(tmp_path: Path) -> None:
    from evenhand.ledger.notes import KeyType, VerifierKey

    bundle = small_bundle(tmp_path)
    set_policy(bundle, f"log {VerifierKey(ORIGIN, KeyType.LOG, bytes(32))}\nquorum none\n")
    assert ("log/policy", "malformed") in both(bundle).found


def test_the_keys_of_another_source_win(tmp_path: Path) -> None:
    """A bundle that a forger made with a log of their own verifies with its own keys, never with the real ones."""
    (tmp_path / "real").mkdir(), (tmp_path / "false").mkdir()
    real = small_bundle(tmp_path / "real")
    forged = Room(tmp_path / "false", store=Room(tmp_path).store)
    forged.signer = Signer.generate(ORIGIN, forged.ctx)
    forged.keyring = [key_line(forged.signer)]
    forged.act()
    false = forged.bundle()
    assert both(false).verdict == "verified"
    policy, keyring = real / "log/policy", real / "log/keyring.json"
    said = stand_alone(false, "--policy", str(policy), "--keyring", str(keyring))
    assert (said.verdict, said.exit) == ("failed", 1)
    assert said.reasons == {"unknown_log"}
    assert packaged(false, policy=policy.read_bytes(), keyring=keyring.read_bytes()).reasons == {"unknown_log"}
    assert stand_alone(real, "--policy", str(policy), "--keyring", str(keyring)).verdict == "verified"


def test_a_second_history_of_one_log_is_a_fork(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.act()
    one = room.bundle("one")
    again = Room(tmp_path)
    again.act(body={"another": "history"})
    again.act()
    two = again.bundle("two")  # the same key, another tree of the size that follows
    (one / "log/checkpoint").write_bytes((two / "log/checkpoint").read_bytes())
    relist(one)
    said = both(one)
    assert (said.verdict, said.reasons) == ("unverifiable", {"not_checked"})  # a larger tree might continue ours
    (two / "log/checkpoint").write_bytes((room.bundle("three") / "log/checkpoint").read_bytes())
    relist(two)
    assert both(two).found == {("log/checkpoint", "fork_detected")}


def test_without_ed25519_all_else_is_checked(tmp_path: Path) -> None:
    """Neither `cryptography` nor openssl: unverifiable, and what contradicts still fails."""
    bundle = small_bundle(tmp_path)
    said = stand_alone(bundle, env={"PATH": ""}, isolated=True)
    assert (said.verdict, said.exit, said.found) == ("unverifiable", 4, {("log/checkpoint", "no_ed25519")})
    assert {(item["verdict"], item["wording"]) for item in said.all["items"]} == {("unverifiable", None)}
    (bundle / "data/entries/1.json").write_bytes(b"{}")
    said = stand_alone(bundle, env={"PATH": ""}, isolated=True)
    assert (said.verdict, said.exit) == ("failed", 1)
    assert ("data/entries/1.json", "entry_mismatch") in said.found


def test_openssl_says_the_same_as_cryptography(tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path)
    assert _same(bundle).verdict == "verified"
    note = (bundle / "log/checkpoint").read_bytes()
    (bundle / "log/checkpoint").write_bytes(note.replace(b"\n6\n", b"\n7\n"))
    relist(bundle)
    assert _same(bundle).reasons == {"bad_signature"}


def _same(bundle: Path) -> Said:
    one, other = stand_alone(bundle), stand_alone(bundle, isolated=True)
    assert one.all == other.all
    return one


def test_in_process_is_the_same_program(tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path)
    assert in_process(loaded(), bundle).found == stand_alone(bundle).found
