"""The one place that opens DuckDB: bounded memory, no downloads, no file but those it is told of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import duckdb
import pyarrow as pa

from evenhand.errors import UsageError
from evenhand.posts.schema import EVENT_SCHEMA, POST_SCHEMA

_SCALARS: Final = {
    pa.string(): "VARCHAR",
    pa.binary(): "BLOB",
    pa.bool_(): "BOOLEAN",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.timestamp("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
    pa.timestamp("us"): "TIMESTAMP",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one connection may take: DuckDB's own default is most of the machine, per process."""

    memory: str = "512MB"
    threads: int = 2


SPILL: Final = ".spill-"
"""How a folder begins that a query spills into; the point keeps it out of backups."""
QUERY: Final = Bounds()
INGEST: Final = Bounds(memory="96MB", threads=1)


def connect(work: Path, readable: Iterable[Path], bounds: Bounds = QUERY) -> duckdb.DuckDBPyConnection:
    """Return a connection in memory that may read the named files and spill into `work`, and nothing else.

    Open it after a fork, never before. Settings: memory_limit, threads, temp_directory, no extensions from
    outside, UTC, no external access.
    """
    connection = duckdb.connect(
        config={
            "memory_limit": bounds.memory,
            "threads": bounds.threads,
            # Of its own: DuckDB removes it, and another process would write files of the same names into a common one.
            "temp_directory": str(work / f"{SPILL}{uuid4().hex}"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "preserve_insertion_order": "true",
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")  # it would be written between the lines of a command
    readable = list(readable)
    for path in readable:
        _check_plain(path)
    paths = ", ".join(literal(str(path)) for path in readable)
    connection.execute(f"SET allowed_paths = [{paths}]" if paths else "SET allowed_paths = []")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _check_plain(path: Path) -> None:
    """Raise UsageError for a path that DuckDB would read as a pattern; it knows no way to escape one."""
    if any(letter in str(path) for letter in "*?["):
        raise UsageError(
            "the folder of a corpus must not have *, ? or [ in its path", where=str(path.parent), mend="Rename it."
        )


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def sql_type(kind: pa.DataType) -> str:
    """Return the SQL name of an Arrow type of our schemas."""
    if kind in _SCALARS:
        return _SCALARS[kind]
    if pa.types.is_list(kind):
        return f"{sql_type(kind.value_type)}[]"
    if pa.types.is_map(kind):
        return f"MAP({sql_type(kind.key_type)}, {sql_type(kind.item_type)})"
    assert isinstance(kind, pa.StructType)
    inner = ", ".join(f'"{kind.field(i).name}" {sql_type(kind.field(i).type)}' for i in range(kind.num_fields))
    return f"STRUCT({inner})"


def table_sql(paths: Sequence[Path], schema: pa.Schema, *, numbered: bool = False) -> str:
    """Return the SQL that reads files in exactly this schema: nothing is inferred, no name is a pattern.

    `numbered` adds the column `file_row_number`. No file gives an empty table of the same columns.
    """
    if not paths:
        empty = ", ".join(f'NULL::{sql_type(field.type)} AS "{field.name}"' for field in schema)
        return f"SELECT {empty} WHERE false"
    columns = ", ".join(f'"{field.name}"::{sql_type(field.type)} AS "{field.name}"' for field in schema)
    files = ", ".join(literal(str(path)) for path in paths)
    number = ", file_row_number" if numbered else ""
    return (
        f"SELECT {columns}{number} FROM read_parquet([{files}], hive_partitioning = false, "  # noqa: S608 our own names, quoted paths
        f"file_row_number = {'true' if numbered else 'false'})"
    )


SCHEMAS: Final = {"observations": POST_SCHEMA, "events": EVENT_SCHEMA}
