"""PL4: what an organisation's own template of a notice must say, and what it may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evenhand.procedure.lexicon import internal_words
from evenhand.procedure.notices import FRONT_SHEET_FIELDS, NOTICES, NoticeId, front_sheet_too_long, front_sheet_words

FIELD: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""A merge field: `{reply_date}`."""

FRONT_ENDS: Final = "=== letter"
"""The line after which the front sheet is over."""


def template_faults(notice: NoticeId, text: str, locale: str) -> list[str]:
    """Return what is wrong with a template, in words; [] if it may be used.

    It must hold every mandatory merge field; on the front sheet where one is needed, its fields and at most 150
    words even before they are filled in; and no word of the trade. Lines that begin with % are comments.
    """
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("%")]
    return [*_fields(notice, "\n".join(lines)), *_front(notice, lines), *_words("\n".join(lines), locale)]


def _fields(notice: NoticeId, text: str) -> Iterator[str]:
    there = set(FIELD.findall(text))
    missing = [name for name in NOTICES[notice].mandatory if name not in there]
    if missing:
        yield f"it lacks the field {', '.join(f'{{{name}}}' for name in missing)}."


def _front(notice: NoticeId, lines: list[str]) -> Iterator[str]:
    if not NOTICES[notice].front_sheet:
        return
    if FRONT_ENDS not in lines:
        yield f"it has no front sheet: a line '{FRONT_ENDS}' must end it."
        return
    sheet = "\n".join(lines[: lines.index(FRONT_ENDS)])
    outside = [name for name in FRONT_SHEET_FIELDS if f"{{{name}}}" not in sheet]
    if outside:
        yield f"its front sheet lacks {', '.join(f'{{{name}}}' for name in outside)}."
    if front_sheet_too_long(sheet):
        yield f"its front sheet has {front_sheet_words(sheet)} words; 150 are allowed."


def _words(text: str, locale: str) -> Iterator[str]:
    found = internal_words(FIELD.sub(" ", text), locale)
    if found:
        yield f"it uses a word of the trade: {', '.join(dict.fromkeys(found))}."
