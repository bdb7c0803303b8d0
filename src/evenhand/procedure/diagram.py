"""The diagram of the states, drawn from the table: docs/reference/procedure.svg. No script, no font, no link."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from evenhand.procedure.states import ENDS, State
from evenhand.procedure.transitions import TABLE, TABLE_VERSION

_S = State
# Column and row of each state: the contested path runs down the middle, ends stand right, detours left.
_PLACES: Final[Mapping[State, tuple[int, int]]] = {
    _S.DRAFT: (1, 0),
    _S.RECEIVED: (1, 1),
    _S.ACKNOWLEDGED: (1, 2),
    _S.TRIAGE: (1, 3),
    _S.MERGED: (2, 3),
    _S.MEMBERSHIP_CHECK: (1, 4),
    _S.OUT_OF_SCOPE: (2, 4),
    _S.EVIDENCE_ASSESSMENT: (1, 6),
    _S.MORE_INFO_REQUESTED: (0, 5),
    _S.INFORMAL: (0, 7),
    _S.DISMISSED_UNFIT: (2, 6),
    _S.UNDER_INVESTIGATION: (1, 8),
    _S.NO_CASE: (2, 8),
    _S.SCREENING_REVIEW: (3, 6),
    _S.CASE_TO_ANSWER: (1, 9),
    _S.CHARGED: (1, 10),
    _S.REPLY_WINDOW: (1, 11),
    _S.ADMITTED: (0, 12),
    _S.PANEL_SET: (1, 13),
    _S.HEARING: (1, 14),
    _S.LIABILITY_DECIDED: (1, 15),
    _S.SANCTION_DECIDED: (1, 16),
    _S.INDEPENDENT_REVIEW: (3, 13),
    _S.DECIDED: (1, 18),
    _S.APPEALED: (2, 17),
    _S.APPEAL_DECIDED: (2, 19),
    _S.SANCTION_ACTIVE: (1, 20),
    _S.SPENT: (1, 21),
    _S.CLOSED: (1, 23),
    _S.REOPEN_REQUESTED: (0, 20),
    _S.REOPENED: (0, 16),
    _S.LEFT_UNDER_INVESTIGATION: (3, 20),
    _S.WITHDRAWN: (3, 22),
}
_WIDE, _HIGH, _STEP_X, _STEP_Y, _EDGE = 190, 34, 300, 62, 30
_WIDTH: Final = 2 * _EDGE + 3 * _STEP_X + _WIDE
_HEIGHT: Final = 2 * _EDGE + 23 * _STEP_Y + _HIGH + 70
# From every open state, and from early ends to the very bottom: said in words, because the lines would hide the rest.
_IN_WORDS: Final = frozenset({"T20", "T20a", "T21", "T21a"})
_EARLY_ENDS: Final = frozenset({_S.MERGED, _S.OUT_OF_SCOPE, _S.DISMISSED_UNFIT, _S.NO_CASE})

_STYLE: Final = """
text { font: 13px system-ui, sans-serif; fill: #1c2733; }
.step { font-size: 11px; fill: #33475b; paint-order: stroke; stroke: #fff; stroke-width: 4px; }
rect { fill: #fff; stroke: #33475b; stroke-width: 1.3; }
.end rect { fill: #eef2f5; stroke-width: 2.2; }
path { fill: none; stroke: #33475b; stroke-width: 1.2; }
.later { stroke-dasharray: 5 4; stroke: #6b7a89; }
marker path { fill: #33475b; stroke: none; }
"""


def diagram() -> str:
    """Return the diagram as SVG: a box per state, an arrow per pair of states, dashed where its page comes later."""
    drawn = [
        edge for edge in TABLE if edge.id not in _IN_WORDS and not (edge.id == "T18" and edge.source in _EARLY_ENDS)
    ]
    arrows = "".join(_arrow(edge.source, edge.target, edge.id, edge.offered) for edge in drawn)
    boxes = "".join(_box(state) for state in State)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'aria-labelledby="title description">\n'
        f'<title id="title">The states of a case, table version {TABLE_VERSION}</title>\n'
        '<desc id="description">From a report at the top to a closed case at the bottom. '
        "The same steps stand as a table in procedure.md.</desc>\n"
        f"<style>{_STYLE}</style>\n"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z"/></marker></defs>\n'
        f'<rect x="0" y="0" width="{_WIDTH}" height="{_HEIGHT}" style="stroke:none"/>\n'
        f"{arrows}{boxes}{_legend()}</svg>\n"
    )


def _corner(state: State) -> tuple[int, int]:
    column, row = _PLACES[state]
    return _EDGE + column * _STEP_X, _EDGE + row * _STEP_Y


def _box(state: State) -> str:
    x, y = _corner(state)
    kind = ' class="end"' if state in ENDS else ""
    return (
        f'<g{kind}><rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" rx="6"/>'
        f'<text x="{x + _WIDE // 2}" y="{y + 22}" text-anchor="middle">{escape(state)}</text></g>\n'
    )


def _arrow(source: State, target: State, step: str, offered: bool) -> str:
    line, (x, y) = _line(source, target)
    kind = "" if offered else ' class="later"'
    return (
        f'<path d="{line}"{kind} marker-end="url(#tip)"/>'
        f'<text class="step" x="{x:.0f}" y="{y:.0f}" text-anchor="middle">{escape(step)}</text>\n'
    )


def _line(source: State, target: State) -> tuple[str, tuple[float, float]]:
    """Return the path of an arrow and where its label stands."""
    (from_column, from_row), (to_column, to_row) = _PLACES[source], _PLACES[target]
    if from_column != to_column:
        return _across(source, target)
    if to_row - from_row == 1 or (to_row > from_row and not _between(from_column, from_row, to_row)):
        (x, y), (_, below) = _corner(source), _corner(target)
        middle = x + _WIDE / 2
        return f"M{middle} {y + _HIGH}L{middle} {below}", (middle + 18, (y + _HIGH + below) / 2 + 4)
    return _around(source, target)


def _between(column: int, first: int, last: int) -> bool:
    return any(place[0] == column and first < place[1] < last for place in _PLACES.values())


def _across(source: State, target: State) -> tuple[str, tuple[float, float]]:
    """Return a curve from the facing side of one box to that of another; back and forth leave at other heights."""
    (x, y), (to_x, to_y) = _corner(source), _corner(target)
    right = to_x > x
    start, end = (x + _WIDE, to_x) if right else (x, to_x + _WIDE)
    high, low = (y + 11, to_y + 11) if right else (y + 24, to_y + 24)
    bend = (end - start) * 0.5
    at = 0.32
    curve = f"M{start} {high}C{start + bend} {high} {end - bend} {low} {end} {low}"
    return curve, _on_curve((start, high), (start + bend, high), (end - bend, low), (end, low), at)


def _around(source: State, target: State) -> tuple[str, tuple[float, float]]:
    """Return a curve that goes round the boxes between two states of one column: left going down, right going up."""
    (x, y), (_, to_y) = _corner(source), _corner(target)
    side, out = (x, -1) if to_y > y else (x + _WIDE, 1)
    far = side + out * min(90, 24 + abs(to_y - y) * 0.09)
    high, low = y + _HIGH / 2, to_y + _HIGH / 2
    curve = f"M{side} {high}C{far} {high} {far} {low} {side} {low}"
    return curve, _on_curve((side, high), (far, high), (far, low), (side, low), 0.4)


def _on_curve(
    first: tuple[float, float],
    second: tuple[float, float],
    third: tuple[float, float],
    last: tuple[float, float],
    at: float,
) -> tuple[float, float]:
    parts = ((1 - at) ** 3, 3 * (1 - at) ** 2 * at, 3 * (1 - at) * at**2, at**3)
    points = (first, second, third, last)
    x, y = (sum(part * point[axis] for part, point in zip(parts, points, strict=True)) for axis in (0, 1))
    return x, y + 4


def _legend() -> str:
    lines = (
        "Thick boxes are ends; T18 closes each of them in time. Dashed arrows exist; their pages come later.",
        "T20 freezes any open case after T06 when membership ends, T20a lets it go on; T21 withdraws any open case,",
        "T21a lets it go on. T06a (temporary measure), T06b (pause) and T22 (legal hold) lie over a state.",
    )
    top = _HEIGHT - 62
    return "".join(
        f'<text x="{_EDGE}" y="{top + 20 * number}">{escape(line)}</text>\n' for number, line in enumerate(lines)
    )
