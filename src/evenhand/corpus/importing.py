"""Reading one file into a corpus: rows to Parquet in batches, then one pass that drops what is known already.

Nothing here commits: the files that come back count only once a manifest names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.context import Context
from evenhand.corpus.connect import INGEST, connect, table_sql
from evenhand.corpus.kept_out import MOST_BARRED, KeptOut, not_erased
from evenhand.corpus.manifest import CorpusFile, FileKind
from evenhand.corpus.second_look import second_look
from evenhand.corpus.stage import COMPRESSION, Groups, writer
from evenhand.corpus.store import Corpus, discard, publish
from evenhand.posts import Recognised, Report, rows_of
from evenhand.posts.columns import complete, events_to_table, to_table
from evenhand.posts.ids import FINGERPRINT
from evenhand.posts.reader import ODD
from evenhand.posts.record import Row
from evenhand.posts.said import Said
from evenhand.posts.schema import EVENT_SCHEMA, POST_SCHEMA
from evenhand.posts.times import to_us

_BATCH: Final = 4096
_ANSWERED_AT_ONCE: Final = 1 << 16
_KEYS_AT_ONCE: Final = 1 << 21
_MOST_PARTS: Final = 32


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one file; records present = posts + control + merged + suppressed + refused."""

    report: Report
    posts: int  # record keys that the corpus did not hold before
    merged: int  # further records about a post that is there already
    observations: int  # rows added
    files: tuple[CorpusFile, ...] = ()
    barred: frozenset[str] | None = frozenset()
    """Record keys of what was dropped because of an erasure; None where there were too many to name."""
    kept_out: frozenset[str] = frozenset()
    """Record keys of what was dropped because of who wrote it: whoever imports puts them on the list."""
    cleared: int = 0  # records that came in without what they repeat of something erased

    @property
    def suppressed(self) -> int:
        """Records dropped before storage, because of an erasure."""
        return self.report.suppressed


@dataclass(slots=True)
class _Stage:
    """The half-written files of one import."""

    observations: Path
    kept: Path
    events: Path
    rows: int = 0  # records read; rows made of deletion events come after them
    never_held: int = 0
    event_rows: int = 0
    prints: bool = False  # whether any record bears a fingerprint
    out: KeptOut = field(default_factory=KeptOut)

    def discard(self) -> None:
        discard(self.observations, self.kept, self.events)


Progress = Callable[[int], None]
"""Told how many records have been read so far."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an import obeys beside the file: erasures, and who wants to see progress.

    `is_suppressed` is asked for record keys and for authors (`author_name`).
    """

    is_suppressed: Callable[[str], bool] | None = None
    progress: Progress = field(default=lambda read: None)


NO_TERMS: Final = Terms()


def ingest(
    corpus: Corpus, recognised: Recognised, ctx: Context, terms: Terms = NO_TERMS, *, keep: bool = True
) -> Ingested:
    """Read a recognised file and return what it adds to the corpus. Needs `corpus.writing()`.

    Records already held, by record_key, raw_record_sha256 and the time as read, add nothing: the same file
    twice adds 0 rows; with another zone chosen it corrects the times.
    With `keep` false nothing is left on disk. Whatever fails leaves no file behind. Memory stays under about
    300 MB; about 50 µs per record.
    """
    now = to_us(ctx.now()) or 0
    name = ctx.new_id()
    report = Report(str(recognised.source.path), limit=recognised.source.limits.refused_records)
    corpus.work.mkdir(parents=True, exist_ok=True)
    read, kept, events = (corpus.work / f".{name}.{part}.parquet" for part in ("read", "kept", "events"))
    stage = _Stage(read, kept, events)
    try:
        out = stage.out
        _write(stage, _admitted(recognised, report, terms, now, out), report, terms, now)
        stage.rows -= second_look(stage.observations, stage.kept, report, out)
        _write_never_held(corpus, stage, recognised, now)
        settled = _settle(corpus, stage, report, name=name, now=now, keep=keep)
        named = frozenset(out.barred) if len(out.barred) < MOST_BARRED else None
        return replace(settled, barred=named, kept_out=frozenset(out.posts), cleared=out.cleared)
    finally:
        stage.discard()


def _admitted(recognised: Recognised, report: Report, terms: Terms, now: int, out: KeptOut) -> Iterator[Row]:
    rows = rows_of(recognised, report, imported_at=now)
    if terms.is_suppressed is None:
        return rows
    return not_erased(rows, report, terms.is_suppressed, out)


def _write(stage: _Stage, rows: Iterator[Row], report: Report, terms: Terms, now: int) -> None:
    with (
        writer(stage.observations) as rows_file,
        pq.ParquetWriter(stage.events, EVENT_SCHEMA, compression=COMPRESSION) as events,
    ):
        observations = Groups(rows_file)
        while batch := list(islice(rows, _BATCH)):
            stage.prints = stage.prints or any(FINGERPRINT in (row.get("side") or ()) for row in batch)
            table = _table_of(batch, report)
            observations.add(table)
            stage.rows += table.num_rows
            _write_events(stage, events, report, terms, now)
            terms.progress(stage.rows)
        observations.write()
        _write_events(stage, events, report, terms, now)


def _table_of(batch: list[Row], report: Report) -> pa.Table:
    """Return the rows as a table; a row with a value of another type than its column is refused."""
    try:
        return to_table(batch)
    except (pa.ArrowException, *ODD):
        return to_table([row for row in batch if _fits(row, report)])


def _fits(row: Row, report: Report) -> bool:
    try:
        to_table([row])
    except (pa.ArrowException, *ODD):
        report.refuse(row["locator"], "record_malformed")
        return False
    return True


def _write_events(stage: _Stage, file: pq.ParquetWriter, report: Report, terms: Terms, now: int) -> None:
    # What was erased leaves no trace of its deletion either: that would name it again.
    barred = terms.is_suppressed or (lambda _key: False)
    said = (event for event in report.events if event["record_key"] not in stage.out.posts)
    events = [event | {"imported_at": now} for event in said if not barred(event["record_key"])]
    if events:
        file.write_table(events_to_table(events))
        stage.event_rows += len(events)
    report.events.clear()


_NEVER_HELD = """
SELECT e.* FROM ({events}) AS e
WHERE NOT EXISTS (SELECT 1 FROM ({held}) AS h WHERE h.record_key = e.record_key)
  AND NOT EXISTS (SELECT 1 FROM ({read}) AS r WHERE r.record_key = e.record_key)
QUALIFY row_number() OVER (PARTITION BY e.record_key ORDER BY e.locator) = 1
"""


def _write_never_held(corpus: Corpus, stage: _Stage, recognised: Recognised, now: int) -> None:
    """Add a row for each post that we only know was deleted: R7, deletion is data."""
    if not stage.event_rows:
        return
    held = corpus.paths(FileKind.OBSERVATIONS)
    sql = _NEVER_HELD.format(
        events=table_sql([stage.events], EVENT_SCHEMA),
        held=table_sql(held, POST_SCHEMA),
        read=table_sql([stage.observations], POST_SCHEMA),
    )
    with connect(corpus.work, [*held, stage.events, stage.observations], INGEST) as connection:
        unknown = connection.sql(sql).to_arrow_table().to_pylist()
    if not unknown:
        return
    rows = [complete(_never_held(event, recognised), imported_at=now) for event in unknown]
    old = pq.ParquetFile(stage.observations)
    with old, writer(stage.kept) as kept:
        for group in range(old.num_row_groups):
            kept.write_table(old.read_row_group(group).cast(POST_SCHEMA))
        kept.write_table(to_table(rows))
    stage.kept.replace(stage.observations)
    stage.never_held = len(rows)


def _never_held(event: Row, recognised: Recognised) -> Row:
    platform, _, native_id = event["record_key"].partition(":")
    return {
        "record_key": event["record_key"],
        "platform": platform,
        "native_id": native_id,
        "source_format": event["source_format"],
        "deletion_state": "never_held",
        "deleted_at": to_us(event["claimed_at"]),
        "source_sha256": event["source_sha256"],
        "member_path": event["member_path"],
        "member_sha256": recognised.source.sha256,
        "locator": event["locator"],
        "raw_record_sha256": event["raw_record_sha256"],
        "provenance_class": "platform_api",
    }


# All that is asked is asked of one record key, so the keys can be taken in parts, each within the same memory.
_FRESH = """
WITH read AS (
    SELECT record_key, raw_record_sha256, claimed_at, tz_status, file_row_number AS number,
           row_number() OVER (
               PARTITION BY record_key, raw_record_sha256, claimed_at, tz_status ORDER BY file_row_number
           ) AS copy
    FROM ({read})
)
SELECT r.number, r.number < $rows AND NOT EXISTS (
    SELECT 1 FROM ({held}) AS h WHERE h.record_key = r.record_key AND h.deletion_state <> 'never_held'
) AND row_number() OVER (PARTITION BY r.record_key ORDER BY r.number) = 1 AS is_new_post
FROM read AS r
WHERE r.copy = 1 AND NOT EXISTS (
    SELECT 1 FROM ({held}) AS h
    WHERE h.record_key = r.record_key AND h.raw_record_sha256 = r.raw_record_sha256
      -- The same bytes read with another zone or order of dates are another observation.
      AND h.tz_status = r.tz_status AND h.claimed_at IS NOT DISTINCT FROM r.claimed_at
)
"""
_FRESH_EVENTS = """
SELECT e.* FROM ({read}) AS e
WHERE NOT EXISTS (
    SELECT 1 FROM ({held}) AS h
    WHERE h.record_key = e.record_key AND h.event = e.event AND h.raw_record_sha256 = e.raw_record_sha256
)
"""


def _settle(corpus: Corpus, stage: _Stage, report: Report, *, name: str, now: int, keep: bool) -> Ingested:
    """Drop what the corpus knows already, and make the rest durable."""
    fresh, posts = _fresh_rows(corpus, stage)
    observations = int(np.count_nonzero(fresh))
    _suggest(corpus, stage, report, posts)
    files = []
    if keep and observations:
        written = _without_known(stage, fresh)
        files.append(publish(corpus, written, FileKind.OBSERVATIONS, name=name, rows=observations, oldest=now))
    if keep and stage.event_rows:
        files += _settle_events(corpus, stage, name=name, now=now)
    merged = stage.rows - posts + report.merged
    return Ingested(report, posts, merged, observations, tuple(files))


def _fresh_rows(corpus: Corpus, stage: _Stage) -> tuple[np.ndarray, int]:
    """Return which of the staged rows to keep (a bool each), and how many are the first of a new post.

    All that is asked is asked of one record key: the keys are taken in parts, each within the same memory.
    """
    held = [file for file in corpus.manifest.files() if file.kind == FileKind.OBSERVATIONS]
    paths = [corpus.path(file) for file in held]
    sql = _FRESH.format(
        read=_part_of(table_sql([stage.observations], POST_SCHEMA, numbered=True)),
        held=_part_of(table_sql(paths, POST_SCHEMA)),
    )
    fresh, posts = np.zeros(stage.rows + stage.never_held, dtype=bool), 0
    parts = min(1 + (len(fresh) + sum(file.rows for file in held)) // _KEYS_AT_ONCE, _MOST_PARTS)
    with connect(corpus.work, [*paths, stage.observations], INGEST) as connection:
        for part in range(parts):
            asked = {"rows": stage.rows, "part": part, "parts": parts}
            # In batches: of a file of gigabytes the answer alone would be hundreds of megabytes.
            for batch in connection.sql(sql, params=asked).to_arrow_reader(_ANSWERED_AT_ONCE):
                fresh[batch.column("number").to_numpy()] = True
                posts += batch.column("is_new_post").true_count
    return fresh, posts


def _part_of(rows: str) -> str:
    return f"SELECT * FROM ({rows}) WHERE hash(record_key) % $parts = $part"  # noqa: S608 nothing from outside


_ALIKE = """
WITH read AS (SELECT record_key, map_extract(side, $name)[1] AS print FROM ({read}) WHERE id_is_synthetic),
     held AS (SELECT record_key, map_extract(side, $name)[1] AS print FROM ({held}) WHERE id_is_synthetic)
SELECT r.record_key AS new, min(h.record_key) AS held FROM read AS r JOIN held AS h USING (print)
WHERE r.record_key NOT IN (SELECT record_key FROM held)
GROUP BY r.record_key ORDER BY new
"""


def _suggest(corpus: Corpus, stage: _Stage, report: Report, posts: int) -> None:
    """Remark how many new records without an id of their own say what a record of another export says.

    The words, the author and the time agree; whether it is one record or two, a person must tell. Nothing is merged.
    """
    held = corpus.paths(FileKind.OBSERVATIONS)
    if not (held and posts and stage.prints):
        return  # nothing to compare, and the whole corpus is not read for that
    sql = _ALIKE.format(read=table_sql([stage.observations], POST_SCHEMA), held=table_sql(held, POST_SCHEMA))
    with connect(corpus.work, [*held, stage.observations], INGEST) as connection:
        alike = connection.sql(sql, params={"name": FINGERPRINT}).to_arrow_table()
    if alike.num_rows:
        first = alike.slice(0, 1).to_pylist()[0]
        form = (
            "possible_duplicates: %(count)s new records say the same at the same time as records of another export, "
            "the first %(new)s as %(held)s; nothing was merged"
        )
        report.note(Said(form, count=alike.num_rows, **first))


def _without_known(stage: _Stage, wanted: np.ndarray) -> Path:
    """Return a file with only the staged rows that are wanted; the staged file itself if that is all."""
    if wanted.all():
        return stage.observations
    start = 0
    with pq.ParquetFile(stage.observations) as old, writer(stage.kept) as kept:
        for group in range(old.num_row_groups):
            rows = old.read_row_group(group)
            kept.write_table(rows.filter(pa.array(wanted[start : start + rows.num_rows])).cast(POST_SCHEMA))
            start += rows.num_rows
    return stage.kept


def _settle_events(corpus: Corpus, stage: _Stage, *, name: str, now: int) -> list[CorpusFile]:
    held = corpus.paths(FileKind.EVENTS)
    sql = _FRESH_EVENTS.format(read=table_sql([stage.events], EVENT_SCHEMA), held=table_sql(held, EVENT_SCHEMA))
    with connect(corpus.work, [*held, stage.events], INGEST) as connection:
        fresh = connection.sql(sql).to_arrow_table()
    if not fresh.num_rows:
        return []
    pq.write_table(fresh.cast(EVENT_SCHEMA), stage.events, compression=COMPRESSION)
    return [publish(corpus, stage.events, FileKind.EVENTS, name=name, rows=fresh.num_rows, oldest=now)]
