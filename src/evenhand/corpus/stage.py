"""Half-written files of observations: how their rows are gathered into groups that are cheap to write and to read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.posts.schema import POST_SCHEMA

# A group of rows costs memory for as long as its file is being written, and again where it is read: few and large ones.
_GROUP_ROWS: Final = 1 << 16
_GROUP_BYTES: Final = 16 << 20
COMPRESSION: Final = "zstd"
# The least and greatest text of every group would be most of that memory, and no query of ours asks for them.
_MEASURED: Final = [column.name for column in POST_SCHEMA if pa.types.is_primitive(column.type)]


def writer(path: Path) -> pq.ParquetWriter:
    """Return what writes a file of observations."""
    return pq.ParquetWriter(path, POST_SCHEMA, compression=COMPRESSION, write_statistics=_MEASURED)


@dataclass(slots=True)
class Groups:
    """Collects tables, and writes them as one group of rows when they are large enough."""

    file: pq.ParquetWriter
    waiting: list[pa.Table] = field(default_factory=list)
    rows: int = 0
    size: int = 0

    def add(self, table: pa.Table) -> None:
        """Take a table."""
        self.waiting.append(table)
        self.rows += table.num_rows
        self.size += table.nbytes
        if self.rows >= _GROUP_ROWS or self.size >= _GROUP_BYTES:
            self.write()

    def write(self) -> None:
        """Write what is waiting."""
        if self.rows:
            self.file.write_table(pa.concat_tables(self.waiting), row_group_size=self.rows)
        self.waiting, self.rows, self.size = [], 0, 0
