"""What lies outside the payload: the seal of the export, the proofs of each entry's place, checkpoint and keys.

The manifest of the payload is what the entry `evidence.exported` commits to; so this is written after that entry was
appended and a checkpoint covers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from evenhand.bundle.bag import Bag
from evenhand.bundle.payload import json_line, opening_json
from evenhand.ledger.commitment import Opening
from evenhand.ledger.encoding import b64
from evenhand.ledger.policy import NamedWitness, write_policy
from evenhand.ledger.proofs import consistency_proof
from evenhand.ledger.store import Checkpoint, Store
from evenhand.ledger.tlog_proof import prove

VERIFIER = "verify.py"


@dataclass(frozen=True, slots=True)
class Seal:
    """The entry of the export (its index, the opening of `c.manifest`) and the checkpoint that covers it.

    `earlier`: the checkpoint that was the newest before, or None. `keyring`: the log's keys as its file lists them.
    `witnesses`: those that the log asks to cosign.
    """

    index: int
    opening: Opening
    checkpoint: Checkpoint
    keyring: tuple[Mapping[str, Any], ...]
    earlier: Checkpoint | None = None
    witnesses: tuple[NamedWitness, ...] = ()


def write_tags(bag: Bag, store: Store, seal: Seal, indexes: Iterable[int]) -> None:
    """Write proofs, checkpoint, policy, keyring and the verifier, and close the bag.

    Raises Contradiction where the log does not lead to the checkpoint that was signed.
    """
    for index in indexes:
        bag.put(f"proofs/{index}.tlog-proof", prove(store, index, seal.checkpoint)[0].encode())
    proof, entry = prove(store, seal.index, seal.checkpoint)
    bag.put("proofs/bundle.tlog-proof", proof.encode())
    bag.put("proofs/bundle.entry.json", entry.data)
    bag.put("proofs/bundle.opening.json", json_line(opening_json(seal.opening)))
    if seal.earlier is not None and seal.earlier.size < seal.checkpoint.size:
        first, second = seal.earlier.size, seal.checkpoint.size
        bag.put(f"proofs/consistency/{first}-{second}.json", _consistency(store, seal.earlier, second))
    bag.put("log/checkpoint", seal.checkpoint.published)
    bag.put("log/policy", policy_of(seal.keyring, seal.witnesses))
    bag.put("log/keyring.json", keyring_of(seal.keyring))
    bag.put(VERIFIER, verifier())
    bag.close()


def verifier() -> bytes:
    """Return the bytes of the stand-alone verifier, as every bundle carries them."""
    return resources.files("evenhand.bundle").joinpath(VERIFIER).read_bytes()


def policy_of(keyring: Sequence[Mapping[str, Any]], witnesses: Iterable[NamedWitness] = ()) -> bytes:
    """Return the policy that trusts the keys of a log and knows its witnesses; none of them is asked for."""
    return write_policy((key["vkey"] for key in keyring), witnesses)


def keyring_of(keyring: Sequence[Mapping[str, Any]]) -> bytes:
    """Return keyring.json: what became of each key of a log."""
    return json_line([dict(key) for key in keyring])


def _consistency(store: Store, earlier: Checkpoint, size: int) -> bytes:
    path = [b64(node) for node in consistency_proof(store, earlier.size, size)]
    return json_line({"from": earlier.size, "to": size, "path": path, "checkpoint": earlier.published.decode()})
