"""A mini-witness (C2SP tlog-witness): cosigns checkpoints of logs it knows, each only if it continues the last one.

Run by a sister organisation or an auditor. It sees sizes and hashes, never an entry. Knows no Django.
"""

from __future__ import annotations

from evenhand.witness.asking import Disagreement, NoAnswer, ask_witness
from evenhand.witness.folder import WitnessFolder
from evenhand.witness.rules import Answer, Witness
from evenhand.witness.server import serve

__all__ = ["Answer", "Disagreement", "NoAnswer", "Witness", "WitnessFolder", "ask_witness", "serve"]
