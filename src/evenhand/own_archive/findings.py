"""What was found, and where it waits until the report is written: on disk, so that memory does not grow with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote

import orjson

from evenhand.codes import ActType
from evenhand.own_archive.addresses import address_of_row
from evenhand.own_archive.deeds import Deed
from evenhand.own_archive.rules import Ruling
from evenhand.posts import Row
from evenhand.posts.times import to_datetime, to_local_datetime
from evenhand.screening import Verdict

_KEY_LETTERS: Final = ":/@#.-_~"


@dataclass(frozen=True, slots=True)
class Finding:
    """One act whose words may fall under a clause. A question to the owner, not an answer.

    `spans` are [begin, end, category] in code points of `text`. `key` names the record and holds none of its text.
    """

    key: str
    act: str
    day: str | None
    platform: str
    text: str
    spans: list[list[Any]]
    categories: list[str]
    reason: str
    clause: str
    also: list[str]
    version: str
    since: str
    is_older: bool
    is_undated: bool
    link: str | None
    replied_to: str | None
    pictures: int
    where: str

    @property
    def is_own(self) -> bool:
        """Whether the words are the owner's own."""
        return self.act == ActType.WROTE


def finding_of(row: Row, deed: Deed, verdict: Verdict, rulings: tuple[Ruling, ...]) -> Finding:
    """Return the finding of an act that a clause may cover."""
    first, *others = rulings
    day = day_of(row)
    return Finding(
        key=key_of(row, deed),
        act=deed.act.value,
        day=day.isoformat() if day else None,
        platform=row["platform"],
        text=deed.text,
        spans=[[span.begin, span.end, span.category.value] for span in verdict.spans],
        categories=[flag.value for flag in verdict.flags],
        reason=verdict.reason,
        clause=first.clause.number,
        also=[each.clause.number for each in others],
        version=first.version,
        since=first.since.isoformat(),
        is_older=first.is_older,
        is_undated=first.is_undated,
        link=address_of_row(row),
        replied_to=_replied_to(row) if deed.is_own else None,
        pictures=len(row.get("attachments") or ()),
        where=f"{row['member_path']};{row['locator']}" if row.get("member_path") else row["locator"],
    )


def day_of(row: Row) -> date | None:
    """Return the day of an act as its export says it; None where it has none."""
    moment = to_datetime(row.get("claimed_at") or row.get("observed_at"))
    moment = moment or to_local_datetime(row.get("claimed_at_local"))
    return moment.date() if moment else None


def _replied_to(row: Row) -> str | None:
    """Return to whom or what the post replied, as far as the export says."""
    first = next((each.get("handle") for each in row.get("mentions") or () if each.get("handle")), None)
    if row["platform"] == "youtube":
        return None  # it names the video, and the link leads there
    named = row.get("target_unresolved") or (f"@{first}" if first and row.get("relation") == "reply" else None)
    return named or row.get("reply_to")


def key_of(row: Row, deed: Deed) -> str:
    """Return what knows a record again in a later export of the same account; never made from its text."""
    if row.get("share_of") and row.get("id_is_synthetic"):
        key = f"{deed.act.value}:{row['share_of']}"
    elif row.get("id_is_synthetic"):
        key = f"{row['platform']}:{deed.act.value}@{row.get('claimed_at_raw') or 'undated'}"
    else:
        key = row["record_key"] if deed.is_own else f"{deed.act.value}:{row['record_key']}"
    return quote(key, safe=_KEY_LETTERS)


class Spool:
    """The findings of one check, per clause and act, in files of a folder that the caller removes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[tuple[str, str], IO[bytes]] = {}
        self._twins: Counter[str] = Counter()
        self._known: set[str] = set()
        self.counts: Counter[tuple[str, str]] = Counter()  # (clause, act)

    def add(self, finding: Finding, *, is_synthetic: bool) -> None:
        """Keep a finding. The same record again is not kept twice; acts of one second without ids are told apart."""
        if is_synthetic:
            self._twins[finding.key] += 1
            if self._twins[finding.key] > 1:
                finding = replace(finding, key=f"{finding.key}#{self._twins[finding.key]}")
        elif finding.key in self._known:
            return
        self._known.add(finding.key)
        place = finding.clause, finding.act
        if place not in self._files:
            self._files[place] = (self._folder / f"{len(self._files)}.jsonl").open("w+b")
        self._files[place].write(orjson.dumps(finding, option=orjson.OPT_APPEND_NEWLINE))
        self.counts[place] += 1

    def acts(self, clause: str) -> list[tuple[str, int]]:
        """Return how many findings of each act stand under a clause, own words first."""
        return [(act.value, self.counts[clause, act.value]) for act in ActType if self.counts[clause, act.value]]

    def of(self, clause: str) -> Iterator[Finding]:
        """Yield the findings under a clause: own words first, then as they stand in the archive."""
        for act, _count in self.acts(clause):
            file = self._files[clause, act]
            file.seek(0)
            for line in file:
                yield Finding(**orjson.loads(line))

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
