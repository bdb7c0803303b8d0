"""What is known of one member, as it is sealed: number, stretches of membership, declared accounts, contact."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from evenhand.membership import Contact, Declared, Interval, MemberRef, Register


@dataclass(frozen=True, slots=True)
class Known:
    """Everything the register says of one member; in memory only, for one logged reading."""

    ref: MemberRef
    intervals: tuple[Interval, ...]
    declared: tuple[Declared, ...]
    contact: Contact

    def sealed_form(self) -> str:
        """Return the text that is sealed: the same for the same facts, whatever the order of the file."""
        said = {
            "ref": self.ref,
            "intervals": [[_iso(day) for day in (each.joined, each.left, each.deceased)] for each in self.intervals],
            "declared": [[each.platform, each.handle, each.account_id] for each in sorted(self.declared, key=_place)],
            "email": self.contact.email,
            "name": self.contact.name,
        }
        return json.dumps(said, ensure_ascii=False, sort_keys=True)

    @classmethod
    def opened(cls, text: str) -> Known:
        """Return what a sealed text says."""
        said = json.loads(text)
        ref = MemberRef(said["ref"])
        return cls(
            ref=ref,
            intervals=tuple(_interval(ref, *days) for days in said["intervals"]),
            declared=tuple(Declared(ref, *each) for each in said["declared"]),
            contact=Contact(said["email"], said["name"]),
        )


def members_of(register: Register) -> Iterator[Known]:
    """Yield what a file says of each member, in the order of the file."""
    declared: dict[MemberRef, list[Declared]] = defaultdict(list)
    for each in register.declared:
        declared[each.member_ref].append(each)
    for ref, intervals in register.intervals.items():
        yield Known(ref, tuple(intervals), tuple(declared.get(ref, ())), register.contacts.get(ref, Contact()))


def _place(declared: Declared) -> tuple[str, str, str]:
    return declared.platform, declared.handle or "", declared.account_id or ""


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _interval(ref: MemberRef, joined: str, left: str | None, died: str | None) -> Interval:
    return Interval(ref, date.fromisoformat(joined), _day(left), _day(died))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
