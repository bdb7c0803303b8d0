"""The transparency log: leaves, tree, tiles, checkpoints, proofs. Pure; knows no Django, clock or database."""

from __future__ import annotations

from evenhand.ledger.append import append
from evenhand.ledger.commitment import Opening, seal, seal_bytes, verify_opening
from evenhand.ledger.draft import SYSTEM, Actor, Appended, Draft
from evenhand.ledger.leaf import strict_parse
from evenhand.ledger.proofs import consistency_proof, inclusion_proof
from evenhand.ledger.registry import REGISTRY
from evenhand.ledger.store import Checkpoint, Entry, Head, MemoryStore, Store, Tile
from evenhand.ledger.tree import leaf_hash, verify_consistency, verify_inclusion

__all__ = [
    "REGISTRY",
    "SYSTEM",
    "Actor",
    "Appended",
    "Checkpoint",
    "Draft",
    "Entry",
    "Head",
    "MemoryStore",
    "Opening",
    "Store",
    "Tile",
    "append",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "seal",
    "seal_bytes",
    "strict_parse",
    "verify_consistency",
    "verify_inclusion",
    "verify_opening",
]
