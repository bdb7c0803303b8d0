"""The reference page of the procedure, written from the tables themselves. `make docs` puts it into docs/reference."""

from __future__ import annotations

from collections.abc import Iterable

from evenhand.procedure.asymmetries import ASYMMETRIES
from evenhand.procedure.clocks import CLOCKS, ClockId, ClockRule, Direction
from evenhand.procedure.edges import NOT_OFFERED, Transition
from evenhand.procedure.guards import EXTRA_GUARDS, GUARDS
from evenhand.procedure.invariants import INVARIANTS
from evenhand.procedure.notices import FRONT_SHEET_WORDS, NOTICES
from evenhand.procedure.retention import RETENTION
from evenhand.procedure.roles import MERIT_ROLES, ROLE_SETS, CaseRole
from evenhand.procedure.sanctions import RUNGS
from evenhand.procedure.states import ENDS, PARTY_WORDS, State
from evenhand.procedure.transitions import (
    OVERLAYS,
    RETENTION_TABLE,
    TABLE,
    TABLE_VERSION,
    clock_of,
    owner_of,
)

_HEAD = f"""# The procedure

Generated from the code by `make docs`. Table version {TABLE_VERSION}: no other transition exists. Names of states are
internal; parties read the words beside them. What an organisation may choose stands in its own file
(`evenhand procedure show` prints one to start from, `evenhand procedure lint` checks it).

![The states of a case and the steps between them](procedure.svg)
"""

_FOLDED = {"T20", "T20a", "T21", "T21a"}
_FOLDED_WORDS = {
    "T20": ("any open state after T06", "`left_under_investigation`"),
    "T20a": ("`left_under_investigation`", "the state it was frozen in"),
    "T21": ("any open state", "`withdrawn`"),
    "T21a": ("`withdrawn`", "the state that was left"),
}


def page() -> str:
    """Return docs/reference/procedure.md."""
    return "".join(
        (
            _HEAD,
            "\n## Steps\n\n",
            f"A step marked “later” exists and is refused with these words: “{NOT_OFFERED}” A clock is written aim / ",
            "bound. The steps T01 and T02a may be taken for several cases at once, no other may.\n\n",
            _steps(),
            "\n## Overlays\n\nThey lie over a state and move no case.\n\n",
            _overlays(),
            "\n## After closing\n\n",
            _retention_steps(),
            "\n## States\n\n",
            _states(),
            "\n## Roles in a case\n\nRoles with a set decide something: one person holds at most one of them in one "
            "case, for all time.\n\n",
            _roles(),
            "\n## Clocks\n\nA locked clock is the same everywhere. A clock may be moved in its direction only.\n\n",
            _clocks(),
            "\n## Guards\n\nWhat a person reads when a step is refused. Those marked + an organisation may add.\n\n",
            _guards(),
            f"\n## Notices\n\nAn empty field blocks the sending and the step. A front sheet has at most "
            f"{FRONT_SHEET_WORDS} words.\n\n",
            _notices(),
            "\n## What may follow\n\n",
            _rungs(),
            "\n## How long it is kept\n\n",
            _table(("case", "kept"), ((f"`{rule.kept_as}`", rule.words) for rule in RETENTION.values())),
            "\n## Where the sides differ\n\n",
            _table(("who", "what", "why"), ((_names(each.of), each.what, each.why) for each in ASYMMETRIES)),
            "\n## Invariants\n\nHeld by: D database, K keys, A application, C statistic.\n\n",
            _table(("id", "what holds", "by"), ((each.id, each.statement, each.by) for each in INVARIANTS)),
        )
    )


def _steps() -> str:
    heads = ("step", "from", "to", "who", "guards", "notices", "clock", "record", "")
    rows = [_step(edge) for edge in TABLE if edge.id not in _FOLDED]
    for id_ in sorted(_FOLDED):
        edges = [edge for edge in TABLE if edge.id == id_]
        everybody = frozenset().union(*(edge.actor for edge in edges))
        rows.append((*_step(edges[0])[:1], *_FOLDED_WORDS[id_], _names(everybody), *_step(edges[0])[4:]))
    return _table(heads, rows)


def _step(edge: Transition) -> tuple[str, ...]:
    return (
        f"{edge.id} {edge.name}",
        f"`{edge.source}`",
        f"`{edge.target}`",
        _names(edge.actor),
        _names(edge.guards, ordered=True),
        ", ".join(edge.notices),
        _clock(edge.clock),
        f"`{edge.leaf}`",
        "" if edge.offered else "later",
    )


def _overlays() -> str:
    rows = (
        (f"{rule.id} {rule.name}", f"`{rule.overlay}`", _names(rule.actor), _clock(rule.clock), f"`{rule.leaf}`")
        for rule in OVERLAYS
    )
    return _table(("step", "overlay", "who", "clock", "record"), rows)


def _retention_steps() -> str:
    rows = (
        (
            f"{row.id} {row.name}",
            f"`{row.source}`",
            f"`{row.target}`",
            _names(row.guards, ordered=True),
            f"`{row.leaf}`",
        )
        for row in RETENTION_TABLE
    )
    return _table(("step", "from", "to", "guards", "record"), rows)


def _states() -> str:
    rows = (
        (
            f"`{state}`",
            "end" if state in ENDS else "",
            PARTY_WORDS[state],
            f"`{owner_of(state)}`",
            _clock(clock_of(state)),
        )
        for state in State
    )
    return _table(("state", "", "parties read", "owner", "clock"), rows)


def _roles() -> str:
    sets = {role: name for name, members in ROLE_SETS.items() for role in members}
    rows = (
        (f"`{role}`", sets.get(role, "") if role in MERIT_ROLES else "", role.label, role.words, role.never)
        for role in CaseRole
    )
    return _table(("role", "set", "name", "does", "must never"), rows)


def _clocks() -> str:
    return _table(("clock", "aim", "bound", "may be", "for"), (_clock_row(rule) for rule in CLOCKS.values()))


def _clock_row(rule: ClockRule) -> tuple[str, ...]:
    clock = rule.default
    more = f", once {clock.extension} more" if clock.extension else ""
    moved = {Direction.DOWN: "shortened", Direction.UP: "lengthened", Direction.LOCKED: "locked"}[rule.direction]
    return (f"`{clock.id}`", str(clock.aim), f"{_earliest(rule)}{more}", moved, rule.words)


def _guards() -> str:
    rows = ((f"`{name}`{' +' if name in EXTRA_GUARDS else ''}", guard.words) for name, guard in GUARDS.items())
    return _table(("guard", "words"), rows)


def _notices() -> str:
    rows = (
        (
            f"{notice} {spec.name}",
            _names(spec.to),
            _names(spec.mandatory, ordered=True) if spec.sent else "none is sent",
            _names(spec.optional, ordered=True),
            "yes" if spec.front_sheet else "",
        )
        for notice, spec in NOTICES.items()
    )
    return _table(("notice", "to", "must say", "may say", "front sheet"), rows)


def _rungs() -> str:
    rows = (
        (
            rung.value,
            rung.words,
            _names(rule.imposed_by) + (" + review" if rule.needs_review else ""),
            _spent(str(rule.spent_after) if rule.spent_after else "", rule.after_term),
        )
        for rung, rule in RUNGS.items()
    )
    return _table(("rung", "what", "imposed by", "spent after"), rows)


def _spent(after: str, after_term: bool) -> str:
    if not after:
        return "at once"
    return f"the term and {after}" if after_term else after


def _clock(id_: ClockId | None) -> str:
    if id_ is None:
        return ""
    rule = CLOCKS[id_]
    return f"`{id_}` {rule.default.aim} / {_earliest(rule)}"


def _earliest(rule: ClockRule) -> str:
    return " or ".join(str(bound) for bound in rule.default.bound)


def _names(names: Iterable[str], *, ordered: bool = False) -> str:
    return ", ".join(f"`{name}`" for name in (names if ordered else sorted(names)))


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = tuple(heads)
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)
