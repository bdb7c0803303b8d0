"""What a row says about a head: yes, no or unknown, and how much it weighs. Data, with the reason beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from evenhand.categories import Category
from evenhand.screening.training.rows import MISSING_MEANS_NO, Row

# How much a row of a set counts; 1 where nothing is said.
WEIGHTS: Final[dict[str, float]] = {
    "davidson": 0.3,  # biased against African-American English
    "goemotions": 0.5,  # benign by absence of anger, not checked
    "identity_templates_en": 0.3,  # synthetic
    "identity_templates_intersectional_en": 0.3,
    "measuring_hate_speech_sub": 0.7,
    "implicit_hate": 0.6,  # one author circle; many labels need context
    "toxigen_annotated": 0.6,
    "hatemojibuild": 2.0,  # adversarial, clean labels
    "own": 3.0,
}
# At most so many rows of one synthetic template.
TEMPLATE_LIMIT: Final = 200


def abuse(row: Row) -> int | None:
    """Return whether a row is abusive: 1, 0 or None for unknown."""
    share = row.share("abusive")
    if share is not None:
        # These two label only their positives: alone they would teach the set, not the abuse.
        return None if row.dataset in {"edos", "measuring_hate_speech_sub"} else int(share >= 0.5)
    return 0 if row.share("presumed_benign") == 1 else None


def identity_attack(row: Row) -> int | None:
    """Return whether a row attacks a group or a person as its member: 1, 0 or None for unknown."""
    shares = [share for share in (row.share("identity_attack"), row.share("hateful")) if share is not None]
    if shares:
        return int(max(shares) >= 0.5)
    if row.dataset in MISSING_MEANS_NO or row.share("presumed_benign") == 1:
        return 0
    return None


def incivility(row: Row) -> int | None:
    """Return whether a political post is uncivil in tone: 1, 0 or None for unknown."""
    share = row.share("uncivil")
    if share is not None:
        return int(share >= 0.5)
    return 0 if row.share("presumed_benign") == 1 else None


def threat(row: Row) -> int | None:
    """Return whether a row threatens: 1, 0 or None for unknown. Incitement and wishes of harm count."""
    share = row.share("threat")
    if share is not None:
        return int(share >= 0.5)
    return 0 if row.share("presumed_benign") == 1 else None


NAMES: Final = tuple(category.value for category in Category)
HEADS: Final = {"abuse": abuse, "identity_attack": identity_attack, "incivility": incivility}


def weight(row: Row, head: str) -> float:
    """Return how much a row counts in training one head."""
    if head == "incivility" and row.dataset == "goemotions":
        return 0.15  # another kind of talk: enough to place the zero, not to teach the tone
    if head == "incivility" and row.dataset == "toxic_spans_typed":
        return 0.4  # its insults are inferred to be uncivil; it says nothing of civil comments
    if head != "incivility" and row.dataset == "mupid_political":
        return 0.5  # it labels no harm, so that its civil half would teach that replies hold none
    return WEIGHTS.get(row.dataset, 1.0)


def thinned(rows: Iterable[Row]) -> list[Row]:
    """Return the rows with at most TEMPLATE_LIMIT of each synthetic template, the first ones in order."""
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for row in rows:
        template = row.orig.get("template")
        if template is not None:
            key = (row.dataset, str(template))
            seen[key] += 1
            if seen[key] > TEMPLATE_LIMIT:
                continue
        kept.append(row)
    return kept
