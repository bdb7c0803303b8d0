"""docs/reference/statistics.md: every measure with its unit, whether it is counted, and what is left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evenhand.statistics import MEASURES, Dimension, Measure, MeasureId

NOT_PRINTED: Final = frozenset({(MeasureId.M1, Dimension.ORIGIN), (MeasureId.M14, Dimension.CONTACT_CATEGORY)})
"""Tables whose facts no page asks for in the open: nobody would have counted them, so no zero is printed."""
IN_PART: Final[Mapping[MeasureId, str]] = {
    MeasureId.M1: "not yet: whether the sender belongs to a restricted body, which no page asks",
    MeasureId.M7: "no step about how somebody complains exists yet, so its zeros are true",
    MeasureId.M13: "leads by what a person said, posts by why they could not be read, items found by both; not yet: "
    "error rates by language and group, misses among what was not flagged",
    MeasureId.M14: "by body, in time or found later, declarations; not yet: what a contact wanted, which lies sealed",
}
"""What of a measure is counted, where that is not all of it."""
_HEAD: Final = """# Figures

Generated from the code by `make docs`. The list is fixed: a table that is not here is not published, and nobody can
ask a question of their own. Everything is counted as it stood at the end of the last day of the period (UTC), from
enums, times and counts; no sealed text is opened. Seeded test reports of the auditor are in no figure.

| id | measure | unit | by | counted |
|---|---|---|---|---|
"""
_TAIL: Final = """
## What each unit is

- **submission**: one message received. It is new, a duplicate (every item it names was named before, and it was
  joined), joined to another case, or out of scope: exactly one of these.
- **item**: one post or act by its canonical id, at the first submission that named it.
- **subject** (a person complained about): counted once in a period, however many cases there are.
- **case**: one person and one set of allegations. It is closed when it is `closed` or was joined to another; decided
  on the day of `decided`; its way is settled on the first day out of scope, dismissed, agreed or under investigation.

Both identities are checked on the exact numbers before anything is published:
submissions = new + duplicate + out of scope + merged; cases opened + carried in = closed + carried out.

## What is done before anything is printed

Numbers are rounded to 5, those from 1 to 9 print `<10`, and further cells are hidden where a hidden one could be
solved. No rate, share or median of fewer than 10. Under 1,000 members: totals of a whole year only. Members are those
of the register (every entry, former members included, because what it says of each is sealed) unless the organisation
states its average; the number is rounded to 5 first.

## The document

`/statistics.json` gives the document byte for byte; its SHA-256 is its id and stands in the record (leaf
`stats.published`, of a corrected one `stats.corrected`). It holds nothing anybody typed but dated corrections, and no
moment of its making, so that `evenhand statistics verify` can make it again.

| key | what it holds |
|---|---|
| `format` | `evenhand.statistics/1` |
| `period`, `code_version` | `2026 Q3` or `2026`; the version of this software that counted |
| `members`, `cadence` | members on average, rounded to 5; `quarterly` or `annual` |
| `rows` | one per printed number: its measure, label, value, interval, unit, denominator, period and sentence |
| `cases_flow` | opened, carried_in, closed, carried_out, as printed |
| `quarters` | of a year, the quarters published before it: what they hide stays hidden |
| `corrections`, `corrects` | dated lines; the id of the document before |
| `notes`, `test_reports_left_out`, `csv_sha256` | words of the tables; test reports; the digest of the CSV |
"""


def statistics_page() -> str:
    """Return the page as Markdown."""
    return _HEAD + "".join(_row(each) for each in MEASURES.values()) + _TAIL


def _row(measure: Measure) -> str:
    units = ", ".join(unit.value for unit in measure.units)
    by = ", ".join(dimension.value.replace("_", " ") for dimension in measure.dimensions)
    return f"| {measure.id} | {measure.name} | {units} | {by} | {_counted(measure)} |\n"


def _counted(measure: Measure) -> str:
    if measure.id in IN_PART:
        return f"in part: {IN_PART[measure.id]}"
    return "yes" if measure.computed else "not yet"
