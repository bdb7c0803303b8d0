"""The page docs/reference/notices.md, made from the table of notices and the texts of the letters."""

from __future__ import annotations

from typing import Final

from evenhand.procedure.notices import (
    FRONT_SHEET_FIELDS,
    FRONT_SHEET_WORDS,
    NOTICES,
    REASONS_FIELDS,
    NoticeId,
    NoticeSpec,
)
from evenhand.web.notices.wording import LOCALES, is_written, standing

_HEAD: Final = f"""# Notices

Generated from the code by `make docs`. A letter that lacks one of its fields is refused, and the step that would have
sent it with it. *From the case*: what a step passes to `send`. *Standing words*: the same in every case, filled in from
`src/evenhand/web/notices/letters/<language>/standing.toml`, or from the organisation's own `letters.toml`. N3 and N5
begin with a front sheet of at most {FRONT_SHEET_WORDS} words: {", ".join(f"`{name}`" for name in FRONT_SHEET_FIELDS)}.

A letter is stored as it was sent: HTML, sealed under its case's key, its digest committed in the record (leaf
`case.notice_sent`, field `sent`). E-mail says only that there is a letter. How to write one:
[add a notice](../how-to/add-a-notice.md).
"""


def notices_page() -> str:
    """Return the page."""
    return _HEAD + "".join(_section(notice, spec) for notice, spec in NOTICES.items())


def _section(notice: NoticeId, spec: NoticeSpec) -> str:
    if not spec.sent:
        return f"\n## {notice.value}: {spec.name}\n\nNone is sent, and nothing about the person is kept.\n"
    words = standing(LOCALES[0]).get(notice.value, {})
    filled = [name for name in spec.mandatory if name in words]
    asked = [name for name in spec.mandatory if name not in words]
    reasons = ", unless it is out of scope: " + _names(list(REASONS_FIELDS)) if notice is NoticeId.N13 else ""
    optional = [name for name in spec.optional if name not in REASONS_FIELDS]
    lines = [
        f"\n## {notice.value}: {spec.name}\n",
        f"- to: {', '.join(sorted(role.value for role in spec.to))}",
        f"- from the case: {_names(asked)}{reasons}",
        *([f"- standing words: {_names(filled)}"] if filled else []),
        *([f"- only where something is withheld: {_names(optional)}"] if optional and spec.front_sheet else []),
        *([f"- may be empty: {_names(optional)}"] if optional and not spec.front_sheet else []),
        f"- written in: {', '.join(locale for locale in LOCALES if is_written(notice, locale)) or 'no language yet'}",
    ]
    return "\n".join(lines) + "\n"


def _names(fields: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in fields) or "nothing"
