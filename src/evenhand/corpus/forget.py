"""Forgetting: what became nothing loses its text after 30 days, and its last trace after 90.

Files are immutable, so a file that holds old rows is written anew without them; the caller swaps the
manifest rows in one transaction and then removes the old files.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pyarrow.parquet as pq

from evenhand.context import Context
from evenhand.corpus.kept_out import without_repeats
from evenhand.corpus.manifest import CorpusFile, FileKind
from evenhand.corpus.store import Corpus, discard, publish
from evenhand.errors import UsageError
from evenhand.posts.columns import to_rows, to_table
from evenhand.posts.record import Row
from evenhand.posts.schema import EMPTY, POST_SCHEMA
from evenhand.posts.times import to_us

TEXT_DAYS: Final = 30
AUTHOR_DAYS: Final = 90
FORGOTTEN: Final = "text_forgotten"
# What is left of a post that became nothing: enough to recognise it if it comes again, and to count it.
_KEPT: Final = frozenset(
    {
        *("record_key", "observation_sha256", "platform", "source_format", "native_id", "id_is_synthetic"),
        *("record_kind", "relation", "author_basis", "claimed_at", "imported_at", "tz_status", "deletion_state"),
        *("visibility", "source_sha256", "member_sha256", "locator", "raw_record_sha256", "provenance_class"),
    }
)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long texts and keyed author hashes stay, in days; an organisation may shorten, never lengthen."""

    text_days: int = TEXT_DAYS
    author_days: int = AUTHOR_DAYS

    def __post_init__(self) -> None:
        if not 0 < self.text_days <= TEXT_DAYS or not self.text_days <= self.author_days <= AUTHOR_DAYS:
            raise UsageError(
                f"texts may stay 1 to {TEXT_DAYS} days, author hashes up to {AUTHOR_DAYS}",
                mend="These times can be lowered, not raised.",
            )


DEFAULT: Final = Retention()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Which files replace which, and how many rows lost their text or went altogether."""

    added: tuple[CorpusFile, ...]
    removed: tuple[CorpusFile, ...]
    texts: int
    rows: int


AuthorHash = Callable[[str, str], str]
"""(target, author) -> keyed hash in hex; equal pairs meet, nothing is told without the key."""


def forget(
    corpus: Corpus,
    ctx: Context,
    author_hash: AuthorHash,
    *,
    retention: Retention = DEFAULT,
    gone: Collection[str] = frozenset(),
) -> Forgotten:
    """Write anew the files that hold rows past their time, and return the swap to commit. Needs `writing`.

    `gone`: record keys that are erased whatever their age, with what other rows repeat of their words; then every file
    is read. Leads and exhibits hold a sealed
    snapshot of their own, so nothing here keeps its text for them. About 100 µs per old row.
    """
    now = ctx.now()
    text_before = to_us(now - timedelta(days=retention.text_days)) or 0
    row_before = to_us(now - timedelta(days=retention.author_days)) or 0
    pass_ = _Pass(text_before, row_before, author_hash, frozenset(gone))
    added, removed = [], []
    for file in corpus.manifest.files():
        if file.kind is FileKind.OBSERVATIONS and (gone or file.oldest_import < text_before):
            new = _rewrite(corpus, file, pass_, ctx)
            if new is not file:
                removed.append(file)
                added += [new] if new else []
    return Forgotten(tuple(added), tuple(removed), pass_.texts, pass_.rows)


@dataclass(slots=True)
class _Pass:
    """One run over the old files, and what it counted."""

    text_before: int
    row_before: int
    author_hash: AuthorHash
    gone: frozenset[str] = frozenset()
    texts: int = 0
    rows: int = 0
    repeats: int = 0

    @property
    def changed(self) -> int:
        """Return how many rows went or are no longer what they were."""
        return self.texts + self.rows + self.repeats

    def after(self, row: Row) -> Row | None:
        """Return what stays of a row: all of it, its bare facts, or nothing."""
        if row["record_key"] in self.gone:
            self.rows += 1
            return None
        self.repeats += without_repeats(row, self.gone.__contains__)
        if row["imported_at"] >= self.text_before:
            return row
        if row["imported_at"] < self.row_before:
            self.rows += 1
            return None
        if FORGOTTEN in row["flags"]:
            return row
        self.texts += 1
        bare: Row = EMPTY | {name: row[name] for name in _KEPT}
        bare["flags"] = [FORGOTTEN]
        bare["side"] = self._hashes(row)
        return bare

    def next_due(self, row: Row) -> int:
        """Return the import time at which this row would come up again, were it a row with text."""
        if FORGOTTEN in row["flags"]:
            return int(row["imported_at"] + self.text_before - self.row_before)
        return int(row["imported_at"])

    def _hashes(self, row: Row) -> dict[str, str]:
        author = row["author_id"] or row["author_handle"]
        if not author:
            return {}
        pairs = [self.author_hash(target, f"{row['platform']}:{author}") for target in targets_of(row)]
        return {"author_hashes": " ".join(sorted(pairs))} if pairs else {}


def targets_of(row: Row) -> list[str]:
    """Return whom a post is aimed at: the accounts it mentions and the author it replies to, as platform keys."""
    named: dict[str, None] = {}
    for mention in row["mentions"]:
        named[mention["id"] or "@" + str(mention["handle"]).lower()] = None
    if "reply_to_author" in row["side"]:
        named[row["side"]["reply_to_author"]] = None
    return [f"{row['platform']}:{name}" for name in named]


def _rewrite(corpus: Corpus, file: CorpusFile, pass_: _Pass, ctx: Context) -> CorpusFile | None:
    """Return the file that replaces `file`; itself if nothing changed, None if nothing is left."""
    name = ctx.new_id()
    half = corpus.work / f".{name}.forget.parquet"
    before = pass_.changed
    left, oldest = 0, 0
    try:
        with pq.ParquetFile(corpus.path(file)) as old, pq.ParquetWriter(half, POST_SCHEMA, compression="zstd") as new:
            for batch in old.iter_batches(4096):
                rows = [row for found in to_rows([batch]) if (row := pass_.after(found))]
                if rows:
                    new.write_table(to_table(rows))
                    due = min(pass_.next_due(row) for row in rows)
                    oldest = min(oldest or due, due)
                    left += len(rows)
        if pass_.changed == before and oldest <= file.oldest_import:
            return file
        return publish(corpus, half, file.kind, name=name, rows=left, oldest=oldest) if left else None
    finally:
        discard(half)


def counted(forgotten: Forgotten) -> dict[str, Any]:
    """Return the plain numbers of a run, for its document."""
    return {"texts": forgotten.texts, "rows": forgotten.rows, "files": len(forgotten.removed)}
