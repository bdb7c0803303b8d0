"""The public document of a period: the report after disclosure control, both identities, and from what it came.

The document holds no moment of its making and nothing anybody typed but dated corrections: the same rows and the
same code give the same bytes, so whoever may read the rows can make it again and compare.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

from evenhand.errors import UsageError
from evenhand.statistics import Period, Quarter, Report, build_report, cadence, protect_flow
from evenhand.statistics.disclosure import BASE
from evenhand.statistics.report import SMALL_BODY
from evenhand.web.publish.statistics.counting import Exact, exact, name_of, period_of

FORMAT: Final = "evenhand.statistics/1"


@dataclass(frozen=True, slots=True)
class Made:
    """One document: its JSON text, the CSV of its rows, its digest (hex), and the exact figures behind it."""

    text: str
    csv: str
    digest: str
    exact: Exact


def make(
    period: Period,
    *,
    members: int,
    quarters: Sequence[str] = (),
    corrections: Sequence[str] = (),
    corrects: str | None = None,
) -> Made:
    """Make the document of a period.

    `members`: on average, rounded to 5 here so that no exact number of people is printed. `quarters`: of a year,
    those whose reports were published before it; what they hide stays hidden. Raises UsageError for a quarter of a
    body under 1,000 members or without a number of members, DoesNotHold where an identity fails.
    """
    average = BASE * round(members / BASE)
    if average < 1:
        raise UsageError("nobody knows how many members there are", mend="Load the register, or give --members.")
    found = exact(period, average)
    report = _report(found, average, quarters, corrections)
    csv = report.as_csv()
    document: dict[str, Any] = {
        "format": FORMAT, **report.as_dict(), "members": average, "cadence": str(cadence(average)),
        "quarters": list(quarters), "corrects": corrects, "cases_flow": _flow(found),
        "csv_sha256": sha256(csv.encode()).hexdigest(),
    }  # fmt: skip
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return Made(text, csv, sha256(text.encode()).hexdigest(), found)


def quarters_of(period: Period) -> tuple[str, ...]:
    """Return the names of a year's quarters; none for a quarter."""
    if not period.is_year:
        return ()
    return tuple(name_of(Period(each, each)) for each in (Quarter(period.first.year, n) for n in range(1, 5)))


def file_name(period: Period, ending: str) -> str:
    """Return the name under which a report is kept: `statistics-2026-Q3.json`."""
    return f"statistics-{name_of(period)}.{ending}"


def _report(found: Exact, members: int, quarters: Sequence[str], corrections: Sequence[str]) -> Report:
    parts = [_quarter(period_of(name), members) for name in quarters]
    return build_report(
        found.computed, members=members, quarters=parts, left_out_tests=found.tests, corrections=corrections
    )


def _quarter(period: Period, members: int) -> Report:
    # It was published, so the body was large enough for quarters then, whatever it is now.
    return build_report(exact(period, members).computed, members=max(members, SMALL_BODY))


def _flow(found: Exact) -> dict[str, str]:
    return {label: shown.text for label, shown in protect_flow(**asdict(found.cases)).items()}
