"""Scores a file of old scores with our model and says how the two compare. Nothing leaves; nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np

from evenhand.perspective.attributes import value_of
from evenhand.perspective.compare import measures
from evenhand.perspective.compare.measures import LEAST_ROWS, Agreement, Floats, Half, Suggestion
from evenhand.perspective.compare.rows import Row
from evenhand.perspective.models import Model
from evenhand.perspective.quantiles import QuantileMap, fit
from evenhand.perspective.scorer import Item
from evenhand.screening import Verdict

OLD_CUTS: Final = (0.7, 0.8, 0.85)
_BATCH: Final = 512


@dataclass(frozen=True, slots=True)
class Compared:
    """One attribute: how the scores agree, our cut-offs if they were asked for; `note` says why there are none."""

    attribute: str
    agreement: Agreement
    suggestions: tuple[Suggestion, ...] = ()
    note: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        found = [one.to_dict() for one in self.suggestions]
        return {"attribute": self.attribute, **asdict(self.agreement), "suggestions": found, "note": self.note}


@dataclass(frozen=True, slots=True)
class Scored:
    """Rows with our verdicts; `unread` counts those the detector did not read, per reason."""

    model: Model
    pairs: tuple[tuple[Row, Verdict], ...]
    unread: Counter[str] = field(default_factory=Counter)

    def attributes(self) -> list[str]:
        """Return the attributes that the rows and our model both have, in the order of the rows' columns."""
        names = dict.fromkeys(name for row, _ in self.pairs for name in row.old)
        return [name for name in names if name in self.model.attributes]

    def not_served(self) -> list[str]:
        """Return the attributes of the rows that our model does not serve: never a number."""
        names = dict.fromkeys(name for row, _ in self.pairs for name in row.old)
        return [name for name in names if name not in self.model.attributes]

    def both(self, attribute: str) -> list[tuple[Row, float, float]]:
        """Return (row, old score, our score) wherever both are known."""
        return [
            (row, row.old[attribute], ours)
            for row, verdict in self.pairs
            if attribute in row.old and (ours := value_of(attribute, verdict.scores)) is not None
        ]


def score(rows: Sequence[Row], model: Model, seen: Callable[[int], None] = lambda _count: None) -> Scored:
    """Return the rows with verdicts; `seen` is told after each batch how many were scored. Cost: linear."""
    pairs: list[tuple[Row, Verdict]] = []
    unread: Counter[str] = Counter()
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        for row, verdict in zip(batch, model.detector.verdicts([Item(row.text) for row in batch]), strict=True):
            if verdict.abstained is not None:
                unread[verdict.abstained.value] += 1
            pairs.append((row, verdict))
        seen(len(batch))
    return Scored(model, tuple(pairs), unread)


def compare(scored: Scored, *, cuts: Sequence[float] = ()) -> list[Compared]:
    """Return each attribute compared; with `cuts`, also our cut-offs for these old ones."""
    return [_compared(name, scored.both(name), cuts) for name in scored.attributes()]


def _compared(name: str, both: Sequence[tuple[Row, float, float]], cuts: Sequence[float]) -> Compared:
    old = np.asarray([one for _, one, _ in both], np.float64)
    new = np.asarray([one for _, _, one in both], np.float64)
    agreed = measures.agreement(old, new)
    if not cuts:
        return Compared(name, agreed)
    if len(both) < LEAST_ROWS:
        return Compared(name, agreed, note=f"{len(both)} rows: a cut-off needs {LEAST_ROWS}, so none is given.")
    found = tuple(_suggested(name, both, cuts))
    note = None if found else "Too few rows at or over these old cut-offs, so none is given."
    return Compared(name, agreed, found, note)


def _suggested(name: str, both: Sequence[tuple[Row, float, float]], cuts: Sequence[float]) -> Iterator[Suggestion]:
    fitted = _half([one for one in both if one[0].first_half], name)
    held = _half([one for one in both if not one[0].first_half], name)
    labelled = [one for one in both if name in one[0].labels]
    fitted_l = _half([one for one in labelled if one[0].first_half], name)
    held_l = _half([one for one in labelled if not one[0].first_half], name)
    for cut in cuts:
        same_rate = measures.equal_flag_rate(fitted, held, cut)
        same_precision = measures.equal_precision(fitted_l, held_l, cut) if len(labelled) >= LEAST_ROWS else None
        yield from (one for one in (same_rate, same_precision) if one is not None)


def _half(both: Sequence[tuple[Row, float, float]], name: str) -> Half:
    old: Floats = np.asarray([one for _, one, _ in both], np.float64)
    new: Floats = np.asarray([one for _, _, one in both], np.float64)
    labels = [row.labels.get(name) for row, _, _ in both]
    known = None if not labels or None in labels else np.asarray(labels, np.bool_)
    return Half(old, new, known)


def map_from(scored: Scored) -> QuantileMap:
    """Return the quantile map that these rows give; raises UsageError where an attribute has too few rows."""
    pairs = {}
    for name in scored.attributes():
        both = scored.both(name)
        pairs[name] = ([ours for _, _, ours in both], [old for _, old, _ in both])
    gates = scored.model.gates
    return fit(pairs, model=gates.model, calibration=gates.calibration)
