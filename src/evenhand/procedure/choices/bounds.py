"""PL2, PL6, PL7: how far an organisation may move what it may move. Default in code, direction in code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evenhand.codes import Rung
from evenhand.procedure.choices.model import CodeRef, Fault, Procedure, RetentionTerm, SanctionTerm
from evenhand.procedure.clocks import CLOCKS, Clock, ClockRule, Direction, Duration
from evenhand.procedure.retention import RETENTION
from evenhand.procedure.sanctions import RUNGS

LEAST_SHARE: Final = 0.05
LEAST_UNFLAGGED: Final = 50
LEAST_ELIGIBLE: Final = 2
LONGEST_TRAINING: Final = 12
FEWEST_BODIES: Final = 2
RED_LINES: Final = tuple(f"R{number}" for number in range(1, 27))


def clock_faults(procedure: Procedure) -> Iterator[Fault]:
    """Yield every clock that is locked, out of its bounds or moved against its direction (PL2)."""
    for id_, clock in procedure.clocks.items():
        for what, mend in _of_clock(clock, CLOCKS[id_]):
            yield Fault("PL2", f"clock {id_}", what, mend)


def _of_clock(clock: Clock, rule: ClockRule) -> Iterator[tuple[str, str]]:
    default = rule.default
    if rule.direction is Direction.LOCKED:
        yield f"it is locked at {default.bound[0].words}.", "Remove it from the file."
        return
    if len(clock.bound) != len(default.bound):
        yield f"it needs {len(default.bound)} bounds.", f"Write {_bounds(default)}."
        return
    pairs = [("aim", clock.aim, default.aim), *(("bound", *p) for p in zip(clock.bound, default.bound, strict=True))]
    for name, value, usual in pairs:
        yield from _moved(name, value, usual, rule)
    if all(value.unit is usual.unit for _, value, usual in pairs):
        for bound in clock.bound:
            if clock.aim.rough_days > bound.rough_days:
                yield f"its aim {clock.aim} is later than its bound {bound}.", "Aim at or before the bound."
    yield from _extension(clock.extension, default.extension, rule)


def _moved(name: str, value: Duration, usual: Duration, rule: ClockRule) -> Iterator[tuple[str, str]]:
    if value.unit is not usual.unit:
        yield f"its {name} {value} is not counted in {usual.unit}.", f"Write it as the default {usual}."
    elif value.number < 1:
        yield f"its {name} {value} leaves no time.", f"Write at least 1{usual.unit}."
    elif rule.direction is Direction.DOWN and value.number > usual.number:
        yield f"its {name} {value} is longer than {usual}; it may only be made shorter.", f"Write at most {usual}."
    elif rule.direction is Direction.UP and value.number < usual.number:
        yield f"its {name} {value} is shorter than {usual}; it may only be made longer.", f"Write at least {usual}."
    elif rule.direction is Direction.UP and value.rough_days > rule.most:
        yield f"its {name} {value} is more than three times {usual}.", "Nobody should wait that long: make it shorter."


def _extension(value: Duration | None, usual: Duration | None, rule: ClockRule) -> Iterator[tuple[str, str]]:
    if usual is None and value is not None:
        yield "it cannot be extended.", "Remove extension."
    elif usual is not None and value is None:
        yield "its extension is missing.", f'Add extension = "{usual}".'
    elif usual is not None and value is not None:
        yield from _moved("extension", value, usual, rule)


def _bounds(clock: Clock) -> str:
    texts = ", ".join(f'"{each}"' for each in clock.bound)
    return f"bound = [{texts}]" if len(clock.bound) > 1 else f"bound = {texts}"


def sanction_faults(procedure: Procedure) -> Iterator[Fault]:
    """Yield terms that were raised and rungs out of order (PL6)."""
    order = [term.rung.height for term in procedure.sanctions]
    if order != sorted(order):
        yield Fault("PL6", "sanction", "the rungs are not in the order of the ladder.", "Write them mildest first.")
    for term in procedure.sanctions:
        yield from _of_term(term)


def _of_term(term: SanctionTerm) -> Iterator[Fault]:
    where, rule = f"sanction {term.rung}", RUNGS[term.rung]
    if rule.spent_after is None:
        yield Fault("PL6", where, "it is spent at once; no term can be set.", "Remove this row.")
    elif term.spent_after.rough_days > rule.spent_after.rough_days:
        yield Fault(
            "PL6", where, f"{term.spent_after} is longer than {rule.spent_after}.", f"Write at most {rule.spent_after}."
        )
    if term.longest is not None and (
        rule.longest_term is None or term.longest.rough_days > rule.longest_term.rough_days
    ):
        usual = f"at most {rule.longest_term}" if rule.longest_term else "none"
        yield Fault("PL6", where, f"its longest term {term.longest} is not allowed.", f"Allowed is {usual}.")


def retention_faults(procedure: Procedure) -> Iterator[Fault]:
    """Yield retention periods raised without a ground of the sector (PL6)."""
    for term in procedure.retention:
        yield from _of_retention(term)


def _of_retention(term: RetentionTerm) -> Iterator[Fault]:
    usual = RETENTION[term.kept_as].period
    if term.keep.rough_days > usual.rough_days and not term.sector_ground.strip():
        yield Fault(
            "PL6",
            f"retention {term.kept_as}",
            f"{term.keep} is longer than {usual}, and no ground of the sector is named.",
            f'Write at most {usual}, or sector_ground = "…".',
        )


def maximum_faults(procedure: Procedure) -> Iterator[Fault]:
    """Yield every rule that does not name the most that can follow for an act it covers (PL6, S6)."""
    for ref in procedure.codes:
        for number, act in _without_maximum(ref):
            yield Fault(
                "PL6",
                f"code {ref.slug}, clause {number}",
                f"it names no maximum for {act}.",
                "Add it to most in the code: nobody may be told of a rule without the most that can follow.",
            )


def _without_maximum(ref: CodeRef) -> Iterator[tuple[str, str]]:
    versions = ref.code.versions if ref.code else ()
    for version in (each for each in versions if each.number == ref.version):
        for clause in version.clauses:
            yield from ((clause.number, act) for act in clause.acts if act not in clause.most)


def minimum_faults(procedure: Procedure) -> Iterator[Fault]:
    """Yield samples, pools and red lines below what is allowed (PL7)."""
    for name in ("review", "shadow", "auditor_text"):
        share = getattr(procedure.sampling, name)
        if not LEAST_SHARE <= share <= 1:
            yield Fault("PL7", "sampling", f"{name} = {share:g} is not between 0.05 and 1.", f"Write {name} = 0.05.")
    checks = (
        ("sampling", "unflagged", procedure.sampling.unflagged >= LEAST_UNFLAGGED, f"at least {LEAST_UNFLAGGED}"),
        ("pool", "min_eligible_per_seat", procedure.pool.min_eligible_per_seat >= LEAST_ELIGIBLE, "at least 2"),
        ("pool", "training_valid_months", 1 <= procedure.pool.training_valid_months <= LONGEST_TRAINING, "1 to 12"),
        ("pool", "appointed_by", len(_bodies(procedure)) >= FEWEST_BODIES, "two different bodies or more"),
    )
    yield from (
        Fault("PL7", where, f"{key} is too weak.", f"Write {must}.") for where, key, ok, must in checks if not ok
    )
    yield from _red_lines(procedure)


def _bodies(procedure: Procedure) -> set[str]:
    return {body.strip().casefold() for body in procedure.pool.appointed_by if body.strip()}


def _red_lines(procedure: Procedure) -> Iterator[Fault]:
    for line in procedure.red_lines:
        if line.id not in RED_LINES:
            yield Fault("PL7", f"red_line {line.id}", "there is no such red line.", "Remove it.")
        elif not line.on:
            yield Fault("PL7", f"red_line {line.id}", "a red line cannot be switched off.", "Remove it.")


TERMED: Final = tuple(rung for rung in Rung if RUNGS[rung].spent_after is not None)
"""The rungs whose term a file must name."""
