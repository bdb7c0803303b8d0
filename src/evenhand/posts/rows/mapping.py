"""Mapping files: which column of a table is which field, as TOML that a person can read and change.

header = ["nr", "wrote", "said", "day"]   # the columns of the table, for the reader of this file

[columns]                                 # field = "column"
text = "said"
author_handle = "wrote"
created_at = "day"
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from evenhand.errors import UsageError
from evenhand.posts.rows.columns import PLAIN

_LARGEST: Final = 1 << 20
_SHOWN: Final = 20


def header_digest(columns: Sequence[str]) -> str:
    """Return what names a header: 16 hex digits of the SHA-256 of its column names, whatever their order."""
    names = json.dumps(sorted(columns), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(names.encode()).hexdigest()[:16]


def mapping_text(columns: Sequence[str], mapping: Mapping[str, str]) -> str:
    """Return the mapping file for a table with these columns."""
    lines = [f"{field} = {_quoted(mapping[field])}" for field in PLAIN if field in mapping]
    return (
        "# Which column of a table is which field. The next table with this header is read the same way.\n"
        "# Change a line, add one or take one away; evenhand import --dry-run shows what it makes of a file.\n"
        f"# Fields: {', '.join(PLAIN)}.\n"
        f"header = [{', '.join(map(_quoted, columns))}]\n\n[columns]\n" + "\n".join(lines) + "\n"
    )


def _quoted(text: str) -> str:
    # A JSON string is a TOML one, but for the letter DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def read_mapping(path: Path, columns: Sequence[str]) -> dict[str, str]:
    """Return field -> column of a mapping file; UsageError if it is none or does not fit a table's columns."""
    mapping = parsed(path).get("columns")
    if not isinstance(mapping, dict) or not all(isinstance(column, str) for column in mapping.values()):
        raise _wrong(path, 'it has no table [columns] of lines like text = "said"', "Write one line for each field.")
    for field, column in mapping.items():
        if field not in PLAIN:
            raise _wrong(path, f"'{field}' is no field", f"Fields: {', '.join(PLAIN)}.")
        if column not in columns:
            found = ", ".join(columns[:_SHOWN])
            raise _wrong(path, f'{field} = "{column}", but the table has no such column', f"Its columns: {found}.")
    if "text" not in mapping:
        raise _wrong(path, "no column is named for text", 'Add a line like text = "said".')
    return mapping


def parsed(path: Path) -> dict[str, Any]:
    """Return what a TOML file says; UsageError if it is none."""
    if not path.is_file():
        raise _wrong(path, "there is no such file", "Check the path.")
    try:
        with path.open("rb") as stream:
            return tomllib.loads(stream.read(_LARGEST).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _wrong(path, f"this is no mapping file ({error})", "It must be TOML in UTF-8.") from error


def _wrong(path: Path, what: str, mend: str) -> UsageError:
    return UsageError(what, where=str(path), mend=f"{mend} Nothing was imported.")
