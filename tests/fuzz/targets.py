"""Fuzzing: every reader of bytes from outside in the ledger, the witness, the vault, the bundle and the backup."""

from __future__ import annotations

from tests.fuzz import fuzz_bundle, fuzz_ledger, fuzz_stored, fuzz_witness

FAMILIES = {
    "ledger": fuzz_ledger.TARGETS,
    "bundle": fuzz_bundle.TARGETS,
    "witness": fuzz_witness.TARGETS,
    "stored": fuzz_stored.TARGETS,
}
TARGETS = [target for family in FAMILIES.values() for target in family]
