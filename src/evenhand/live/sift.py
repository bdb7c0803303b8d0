"""What of that which arrived may be stored: only what is aimed at somebody or something declared. Pure but for `held`.

The rest is dropped before storage and only counted (FORMATS §2.9).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from evenhand.corpus.aim import Accounts, aimed_at
from evenhand.errors import UsageError
from evenhand.live.adapter import Arrived, Kind
from evenhand.live.envelope import envelope_of
from evenhand.live.held import handed_in, recognise_bytes
from evenhand.posts import Recognised, Report, Row, rows_of
from evenhand.posts.schema import EMPTY

_LINE: Final = re.compile(r"ln:(\d+)")
MAIL: Final = "mail"
"""The reader of mails, by name."""


@dataclass(frozen=True, slots=True)
class Shielding:
    """Whose forwarding address this is, and from whom mail to it is taken (addresses, folded)."""

    person: str
    senders: frozenset[str]


@dataclass(frozen=True, slots=True)
class Declared:
    """What may be stored: aimed at these accounts, or sent to these mailboxes or forwarding addresses (folded)."""

    accounts: Accounts
    mailboxes: frozenset[str] = frozenset()
    forwarding: Mapping[str, Shielding] = field(default_factory=dict)


@dataclass(slots=True)
class Sifted:
    """What is kept, as sources to import; how many records that is, and how many were dropped, and why."""

    sources: list[Recognised] = field(default_factory=list)
    kept: int = 0
    not_aimed: int = 0
    unreadable: int = 0
    keys: set[str] = field(default_factory=set)
    """The record keys in the lines that are kept."""

    @property
    def dropped(self) -> int:
        """All records that were not kept."""
        return self.not_aimed + self.unreadable


HeldKeys = Callable[[Collection[str]], set[str]]
"""Which of these record keys the corpus holds already: their edits and deletions are kept."""


def sift(
    records: Iterable[Arrived], declared: Declared, held: HeldKeys, *, name: str, reads_as: str | None = None
) -> Sifted:
    """Return what of the records may be stored. Records kept + dropped = records given.

    `name`: what the source is called. A mail is kept with every byte it had, and so is a line; a line break between
    two tokens of a record becomes a blank. Raises UsageError if no reader knows the lines. About 60 µs per line.
    """
    sifted = Sifted()
    lines = []
    for record in records:
        if record.kind is Kind.MAIL:
            _sift_mail(sifted, record.data, declared, name)
        else:
            lines.append(record.data)
    if lines:
        _sift_lines(sifted, lines, declared, held, name=f"{name}.jsonl", reads_as=reads_as)
    return sifted


def _sift_lines(
    sifted: Sifted, lines: list[bytes], declared: Declared, held: HeldKeys, *, name: str, reads_as: str | None
) -> None:
    # A line feed inside a record would make two of it.
    whole = [line.replace(b"\r", b" ").replace(b"\n", b" ") for line in lines]
    read = recognise_bytes(b"\n".join(whole) + b"\n", name, as_format=reads_as)
    report, found = Report(name), defaultdict[int, _Line](_Line)
    for row in rows_of(read, report, imported_at=0):
        found[_number(row["locator"])].take(row, declared.accounts)
    for event in report.events:
        found[_number(event["locator"])].others.add(event["record_key"])
    known = held(list(set().union(*(line.others for line in found.values())))) if found else set()
    mine = [number for number in range(1, len(whole) + 1) if number in found and found[number].may_be_stored(known)]
    kept = [whole[number - 1] for number in mine]
    sifted.keys |= set().union(*(found[number].keys for number in mine))
    mixed = sum(1 for line in found.values() if line.is_mixed(known))
    refused = {_number(refused.locator) for refused in report.refused} - set(found)
    sifted.kept += len(kept)
    sifted.unreadable += mixed + len(refused)
    sifted.not_aimed += len(whole) - len(kept) - mixed - len(refused)
    if kept:
        data = b"\n".join(kept) + b"\n"
        sifted.sources.append(recognise_bytes(data, name, as_format=read.reader.source_format))


@dataclass(slots=True)
class _Line:
    """What one line holds: records aimed at somebody declared, what those answer or quote, and other records."""

    aimed: bool = False
    keys: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)

    def take(self, row: Row, accounts: Accounts) -> None:
        self.keys.add(row["record_key"])
        if aimed_at(EMPTY | row, accounts) is None:
            self.others.add(row["record_key"])
            return
        self.aimed = True
        self.beside |= {row[name] for name in ("reply_to", "quote_of", "share_of", "thread_root") if row.get(name)}

    def may_be_stored(self, known: set[str]) -> bool:
        """Whether nothing in it is beyond what may be stored."""
        return (self.aimed or bool(self.others & known)) and not self.others - known - self.beside

    def is_mixed(self, known: set[str]) -> bool:
        """Whether it holds both; it cannot be stored in part, so it is not stored."""
        return (self.aimed or bool(self.others & known)) and not self.may_be_stored(known)


def _number(locator: str) -> int:
    """Return the number of the line a locator names; 0 where it names none."""
    found = _LINE.match(locator)
    return int(found[1]) if found else 0


def _sift_mail(sifted: Sifted, mail: bytes, declared: Declared, name: str) -> None:
    """Keep a mail that was sent to the unit or, by somebody who may, to a person's own address."""
    envelope = envelope_of(mail)
    person = next((to for to in map(declared.forwarding.get, envelope.recipients) if to is not None), None)
    if person is None and not declared.mailboxes & envelope.recipients:
        sifted.not_aimed += 1
        return
    if person is not None and envelope.sender not in person.senders:
        sifted.not_aimed += 1
        return
    try:
        read = recognise_bytes(mail, f"{name}.eml", as_format=MAIL)
    except UsageError:
        sifted.unreadable += 1
        return
    sifted.sources.append(read if person is None else handed_in(read, person.person))
    sifted.kept += 1
