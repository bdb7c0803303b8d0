"""The exact tables of the auditor's copy: a breakdown of one total, and single figures. Never published as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evenhand.errors import UsageError
from evenhand.statistics.catalogue import Dimension, MeasureId, measure
from evenhand.statistics.figures import Denominator, Figure, Maker, Unit


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Counts of one unit by one dimension. `apart`: counted in the total and in no cell (under-16s, D7).

    Raises UsageError for a table the fixed list does not name, or cells and `apart` that do not make the total.
    """

    measure: MeasureId
    dimension: Dimension
    unit: Unit
    cells: Mapping[str, int]
    total: int
    maker: Maker
    whole: str
    apart: int = 0

    def __post_init__(self) -> None:
        measure(self.measure, self.unit, self.dimension)
        if min((*self.cells.values(), self.apart, self.total)) < 0:
            raise UsageError("a count is below zero", where=self.name, mend="Count again.")
        if sum(self.cells.values()) + self.apart != self.total:
            raise UsageError("the cells do not make the total", where=self.name, mend="Count both from the same rows.")

    @property
    def name(self) -> str:
        """`M2 by membership, submissions`: the same table has the same name in every period."""
        return f"{self.measure} by {self.dimension}, {self.unit.plural}"

    def figures(self) -> dict[str, Figure]:
        """Return each cell as an exact figure."""
        whole = Denominator(self.total, self.whole)
        return {label: self.maker.count(count, self.unit, whole) for label, count in self.cells.items()}


@dataclass(frozen=True, slots=True)
class Named:
    """One figure of a measure with its label, such as the median of a stage."""

    measure: MeasureId
    dimension: Dimension
    label: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Computed:
    """What one measure gave: its tables and its single figures, all exact."""

    tables: tuple[Breakdown, ...] = ()
    figures: tuple[Named, ...] = field(default=())


def breakdown(  # noqa: PLR0917 the facts of a table, in the order of its heading
    maker: Maker,
    name: MeasureId,
    dimension: Dimension,
    unit: Unit,
    labels: Iterable[str],
    found: Iterable[str],
    whole: str,
    *,
    apart: int = 0,
) -> Breakdown:
    """Return a table with a cell for each possible label, zeros included, in the order of `labels`."""
    counted = Counter(str(each) for each in found)
    cells = {str(label): counted.pop(str(label), 0) for label in labels}
    if counted:
        raise UsageError(f"holds labels of no table: {sorted(counted)[0]!r}", where=name, mend="Use the listed ones.")
    return Breakdown(name, dimension, unit, cells, sum(cells.values()) + apart, maker, whole, apart)
