"""What an organisation chooses, as plain frozen data. Everything it may not choose stands in code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from evenhand.codes import CodeOfConduct, Rung
from evenhand.procedure.clocks import CLOCKS, Calendar, Clock, ClockId
from evenhand.procedure.durations import Duration
from evenhand.procedure.guards import GuardId
from evenhand.procedure.retention import KeptAs


class Profile(StrEnum):
    """How big the organisation is (PROCEDURE §13)."""

    STANDARD = "standard"
    SMALL = "small"
    SOLO = "solo"


class Sector(StrEnum):
    """What kind of body it is; a sector may give grounds for keeping longer (R22)."""

    GENERIC = "generic"
    PARTY = "party"
    UNION = "union"
    UNIVERSITY = "university"
    CHURCH = "church"


class CodeKind(StrEnum):
    """Which step a reason code belongs to."""

    OUT_OF_SCOPE = "out_of_scope"
    DISMISSAL = "dismissal"


SHIPPED = "shipped"
"""The template name that stands for the letter that comes with the software."""


@dataclass(frozen=True, slots=True)
class Pool:
    """From whom seats are drawn."""

    min_eligible_per_seat: int
    training_valid_months: int
    appointed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sampling:
    """Shares of cases looked at again, 0 to 1, and how many unflagged posts of a wave go to a person."""

    review: float
    shadow: float
    auditor_text: float
    unflagged: int


@dataclass(frozen=True, slots=True)
class ExtraGuard:
    """A guard of the published catalogue that the organisation requires at a step."""

    transition: str
    guard: str
    on: bool


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """A reason code and its words."""

    id: str
    kind: CodeKind
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The organisation's own template of a notice in one language. `notice` "all" and `text` None: the shipped one."""

    notice: str
    locale: str
    template: str
    text: str | None


@dataclass(frozen=True, slots=True)
class SanctionTerm:
    """When a rung is spent; `longest` is the longest term, where the rung has one."""

    rung: Rung
    spent_after: Duration
    longest: Duration | None


@dataclass(frozen=True, slots=True)
class RetentionTerm:
    """How long a kind of case is kept; a longer time than the default needs `sector_ground`."""

    kept_as: KeptAs
    keep: Duration
    sector_ground: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """A published criterion on which a temporary measure may rest (IM-1)."""

    id: str
    text: str
    published: date


@dataclass(frozen=True, slots=True)
class CodeRef:
    """A version of a code of conduct the procedure applies. `code` is None where it could not be found."""

    slug: str
    version: str
    code: CodeOfConduct | None


@dataclass(frozen=True, slots=True)
class RedLine:
    """A red line of section 11 that the file names; the only lawful value of `on` is true."""

    id: str
    on: bool


@dataclass(frozen=True, slots=True)
class Procedure:
    """One version of an organisation's procedure. A case pins its digest at receipt."""

    id: str
    version: str
    table: int
    published: date
    in_force_from: date
    published_url: str
    profile: Profile | None
    sector: Sector | None
    signed_by: tuple[str, ...]
    pinned: str
    pool: Pool
    sampling: Sampling
    calendar: Calendar
    clocks: Mapping[ClockId, Clock]
    extra_guards: tuple[ExtraGuard, ...]
    reason_codes: tuple[ReasonCode, ...]
    wording: tuple[Wording, ...]
    sanctions: tuple[SanctionTerm, ...]
    retention: tuple[RetentionTerm, ...]
    criteria: tuple[Criterion, ...]
    codes: tuple[CodeRef, ...]
    red_lines: tuple[RedLine, ...]

    def clock(self, clock: ClockId) -> Clock:
        """Return a clock as this organisation has it; the locked ones are the same everywhere."""
        return self.clocks.get(clock, CLOCKS[clock].default)

    def guards_at(self, transition: str) -> tuple[GuardId, ...]:
        """Return the guards this organisation requires in addition at a step."""
        return tuple(GuardId(each.guard) for each in self.extra_guards if each.transition == transition and each.on)

    def text_of(self, kind: CodeKind, code: str) -> str:
        """Return the words of a reason code; KeyError if there is none of that kind."""
        found = {each.id: each.text for each in self.reason_codes if each.kind is kind}
        return found[code]

    def wording_of(self, notice: str, locale: str) -> Wording | None:
        """Return the organisation's template of a notice in a language, or None where the shipped one serves."""
        own = (each for each in self.wording if each.notice == notice and each.locale == locale)
        return next((each for each in own if each.text is not None), None)

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages in which it writes, in order of first mention."""
        return tuple(dict.fromkeys(each.locale for each in self.wording))


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is refused: by which rule (PL1 to PL8), where, what, and how to mend it."""

    rule: str
    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        """Return the fault as one line."""
        return f"{self.rule} {self.where}: {self.what} {self.mend}"
