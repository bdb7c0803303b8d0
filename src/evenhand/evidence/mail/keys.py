"""The keys of mail signatures as they were found once: name, raw answer, who answered, when. Later checks use these.

A domain may publish, change or withdraw its key at any time, and some publish old private keys on purpose; so what
counts is the answer at intake, and how old the mail was then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from evenhand.errors import UsageError

FOUND: Final = "found"
NO_ANSWER: Final = "no_answer"
NO_KEY: Final = "no_key"
MOST_HEADER: Final = 1 << 20
MOST_KEYS: Final = 16
"""More signatures than this are in no letter that a person gets; the rest are left unchecked and said to be."""
_FIELDS: Final = frozenset({b"dkim-signature", b"arc-message-signature", b"arc-seal"})
_TAG: Final = re.compile(rb"(?:^|;)\s{0,200}([ds])\s{0,200}=\s{0,200}([A-Za-z0-9._-]{1,253})\s{0,200}(?=;|$)")


@dataclass(frozen=True, slots=True)
class KeyAnswer:
    """What a resolver said about one name. `text` is the raw TXT answer; `state`: found, no_key, no_answer."""

    name: str
    state: str
    text: str
    resolver: str
    asked_at: datetime

    def plain(self) -> dict[str, str]:
        """Return it as it is kept."""
        return {
            "name": self.name, "state": self.state, "text": self.text, "resolver": self.resolver,
            "asked_at": self.asked_at.astimezone(UTC).isoformat(),
        }  # fmt: skip

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> KeyAnswer:
        """Return it from what was kept."""
        try:
            at = datetime.fromisoformat(str(kept["asked_at"]))
            return cls(str(kept["name"]), str(kept["state"]), str(kept["text"]), str(kept["resolver"]), at)
        except (KeyError, ValueError, TypeError) as error:
            raise UsageError("a kept mail key is damaged", mend="Check the record.") from error


class Keys:
    """The kept answers by name. Nothing here asks the network."""

    def __init__(self, answers: tuple[KeyAnswer, ...] = ()) -> None:
        self._by_name = {answer.name: answer for answer in answers}

    def answer(self, name: str) -> KeyAnswer | None:
        """Return what was said about a name; None if nobody asked."""
        return self._by_name.get(name.rstrip(".").lower())


def names_to_ask(message: bytes) -> tuple[str, ...]:
    """Return the DNS names of the keys a message refers to, at most 16, in the order of its header."""
    names: dict[str, None] = {}
    for name, value in header_fields(message):
        tags = dict(_TAG.findall(value)) if name in _FIELDS else {}
        if b"d" in tags and b"s" in tags:
            names.setdefault(
                f"{tags[b's'].decode('ascii')}._domainkey.{tags[b'd'].decode('ascii')}".lower().rstrip(".")
            )
    return tuple(names)[:MOST_KEYS]


def header_fields(message: bytes) -> list[tuple[bytes, bytes]]:
    """Return (lower-case name, unfolded value) of the header fields of a mail, as far as they can be read."""
    found: list[tuple[bytes, bytes]] = []
    for line in re.split(rb"\r?\n", message[:MOST_HEADER]):
        if not line:
            break
        if line[:1] in b" \t":
            if found:
                found[-1] = (found[-1][0], found[-1][1] + b" " + line.strip())
        elif b":" in line:
            name, _colon, value = line.partition(b":")
            found.append((name.strip().lower(), value.strip()))
    return found
