"""What stays closed in a bundle: fields by name, of one type of act, of one entry, or all of an entry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from evenhand.errors import UsageError

_FORM: Final = re.compile(
    r"(?:(?P<index>[0-9]{1,15})|(?P<type>[a-z_]+\.[a-z_]+))(?::(?P<inner>[a-z][a-z0-9_]*))?|(?P<field>[a-z][a-z0-9_]*)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Redaction:
    """One rule; what is None fits everything. `text`: as it was written, for the words of a refusal."""

    text: str
    index: int | None
    type: str | None
    field: str | None

    def fits(self, index: int, type: str, field: str) -> bool:
        """Return whether this field of this entry stays closed."""
        wanted = ((self.index, index), (self.type, type), (self.field, field))
        return all(rule is None or rule == found for rule, found in wanted)


def parse_redaction(text: str) -> Redaction:
    """Return the rule that a text names: `reply`, `case.reply_received:reply`, `17:reply` or `17`; else UsageError."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{text[:60]!r} names nothing that can stay closed",
            where="--redact",
            mend="Write a field (reply), a type and field (case.reply_received:reply), or an entry (17, 17:reply).",
        )
    index = int(match["index"]) if match["index"] else None
    return Redaction(text, index, match["type"], match["inner"] or match["field"])
