"""Compaction: many small files become one, sorted by whom its posts are aimed at and when. No row changes.

A file per import is right for committing and slow for reading: 1,000 small files cost a look-up 56 ms, one sorted file
4 ms. Only files whose rows fall due in the same week are merged, so that forgetting rewrites as little as before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.context import Context
from evenhand.corpus.connect import INGEST, SCHEMAS, connect, table_sql
from evenhand.corpus.manifest import CorpusFile, FileKind
from evenhand.corpus.store import Corpus, discard, publish
from evenhand.posts.times import SECOND

MOST_ROWS: Final = 1_000_000
"""A file of so many rows is not merged again, and no merged one grows beyond."""
_WEEK: Final = 7 * 86_400 * SECOND
_ORDER: Final = {
    FileKind.OBSERVATIONS: "coalesce(element_at(side, 'reply_to_author')[1], mentions[1].id, mentions[1].handle, ''), "
    "coalesce(claimed_at, observed_at, imported_at), record_key, observation_sha256",
    FileKind.EVENTS: "record_key, imported_at, locator",
}


@dataclass(frozen=True, slots=True)
class Compacted:
    """Which files replace which."""

    added: tuple[CorpusFile, ...] = ()
    removed: tuple[CorpusFile, ...] = ()


def compact(corpus: Corpus, ctx: Context) -> Compacted:
    """Write merged files and return the swap to commit. Needs `writing`; memory as an import's, about 10 µs per row."""
    added, removed = [], []
    for files in _groups(corpus):
        added.append(_merged(corpus, files, ctx))
        removed += files
    return Compacted(tuple(added), tuple(removed))


def _groups(corpus: Corpus) -> Iterator[list[CorpusFile]]:
    """Yield the files to merge, two or more together: of one kind and week, up to MOST_ROWS."""
    weeks: dict[tuple[FileKind, int], list[CorpusFile]] = defaultdict(list)
    for file in corpus.manifest.files():
        if file.rows < MOST_ROWS:
            weeks[file.kind, file.oldest_import // _WEEK].append(file)
    for files in weeks.values():
        group: list[CorpusFile] = []
        for file in sorted(files, key=lambda file: file.rows):
            if sum(each.rows for each in group) + file.rows > MOST_ROWS:
                break
            group.append(file)
        if len(group) > 1:
            yield group


def _merged(corpus: Corpus, files: list[CorpusFile], ctx: Context) -> CorpusFile:
    kind, schema, name = files[0].kind, SCHEMAS[files[0].kind], ctx.new_id()
    paths = [corpus.path(file) for file in files]
    half, rows = corpus.work / f".{name}.compact.parquet", 0
    sql = f"SELECT * FROM ({table_sql(paths, schema)}) ORDER BY {_ORDER[kind]}"  # noqa: S608 our own names, quoted paths
    try:
        with (
            connect(corpus.work, paths, INGEST) as connection,
            pq.ParquetWriter(half, schema, compression="zstd") as writer,
        ):
            for batch in connection.sql(sql).to_arrow_reader(4096):
                writer.write_table(pa.Table.from_batches([batch]).cast(schema))
                rows += batch.num_rows
        if rows != sum(file.rows for file in files):
            raise AssertionError("compaction must keep every row")
        oldest = min(file.oldest_import for file in files)
        return publish(corpus, half, kind, name=name, rows=rows, oldest=oldest)
    finally:
        discard(half)
