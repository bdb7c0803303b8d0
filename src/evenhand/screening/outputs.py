"""The order of the encoder's outputs: categories, frames, targets."""

from __future__ import annotations

from typing import Final

from evenhand.categories import Category
from evenhand.screening.verdict import Frame, Target

CATEGORIES: Final = tuple(Category)
FRAMES: Final = tuple(Frame)
TARGETS: Final = tuple(Target)
OUTPUTS: Final = len(CATEGORIES) + len(FRAMES) + len(TARGETS)
CATEGORY_PART: Final = slice(0, len(CATEGORIES))
FRAME_PART: Final = slice(len(CATEGORIES), len(CATEGORIES) + len(FRAMES))
TARGET_PART: Final = slice(len(CATEGORIES) + len(FRAMES), OUTPUTS)
