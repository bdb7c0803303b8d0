"""What the fictional organisation published: its code in three versions, its procedure, and who is in its pool."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from evenhand.codes import builtin, builtin_text, in_force
from evenhand.procedure import choices

DAYS_BEFORE: Final = 300
"""How long before the day of the demonstration the house was set up: longer than its oldest case."""
TRAINING_DAYS: Final = 365
BODIES: Final = ("guild_of_estuary_notaries", "league_of_river_colleges")
_COUNCIL: Final = "federation_council"
_CODE: Final = "quillhaven"

_LETTERS: Final = """# What every letter names. All of it is invented.
site = "http://localhost:{port}"
telephone = "01 555 0100"
address = "Conduct Unit, 1 Harbour Road, Quillhaven"
"""


@dataclass(frozen=True, slots=True)
class PoolSeat:
    """One person of the pool: sign-in name, drawn as what, appointed by whom, trained from when until when."""

    username: str
    kind: str
    appointed_by: str
    trained_on: date
    trained_until: date


def letters(port: int) -> str:
    """Return what every letter names: the site as it is served on this computer, a telephone, an address."""
    return _LETTERS.format(port=port)


def code_text() -> str:
    """Return the code of conduct as TOML: all three versions."""
    return builtin_text(_CODE)


def procedure_text(set_up: date) -> str:
    """Return the procedure as TOML, published and in force from the day on which the house was set up.

    It is the one that comes with the software but for its name, its days, the code it applies and the two bodies
    that appoint the pool.
    """
    day = set_up.isoformat()
    applied = in_force(builtin(_CODE), set_up).number
    text = choices.builtin_text("default")
    for old, new in (
        ('id = "default"', 'id = "quillhaven"'),
        ("2025-12-01", day),
        ("in_force_from = 2026-01-01", f"in_force_from = {day}"),
        ('"members_meeting", "ombuds_council"', ", ".join(f'"{body}"' for body in BODIES)),
        ('slug = "general", version = "1"', f'slug = "{_CODE}", version = "{applied}"'),
    ):
        assert old in text, old
        text = text.replace(old, new)
    said = choices.load(text)
    return text.replace(said.pinned, choices.digest(said))


def pool(set_up: date) -> tuple[PoolSeat, ...]:
    """Return the pool in the order of appointment: each outside kind by both bodies in turn, staff by the council."""
    kinds = {f"panel_{place}": ("legal", "expert", "lay")[(place - 1) // 3] for place in range(1, 10)}
    kinds |= dict.fromkeys(("reviewer", "reviewer_2"), "review")
    kinds |= dict.fromkeys(("charge_assessor", "charge_assessor_2"), "charge")
    until = set_up + timedelta(days=TRAINING_DAYS)
    outside = [
        PoolSeat(username, kind, BODIES[place % len(BODIES)], set_up, until)
        for place, (username, kind) in enumerate(kinds.items())
    ]
    staff = ("officer", "officer_2", "officer_3", "officer_4")
    return (*outside, *(PoolSeat(username, "unit", _COUNCIL, set_up, until) for username in staff))
