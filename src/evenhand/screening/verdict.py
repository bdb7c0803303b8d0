"""What the detector says about one post: plain data, INTERFACES §2."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from evenhand.categories import Category


class Frame(StrEnum):
    """What the writer does with the words."""

    ASSERTED = "asserted"
    QUOTED = "quoted"
    CONDEMNED = "condemned"
    OWN_EXPERIENCE = "own_experience"
    JOKE_OR_IDIOM = "joke_or_idiom"
    RECLAIMED = "reclaimed"


class Target(StrEnum):
    """Whom the words are aimed at."""

    ADDRESSEE = "addressee"
    OTHER = "other"
    GROUP = "group"
    NONE = "none"


class Abstention(StrEnum):
    """Why no score is given. An abstention is never a finding that a post is harmless."""

    NO_TEXT = "no_text"
    LINK_OR_IMAGE_ONLY = "link_or_image_only"
    TOO_SHORT = "too_short"
    LANGUAGE_NOT_SERVED = "language_not_served"


ABSTENTION_REASONS: Final[dict[Abstention, str]] = {
    Abstention.NO_TEXT: "Not assessed: there is no text to read.",
    Abstention.LINK_OR_IMAGE_ONLY: "Not assessed: only links, names or pictures, which the detector cannot read.",
    Abstention.TOO_SHORT: "Not assessed: too short to judge without its context.",
    Abstention.LANGUAGE_NOT_SERVED: "Not assessed: not recognised as English, the one language served.",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Code points [begin, end) of the very string given, and the category they carry."""

    begin: int
    end: int
    category: Category

    def to_dict(self) -> dict[str, Any]:
        """Return the span as plain JSON values."""
        return {"begin": self.begin, "end": self.end, "category": self.category.value}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The detector's view of one post; a person decides.

    Scores are calibrated probabilities, None for a head that is not trained or where it abstained.
    Spans, frame, target and groups are found for flagged posts, and for posts whose words would be flagged
    if they were not quoted, condemned or told as an experience; otherwise they are empty.
    """

    abstained: Abstention | None
    scores: dict[Category, float | None]
    flags: tuple[Category, ...]
    frame: Frame
    target: Target
    groups: tuple[str, ...]
    spans: tuple[Span, ...]
    reason: str
    model: str
    calibration: str
    id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain JSON values, the shape of INTERFACES §2."""
        return {
            "id": self.id,
            "abstained": self.abstained.value if self.abstained else None,
            "scores": {category.value: self.scores.get(category) for category in Category},
            "flags": [category.value for category in self.flags],
            "frame": self.frame.value,
            "target": self.target.value,
            "groups": list(self.groups),
            "spans": [span.to_dict() for span in self.spans],
            "reason": self.reason,
            "model": self.model,
            "calibration": self.calibration,
        }
