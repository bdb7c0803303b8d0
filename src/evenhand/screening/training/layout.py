"""The shape of all-MiniLM-L6-v2, and which of its names are which of ours."""

from __future__ import annotations

from typing import Final

LAYERS: Final = 6
WIDTH: Final = 384
INNER: Final = 1536
HEADS: Final = 12
POSITIONS: Final = 128
EPSILON: Final = 1e-12

NAMES: Final = {
    "attention.self.query": "query", "attention.self.key": "key", "attention.self.value": "value",
    "attention.output.dense": "mix", "attention.output.LayerNorm": "mix_norm",
    "intermediate.dense": "inner", "output.dense": "outer", "output.LayerNorm": "outer_norm",
}  # fmt: skip
