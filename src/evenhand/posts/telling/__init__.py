"""What readers say, for people: formats, places in a file, reasons and remarks; on every page and report the same.

The words are marked with `_`; whoever prints them hands in the translation. Their German stands in `locale` here, once
for all: Django takes it in by its settings, whoever speaks without Django by the standard library's gettext (`LOCALE`).
"""

from pathlib import Path
from typing import Final

from evenhand.posts.telling.formats import format_words
from evenhand.posts.telling.places import place_words
from evenhand.posts.telling.reasons import Say, reason_words
from evenhand.posts.telling.refusals import refusals
from evenhand.posts.telling.remarks import Sort, is_known, remark, sort_of

LOCALE: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "django"  # the one domain that Django reads

__all__ = [
    "DOMAIN", "LOCALE", "Say", "Sort", "format_words", "is_known", "place_words", "reason_words", "refusals",
    "remark", "sort_of",
]  # fmt: skip
