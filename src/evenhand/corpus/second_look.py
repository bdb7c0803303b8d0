"""The second look at a file that is coming in: what it said before it said who wrote it.

An answer may stand before the post it repeats, and only that post's own record says that its author had it erased. So
when a file has been read, the rows of it that are kept so far are asked once more, by the keys that were left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.corpus.kept_out import REFERS, KeptOut, references, without_repeats
from evenhand.corpus.stage import Groups, writer
from evenhand.posts import Report
from evenhand.posts.columns import to_rows, to_table
from evenhand.posts.record import Row
from evenhand.posts.schema import POST_SCHEMA

_AT_ONCE: Final = 4096
_KEYS: Final = ["record_key", *REFERS]


def second_look(observations: Path, work: Path, report: Report, out: KeptOut) -> int:
    """Take from a half-written file what is or repeats one of `out.posts`, and return how many rows went.

    `work`: where the file is written anew. One column scan where nothing is found; memory does not grow with the file.
    """
    if not out.posts or not _any(observations, out.posts):
        return 0
    posts, went = pa.array(sorted(out.posts)), 0
    with pq.ParquetFile(observations) as old, writer(work) as file:
        groups = Groups(file)
        for batch in old.iter_batches(_AT_ONCE):
            table = pa.Table.from_batches([batch]).cast(POST_SCHEMA)
            if pc.any(_named(table, posts)).as_py():
                kept = [row for row in to_rows(table) if _stays(row, report, out)]
                went += table.num_rows - len(kept)
                table = to_table(kept)
            groups.add(table)
        groups.write()
    work.replace(observations)
    return went


def _any(observations: Path, posts: set[str]) -> bool:
    keys = pa.array(sorted(posts))
    with pq.ParquetFile(observations) as file:
        groups = (file.read_row_group(group, columns=_KEYS) for group in range(file.num_row_groups))
        return any(pc.any(_named(group, keys)).as_py() for group in groups)


def _named(table: pa.Table, posts: pa.Array[Any]) -> Any:
    """Return for each row whether it is one of these posts or refers to one."""
    found = pc.is_in(table.column(_KEYS[0]), value_set=posts)
    for name in _KEYS[1:]:
        found = pc.or_(found, pc.is_in(table.column(name), value_set=posts))
    return found


def _stays(row: Row, report: Report, out: KeptOut) -> bool:
    """Return whether a row stays; count and note what becomes of it."""
    named = [post for post in references(row) if post in out.posts]
    # What stands there under another name is somebody else's, whatever another record of the file says.
    theirs = row["record_key"] in out.posts and not (row.get("author_id") or row.get("author_handle"))
    if theirs or row.get("share_of") in out.posts:
        report.suppressed += 1
        out.bar(row)
        out.bar_too(named)
        return False
    if without_repeats(row, out.posts.__contains__):
        out.cleared += 1
        out.bar(row)
        out.bar_too(named)
    return True
