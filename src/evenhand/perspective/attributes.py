"""Attributes of the original and what of ours answers them: heads, the one combination, what is never served.

An attribute is served only where its head is trained and this version's model card states held-out figures
for it (gates.py). Nothing else is ever given a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evenhand.categories import Category
from evenhand.perspective.gates import Gates

PRODUCTION: Final = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "THREAT", "PROFANITY")
SEVERE: Final = "SEVERE_TOXICITY"
HEADS: Final[dict[str, Category]] = {
    "TOXICITY": Category.ABUSE,
    "IDENTITY_ATTACK": Category.IDENTITY_ATTACK,
    "INSULT": Category.INSULT,
    "THREAT": Category.THREAT,
    "PROFANITY": Category.PROFANITY,
}
# SEVERE_TOXICITY = min(abuse, the highest of these). All three must be trained; the card has a row of its own for it.
SEVERE_PARTS: Final = (Category.THREAT, Category.DEHUMANISATION, Category.SEXUAL_HARASSMENT)
SEVERE_GATE: Final = "severe_toxicity"
ALIASES: Final[dict[str, str]] = {
    **{f"{name}_EXPERIMENTAL": name for name in PRODUCTION},
    "TOXICITY_FAST": "TOXICITY",
}

Scores = Mapping[Category, float | None]


def gate_of(attribute: str) -> str | None:
    """Return the name of the model card's row that an attribute needs, or None if there can be none."""
    if attribute == SEVERE:
        return SEVERE_GATE
    head = HEADS.get(attribute)
    return head.value if head else None


def heads_of(attribute: str) -> tuple[Category, ...]:
    """Return the heads whose spans and scores make up an attribute."""
    return SEVERE_PARTS if attribute == SEVERE else (HEADS[attribute],)


def served(gates: Gates) -> dict[str, tuple[str, ...]]:
    """Return each served attribute with its languages, in the order of PRODUCTION."""
    found = {}
    for attribute in PRODUCTION:
        gate = gates.heads.get(gate_of(attribute) or "")
        if gate is not None:
            found[attribute] = gate.languages
    return found


def value_of(attribute: str, scores: Scores) -> float | None:
    """Return an attribute's probability from a verdict's scores; None where a head it needs is not trained."""
    if attribute != SEVERE:
        return scores.get(HEADS[attribute])
    ceiling = scores.get(Category.ABUSE)
    parts = [part for head in SEVERE_PARTS if (part := scores.get(head)) is not None]
    if ceiling is None or len(parts) < len(SEVERE_PARTS):
        return None
    return min(ceiling, max(parts))
