"""The accounts that post: members, people outside, protected persons, and accounts made just before the pile-on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from evenhand.demo import names
from evenhand.demo.organisation import DECEASED, Member, Organisation, ProtectedPerson, handle

MEMBER_ACCOUNTS: Final = 1_500
OUTSIDE_ACCOUNTS: Final = 2_600
NEWCOMER_ACCOUNTS: Final = 420
_TITLES: Final = {"mayor": "Mayor", "councillor": "Councillor"}
_X_EPOCH_MS: Final = 1_288_834_974_657


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `side` is the generator's own knowledge, used for balance and truth only."""

    id: str
    handle: str
    display: str
    created_ms: int
    side: str
    followers: int
    note: str  # member, ex_member, outside, namesake, newcomer, protected


@dataclass(frozen=True, slots=True)
class Target:
    """A protected person as posts speak of them."""

    person: ProtectedPerson
    account: Account
    ways: tuple[str, ...]  # words for {t}: whom a post is about
    names: tuple[str, ...]  # words for {v}: how a post addresses them


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody who posts. Accounts early in `regulars` post most; `members`: whose account is which member's."""

    regulars: tuple[Account, ...]
    newcomers: tuple[Account, ...]
    targets: tuple[Target, ...]
    former: tuple[Account, ...]
    namesakes: tuple[Account, ...]
    members: tuple[tuple[Member, Account], ...]


def snowflake(at_ms: int, number: int) -> int:
    """Return an id of X's form: the time in the upper bits, a scattered running number in the lower 22."""
    return ((at_ms - _X_EPOCH_MS) << 22) | ((number * 2_654_435_761) & 0x3FFFFF)


def crowd(body: Organisation, seed: str, now: datetime) -> Crowd:
    """Return the accounts for an organisation. Cost: some 4,500 small objects."""
    rng = Random(f"{seed}/crowd")
    made = _Maker(rng, now)
    posting = rng.sample(_living(body), MEMBER_ACCOUNTS)
    members = [made.member(each) for each in posting]
    outside = [made.stranger("outside") for _ in range(OUTSIDE_ACCOUNTS)]
    namesakes = [made.namesake(each) for each in body.protected[:12]]
    regulars = members + outside + namesakes
    rng.shuffle(regulars)
    return Crowd(
        regulars=tuple(regulars),
        newcomers=tuple(made.stranger("newcomer") for _ in range(NEWCOMER_ACCOUNTS)),
        targets=tuple(made.target(place, each) for place, each in enumerate(body.protected)),
        former=tuple(each for each in members if each.note == "ex_member"),
        namesakes=tuple(namesakes),
        members=tuple(zip(posting, members, strict=True)),
    )


def _living(body: Organisation) -> list[Member]:
    return [member for member in body.members[100:] if member.reason_left != DECEASED]


class _Maker:
    """Mints accounts with unique ids and handles."""

    def __init__(self, rng: Random, now: datetime) -> None:
        self._rng = rng
        self._now = now
        self._number = 100  # below are the protected persons' handles

    def member(self, member: Member) -> Account:
        note = "member" if member.is_member_on(self._now.date()) else "ex_member"
        return self._account(member.given, member.family, note)

    def stranger(self, note: str) -> Account:
        given = self._rng.choice(names.GIVEN)
        family = self._rng.choice(names.FAMILY_HEADS) + self._rng.choice(names.FAMILY_TAILS)
        return self._account(given, family, note)

    def namesake(self, person: ProtectedPerson) -> Account:
        return self._account(person.given, person.family, "namesake")

    def target(self, place: int, person: ProtectedPerson) -> Target:
        _platform, number, known_as = person.accounts[0]
        account = Account(
            number, known_as, person.display, self._age("member"), names.SIDES[place % 2],
            self._rng.randrange(400, 9_000), "protected",
        )  # fmt: skip
        office = person.office.removesuffix(f" of {person.town}")
        title = _TITLES.get(office, "")
        names_only = (person.display, person.given, person.family, f"{title} {person.family}".strip())
        return Target(person, account, (*names_only, person.family, f"the {office}"), names_only)

    def _account(self, given: str, family: str, note: str) -> Account:
        rng = self._rng
        self._number += 1
        created = self._age(note)
        display = f"{given} {family}"
        style = rng.random()
        if note == "outside" and style < 0.45:
            display = rng.choice((given, f"{given} {rng.choice('🌱⚓🥕🐝')}", f"{family} of {rng.choice(names.TOWNS)}"))
        return Account(
            id=str(snowflake(created, self._number)),
            handle=handle(given, family, self._number),
            display=display,
            created_ms=created,
            side=names.SIDES[self._number % 2],
            followers=rng.randrange(0, 12) if note == "newcomer" else int(rng.paretovariate(1.1) * 20) % 40_000,
            note=note,
        )

    def _age(self, note: str) -> int:
        days = self._rng.uniform(2.2, 9.0) if note == "newcomer" else self._rng.uniform(120, 3_000)
        return int((self._now - timedelta(days=days)).timestamp() * 1000)
