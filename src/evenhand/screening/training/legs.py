"""The legs of a training: what is shown in each, at which rate, and from which weights it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.screening.training.tuning import STATE, Plan


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg: its folder, its share of the samples, its highest rate as a share of the first one's.

    Only the first of a model has dropout: shown rows by the hundred thousand and no more than three times each, this
    network gains little from forgetting.
    """

    name: str
    share: int
    peak: float
    dropout: float = 0.0
    order: str = ""


# A model by itself; then a student, which begins half-way between it and the shipped one and learns from both. What is
# installed lies between the student and the shipped model.
ALONE: Final = (
    Leg("tuning", 75_776, 1.0, dropout=0.1),
    Leg("tuning-later", 94_208, 0.75),
    Leg("tuning-last", 65_536, 0.5, order="last"),
)
STUDENT: Final = (Leg("student", 200_000, 0.6, dropout=0.05, order="lines4"),)
SAMPLES: Final = sum(leg.share for leg in ALONE + STUDENT)
HALFWAY: Final = "half-way.pt"


def legs(plan: Plan, out: Path) -> list[tuple[Plan, Path]]:
    """Return each leg's plan and folder: the samples and minutes of `plan` divided among them, as they were shared.

    Each goes on from the weights of the one before it, the student's from out/half-way.pt.
    """
    found: list[tuple[Plan, Path]] = []
    shown = 0
    start: Path | None = None
    for leg in ALONE + STUDENT:
        if leg is STUDENT[0]:
            start = out / HALFWAY
        begin = round(plan.samples * shown / SAMPLES)
        shown += leg.share
        samples = max(1, round(plan.samples * shown / SAMPLES) - begin)
        minutes = plan.minutes * leg.share / SAMPLES
        found.append((Plan(samples, minutes, plan.threads, start, leg.peak, leg.dropout, leg.order), out / leg.name))
        start = out / leg.name / STATE
    return found
