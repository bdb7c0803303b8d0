"""The verbs of figures: publish a report, correct one; each leaves a leaf with the digest of the document."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC
from typing import Final

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.statistics import Period, printable
from evenhand.web.people.queries import standing_of
from evenhand.web.publish.models import PublishedReport
from evenhand.web.publish.statistics.counting import name_of
from evenhand.web.publish.statistics.reading import latest, members_at, newest_by_period
from evenhand.web.publish.statistics.reports import Made, make, quarters_of
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.unit import recording
from evenhand.web.rules.policy import check_signers
from evenhand.web.rules.queries import thing_of

LONGEST: Final = 300
_TELLING: Final = re.compile(r"@\w|https?://|www\.|\d{7,}", re.IGNORECASE)


def publish(
    *, period: Period, ctx: Context, members: int | None = None, signers: Sequence[ActorId] = ()
) -> PublishedReport:
    """Publish the report of a period that is over and return its row.

    `members`: on average, by what the organisation says; the register's count where it says nothing. `signers`:
    nobody (the program alone: no number can be typed), or the two who read it. Raises UsageError for a period that
    is not over or was published, DoesNotHold where an identity fails. One unit of work, leaf `stats.published`.
    """
    _over(period, ctx)
    if latest(period) is not None:
        raise UsageError(
            f"{name_of(period)} was published already",
            where="statistics", mend="Look at it with `evenhand statistics verify`, or correct it with --correct.",
        )  # fmt: skip
    made = make(period, members=members or members_at(period), quarters=_published_quarters(period))
    return _store(made, period, ctx, signers)


def correct(
    *, period: Period, words: str, ctx: Context, members: int | None = None, signers: Sequence[ActorId] = ()
) -> PublishedReport:
    """Publish a corrected report of a period with a dated line that says why, and return its row.

    The report before it stays public. `members` as before where not given. Raises UsageError where there is nothing
    to correct, or for words that may not be printed. One unit of work, leaf `stats.corrected`.
    """
    before = latest(period)
    if before is None:
        raise UsageError(f"{name_of(period)} was not published yet", mend="Publish it first.")
    document = json.loads(before.text)
    lines = [*document["corrections"], f"{ctx.now().astimezone(UTC).date().isoformat()}: {_words(words)}"]
    made = make(
        period, members=members or document["members"], quarters=document["quarters"], corrections=lines,
        corrects=before.id,
    )  # fmt: skip
    return _store(made, period, ctx, signers, before)


def _over(period: Period, ctx: Context) -> None:
    if ctx.now().astimezone(UTC).date() < period.end:
        raise UsageError(
            f"{name_of(period)} is not over",
            mend=f"Publish it on {period.end.isoformat()} or later.",
            where="statistics",
        )


def _published_quarters(period: Period) -> tuple[str, ...]:
    known = newest_by_period()
    return tuple(name for name in quarters_of(period) if name in known)


def _words(words: str) -> str:
    line = " ".join(words.split())
    if not line or len(line) > LONGEST or _TELLING.search(line):
        raise UsageError(
            "these words cannot be printed",
            where="correction", mend=f"Say in up to {LONGEST} signs what was wrong; no handles, links or ids.",
        )  # fmt: skip
    return printable(line)


def _store(
    made: Made, period: Period, ctx: Context, signers: Sequence[ActorId], before: PublishedReport | None = None
) -> PublishedReport:
    now = ctx.now().replace(microsecond=0)
    actor = signers[0] if signers else SYSTEM
    with recording(actor=actor, ctx=ctx, purpose="publish figures") as r:
        if signers:
            first, second = (standing_of(each, at=now, second_step=True) for each in _two(signers))
            check_signers(first, second)
        row = PublishedReport(
            id=made.digest, period=name_of(period), text=made.text, csv=made.csv, published_at=now, corrects=before,
            first_signer=signers[0] if signers else None, second_signer=signers[1] if signers else None,
        )  # fmt: skip
        row.save(force_insert=True)
        r.add(
            type="stats.corrected" if before else "stats.published", obj=thing_of(row.id), key=ORGANISATION,
            body={ROWS: [said(row)]}, pub={"document": f"sha256:{row.id}"},
        )  # fmt: skip
    return row


def _two(signers: Sequence[ActorId]) -> Sequence[ActorId]:
    if len(signers) != 2:
        raise UsageError("a report is signed by two people or by nobody", where="statistics", mend="Name both.")
    return signers
