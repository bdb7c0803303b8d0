"""Values that must be found again and tell nothing: HMAC under the organisation's key (PROCEDURE §7.4)."""

from __future__ import annotations

import unicodedata

from evenhand.web.record.crypto import blind_index
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.keys import unwrap


def keyed(name: str, *values: str) -> tuple[str, ...]:
    """Return 64 hex digits for each value of a field: equal values meet. One question to the key service."""
    key = unwrap(ORGANISATION, actor=SYSTEM, purpose="find the same again")
    return tuple(blind_index(key, name, value).hex() for value in values)


def name_form(name: str) -> str:
    """Return a name as it is compared: Unicode form, case and blanks do not matter."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
