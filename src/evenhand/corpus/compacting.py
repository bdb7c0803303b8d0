"""Compaction: many small files become one, sorted by whom its posts are aimed at and when. No row changes.

A file per import is right for committing and slow for reading: 1,000 small files cost a look-up 56 ms, one sorted file
4 ms. Only files whose rows fall due in the same week are merged, so that forgetting rewrites as little as before.

Sorting whole rows would take memory that grows with them. So only what they are sorted by is sorted; then the rows are
dealt into parts of the order, on the disk, and each part is put in order by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.context import Context
from evenhand.corpus.connect import SCHEMAS
from evenhand.corpus.manifest import CorpusFile, FileKind
from evenhand.corpus.store import Corpus, discard, publish
from evenhand.posts.times import SECOND

MOST_ROWS: Final = 1_000_000
"""A file of so many rows is not merged again, and no merged one grows beyond."""
_WEEK: Final = 7 * 86_400 * SECOND
_PART_BYTES: Final = 32 << 20
"""How large a part may be when it is put in order: about so much."""
_BATCH_BYTES: Final = 8 << 20
_MOST_AT_ONCE: Final = 1 << 14
_MEASURED_AT_ONCE: Final = 512
_GROUP_ROWS: Final = 4096
_BARE: Final = 1024  # what a row takes without its texts, roughly
_TEXTS: Final = ("text_raw", "text_norm")
_READ: Final = {
    FileKind.OBSERVATIONS: [
        *("claimed_at", "observed_at", "imported_at", "mentions", "side", "urls", "attachments", "raw_refs", *_TEXTS)
    ],
    FileKind.EVENTS: ["record_key", "imported_at"],
}
"""Which columns say where a row is to stand, and how large it is."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """Which files replace which."""

    added: tuple[CorpusFile, ...] = ()
    removed: tuple[CorpusFile, ...] = ()


def compact(corpus: Corpus, ctx: Context) -> Compacted:
    """Write merged files and return the swap to commit. Needs `writing`; about 20 µs per row.

    Memory: up to about 250 MB above what the process has, and what one group of rows of a file takes unpacked (16 MB,
    more only with very long texts). With the rows grow 100 bytes for each, of MOST_ROWS at most. On the disk: what the
    rows take unpacked, in the private folder of half-written files, until they are written.
    """
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
    kind, name = files[0].kind, ctx.new_id()
    paths = [corpus.path(file) for file in files]
    half = corpus.work / f".{name}.compact.parquet"
    dealt: list[Path] = []
    try:
        order, ends = _order(paths, kind)
        if len(order) != sum(file.rows for file in files):
            raise AssertionError("compaction must keep every row")
        dealt = [corpus.work / f".{name}.{part}.part" for part in range(len(ends))]
        _deal(paths, kind, _places(order, ends), dealt)
        rows = _write(half, kind, dealt, order, ends)
        if rows != len(order):
            raise AssertionError("compaction must keep every row")
        oldest = min(file.oldest_import for file in files)
        return publish(corpus, half, kind, name=name, rows=rows, oldest=oldest)
    finally:
        discard(half, *dealt)


Numbers = np.ndarray[Any, np.dtype[Any]]


def _order(paths: list[Path], kind: FileKind) -> tuple[Numbers, list[int]]:
    """Return the rows, by their number in the files one behind the other, as they are to stand, and where parts end."""
    narrow = []
    for path in paths:
        with pq.ParquetFile(path) as file:
            narrow += [_narrow(batch) for batch in file.iter_batches(_MEASURED_AT_ONCE, columns=_READ[kind])]
    table = pa.Table.from_batches(narrow)
    # What is aimed at nobody comes last.
    order = pc.sort_indices(table, sort_keys=[("first", "ascending"), ("second", "ascending")]).to_numpy()
    filled = np.cumsum(table.column("size").to_numpy()[order])
    edges = np.arange(_PART_BYTES, filled[-1] + _PART_BYTES, _PART_BYTES)
    ends = np.searchsorted(filled, edges, side="right")
    return order, sorted({int(end) for end in ends if end} | {len(order)})


def _narrow(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return by what each row is sorted (events: post and time; others: whom it is aimed at and time) and its size."""
    if "side" not in batch.schema.names:
        first, second, size = batch.column("record_key"), batch.column("imported_at"), np.full(batch.num_rows, _BARE)
    else:
        said: Any = pc.map_lookup(batch.column("side"), "reply_to_author", "first")
        first = pc.coalesce(said, *_mentioned(batch))
        second = pc.coalesce(*(batch.column(name) for name in ("claimed_at", "observed_at", "imported_at")))
        columns: Any = [batch.column(name) for name in _TEXTS]
        texts = [pc.coalesce(pc.binary_length(column), 0).to_numpy() for column in columns]
        lists = sum(batch.column(name).nbytes for name in _READ[FileKind.OBSERVATIONS] if name not in _TEXTS)
        size = sum(texts, np.full(batch.num_rows, _BARE + lists // max(batch.num_rows, 1)))
    narrow: list[Any] = [first.cast(pa.string()), second.cast(pa.int64()), pa.array(size, pa.int64())]
    return pa.RecordBatch.from_arrays(narrow, names=["first", "second", "size"])


def _mentioned(batch: pa.RecordBatch) -> list[pa.Array[Any]]:
    """Return id and handle of whom each row mentions first."""
    mentions: Any = batch.column("mentions")
    starts, ends = mentions.offsets.to_numpy()[:-1], mentions.offsets.to_numpy()[1:]
    first = mentions.values.take(pa.array(starts, mask=starts == ends))
    return [pc.struct_field(first, "id"), pc.struct_field(first, "handle")]


def _places(order: Numbers, ends: list[int]) -> Numbers:
    """Return of each row, by its number, the part in which it is to stand."""
    parts = np.empty(len(order), dtype=np.int32)
    parts[order] = np.searchsorted(ends, np.arange(len(order)), side="right")
    return parts


def _deal(paths: list[Path], kind: FileKind, parts: Numbers, dealt: list[Path]) -> None:
    """Write the rows of some files into the files of their parts, in the order in which they are read."""
    schema, at = SCHEMAS[kind], 0
    many = max(len(parts) * _BATCH_BYTES // (len(dealt) * _PART_BYTES), 64)
    packed = pa.ipc.IpcWriteOptions(compression="lz4")
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("wb")) for path in dealt]
        writers = [stack.enter_context(pa.ipc.new_stream(file, schema, options=packed)) for file in files]
        for path in paths:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(min(many, _MOST_AT_ONCE)):
                    table = pa.Table.from_batches([batch]).select(schema.names).cast(schema)
                    here = parts[at : at + table.num_rows]
                    for part in np.unique(here):
                        writers[part].write_table(table.filter(pa.array(here == part)))
                    at += table.num_rows


def _write(half: Path, kind: FileKind, dealt: list[Path], order: Numbers, ends: list[int]) -> int:
    """Write the parts one behind the other, each in order, and return how many rows that were."""
    rows = 0
    with pq.ParquetWriter(half, SCHEMAS[kind], compression="zstd") as writer:
        for path, start, end in zip(dealt, [0, *ends], ends, strict=False):
            with path.open("rb") as file, pa.ipc.open_stream(file) as stream:
                table = stream.read_all()
            # The rows of a part lie in it by their number: which of them comes first is the rank of its number.
            ranks = np.argsort(np.argsort(order[start:end], kind="stable"), kind="stable")
            writer.write_table(table.take(ranks), row_group_size=_GROUP_ROWS)
            rows += table.num_rows
            discard(path)
    return rows
