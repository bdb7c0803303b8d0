"""The fictional organisation: its members, the people it protects, the unit's staff and the shared pool."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final

from evenhand.demo import names

MEMBERS: Final = 5_000
PROTECTED: Final = 40
# Register days are counted back from the day of the demonstration, so that it never grows old.
_LONGEST: Final = 15 * 365
_NAMESAKES: Final = 60
_DECLARING: Final = 0.08

REGISTER_COLUMNS: Final = ("member_id", "joined", "left", "deceased", "handles", "email", "name")
DECEASED: Final = "deceased"


@dataclass(frozen=True, slots=True)
class Member:
    """One row of the register. `left` is None while the membership lasts; `declares`: told it of an account."""

    number: str
    given: str
    family: str
    town: str
    joined: date
    left: date | None
    reason_left: str
    year_of_birth: int
    declares: bool

    @property
    def display(self) -> str:
        """The name people know."""
        return f"{self.given} {self.family}"

    def is_member_on(self, day: date) -> bool:
        """Say whether the membership covered that day; the day of leaving is no longer covered."""
        return self.joined <= day and (self.left is None or day < self.left)


@dataclass(frozen=True, slots=True)
class ProtectedPerson:
    """Somebody the organisation protects, with the accounts they declared: (platform, id, handle)."""

    key: str
    display: str
    given: str
    family: str
    office: str
    town: str
    member_no: str
    accounts: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who works on cases. `role` is a role name of the sign-in system."""

    key: str
    display: str
    role: str
    office: str
    body: str
    appointed_by: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """Everybody, by role. Which side of the house somebody leans to is nowhere in it."""

    name: str
    towns: tuple[str, ...]
    members: tuple[Member, ...]
    protected: tuple[ProtectedPerson, ...]
    staff: tuple[Seat, ...]
    pool: tuple[Seat, ...]


def organisation(seed: str, today: date = date(2026, 1, 1)) -> Organisation:
    """Return the organisation that belongs to a seed; the same seed and day give the same people.

    Cost: about 50 ms, some MB.
    """
    rng = Random(f"{seed}/organisation")
    named = _names(rng)
    members = tuple(_member(place, next(named), today, rng) for place in range(MEMBERS))
    return Organisation(
        name=names.FEDERATION,
        towns=names.TOWNS,
        members=members,
        protected=tuple(_protected(place, member, rng) for place, member in enumerate(_serving(members))),
        staff=tuple(_staff(named)),
        pool=tuple(_pool(named)),
    )


def write_register(
    path: Path, members: tuple[Member, ...], accounts: Mapping[str, Sequence[tuple[str, str, str]]] | None = None
) -> None:
    """Write the register as CSV (UTF-8, header of REGISTER_COLUMNS, dates ISO 8601, empty for unknown).

    `accounts`: by membership number, the accounts a member declared: (platform, id, handle).
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\r\n")
        rows.writerow(REGISTER_COLUMNS)
        rows.writerows(_register_row(member, (accounts or {}).get(member.number, ())) for member in members)


def _register_row(member: Member, accounts: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    died = member.reason_left == DECEASED
    ended = member.left.isoformat() if member.left else ""
    return (
        member.number,
        member.joined.isoformat(),
        "" if died else ended,
        ended if died else "",
        " ".join(f"{platform}:{known_as} {platform}:id={number}" for platform, number, known_as in accounts),
        f"{member.number.lower()}@members.quillhaven.example",
        member.display,
    )


def _names(rng: Random) -> Iterator[tuple[str, str]]:
    """Yield names without end, each once, but for a few namesakes near the beginning."""
    families = [head + tail for head in names.FAMILY_HEADS for tail in names.FAMILY_TAILS]
    pairs = [(given, family) for given in names.GIVEN for family in families]
    rng.shuffle(pairs)
    for place, pair in enumerate(pairs):
        yield pair
        if 200 <= place < 200 + _NAMESAKES:
            yield pairs[place - 200]


def _member(place: int, name: tuple[str, str], today: date, rng: Random) -> Member:
    given, family = name
    joined = today - timedelta(days=rng.randrange(20, _LONGEST))
    left: date | None = None
    reason = ""
    # The first hundred stay: the protected persons are among them.
    if place >= 100 and rng.random() < 0.14:
        left = joined + timedelta(days=rng.randrange(10, max(11, (today - joined).days)))
        reason = rng.choice(("resigned", "resigned", "dues not paid", "moved away", "expelled", DECEASED))
    number = f"Q{100_000 + place * 7}"
    declares = rng.random() < _DECLARING
    return Member(
        number, given, family, rng.choice(names.TOWNS), joined, left, reason, rng.randrange(1938, 2008), declares
    )


def handle(given: str, family: str, number: int) -> str:
    """Return an invented handle of at most 15 letters, unique for the number below 46,656."""
    return f"{given[:2]}{family[:5]}{_base36(number)}".lower() + names.HANDLE_SUFFIX


def account_id(platform: str, x_id: str) -> str:
    """Return the id that the owner of an X account has on another platform (youtube, facebook)."""
    digest = hashlib.sha256(f"{platform}/{x_id}".encode()).hexdigest()
    return "UC" + digest[:22] if platform == "youtube" else f"6155{int(digest[:12], 16) % 10**10:010}"


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    found = ""
    while number:
        number, rest = divmod(number, 36)
        found = digits[rest] + found
    return found or "0"


def _serving(members: tuple[Member, ...]) -> tuple[Member, ...]:
    return members[:PROTECTED]


def _protected(place: int, member: Member, rng: Random) -> ProtectedPerson:
    if place < len(names.OFFICES):
        office = names.OFFICES[place]
    else:
        office = f"{names.TOWN_OFFICES[place % len(names.TOWN_OFFICES)]} of {member.town}"
    known_as = handle(member.given, member.family, place)
    x_id = str(1_000_000_000_000_000_000 + rng.randrange(10**17))
    accounts = [("x", x_id, known_as)]
    if rng.random() < 0.6:
        accounts.append(("facebook", account_id("facebook", x_id), known_as))
    return ProtectedPerson(
        key=f"protected-{place + 1:02}",
        display=member.display,
        given=member.given,
        family=member.family,
        office=office,
        town=member.town,
        member_no=member.number,
        accounts=tuple(accounts),
    )


def _staff(named: Iterator[tuple[str, str]]) -> Iterator[Seat]:
    for place, (role, office) in enumerate(names.STAFF, 1):
        given, family = next(named)
        yield Seat(f"staff-{place:02}", f"{given} {family}", role, office, names.FEDERATION, names.FEDERATION)


def _pool(named: Iterator[tuple[str, str]]) -> Iterator[Seat]:
    for place, (role, office) in enumerate(names.POOL, 1):
        given, family = next(named)
        appointed_by = names.APPOINTED_BY[place % 2]
        yield Seat(f"pool-{place:02}", f"{given} {family}", role, office, names.SHARED_BODY, appointed_by)
