"""What an organisation may choose: read, checked, pinned.

    procedure = builtin("default")                       # or load(Path("ours.toml"))
    faults = lint(Path("ours.toml"), today=date(2026, 3, 1))
    procedure.clock(ClockId.REPLY), procedure.calendar, digest(procedure)

States, edges, guards and the directions of clocks are code; here stand clocks within bounds, wording, reason codes,
extra guards from the catalogue, sampling, pool and calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Final

from evenhand.errors import UsageError
from evenhand.procedure.choices.digest import canonical, digest
from evenhand.procedure.choices.model import (
    CodeKind,
    CodeRef,
    Criterion,
    ExtraGuard,
    Fault,
    Pool,
    Procedure,
    Profile,
    ReasonCode,
    RedLine,
    RetentionTerm,
    Sampling,
    SanctionTerm,
    Sector,
    Wording,
)
from evenhand.procedure.choices.reading import read
from evenhand.procedure.choices.rules import faults_of
from evenhand.procedure.choices.wording_rules import template_faults
from evenhand.procedure.clocks import LONGEST_PATH, ClockId

__all__ = [
    "CodeKind",
    "CodeRef",
    "Criterion",
    "ExtraGuard",
    "Fault",
    "LongestPath",
    "Pool",
    "Procedure",
    "Profile",
    "ReasonCode",
    "RedLine",
    "RetentionTerm",
    "Sampling",
    "SanctionTerm",
    "Sector",
    "Wording",
    "builtin",
    "builtin_names",
    "builtin_text",
    "canonical",
    "digest",
    "lint",
    "load",
    "longest_path",
    "template_faults",
]

_DATA: Final = "data"


@dataclass(frozen=True, slots=True)
class LongestPath:
    """How long a contested, reviewed case may take, in calendar days, without service and pauses.

    Working days are counted as seven fifths of a day. `extended` adds the longer time to reply.
    """

    by_aims: int
    by_bounds: int
    extended: int


def load(source: Path | str) -> Procedure:
    """Return the procedure in a TOML file (a Path) or in TOML text (a str).

    Raises UsageError if it cannot be read, or if a needed value is missing or of the wrong kind; `lint` lists all
    such faults, and those of meaning, which `load` does not look for. Cost: linear in the file.
    """
    procedure, faults = read(source, _shipped)
    if faults:
        first = faults[0]
        others = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        mend = f"{first.mend} `evenhand procedure lint` lists every fault."
        raise UsageError(f"{first.what}{others}", where=first.where, mend=mend)
    return procedure


def lint(source: Path | str, *, today: date) -> list[Fault]:
    """Return every fault of the procedure in a TOML file (a Path) or TOML text (a str); [] if there is none.

    `today` decides whether it counts as published. Raises UsageError if it cannot be read at all. Faults of form
    hide those of meaning, because a blank would be reported twice.
    """
    procedure, faults = read(source, _shipped)
    return faults or list(faults_of(procedure, today))


def longest_path(procedure: Procedure) -> LongestPath:
    """Return how long the longest lawful path is by the aims and by the bounds of this procedure."""
    clocks = [procedure.clock(each) for each in LONGEST_PATH]
    aims = sum(clock.aim.rough_days for clock in clocks)
    bounds = sum(min(bound.rough_days for bound in clock.bound) for clock in clocks)
    extension = procedure.clock(ClockId.REPLY).extension
    more = extension.rough_days if extension else 0
    return LongestPath(round(aims), round(bounds), round(bounds + more))


def builtin_names() -> tuple[str, ...]:
    """Return the names of the procedures that come with the package."""
    return ("default",)


def builtin_text(name: str) -> str:
    """Return the TOML text of a procedure that comes with the package; raise UsageError if there is none."""
    if name not in builtin_names():
        known = ", ".join(builtin_names())
        raise UsageError(
            f"no procedure named '{name[:40]}' comes with Evenhand.", mend=f"Name a file, or one of: {known}."
        )
    return (resources.files("evenhand.procedure") / _DATA / f"{name}.toml").read_text(encoding="utf-8")


def builtin(name: str) -> Procedure:
    """Return a procedure that comes with the package; raise UsageError if there is none of that name."""
    return load(builtin_text(name))


def _shipped(_name: str) -> str | None:
    """Return None: a text that came without a folder has no templates beside it."""
    return None
