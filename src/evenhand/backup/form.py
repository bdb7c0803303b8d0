"""The form of a backup before it is encrypted: a plain tar file, first what it is, last the list of what it holds.

evenhand-backup.json   {"form": 1, "kind": "home" | "keys", "program": …, "made_at": …, "database": …}
home/… or keys/…       the files, by their paths below the home or the folder of keys
database.pgdump        where the desk database is PostgreSQL
manifest.json          path -> [SHA-256 (hex), bytes]; nothing comes after it, so a cut shows
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from evenhand.errors import UsageError

FORM: Final = 1
FIRST: Final = "evenhand-backup.json"
LAST: Final = "manifest.json"
DUMP: Final = "database.pgdump"
MOST_JSON: Final = 256 << 20
_PATH: Final = re.compile(r"(?:(?:home|keys)/.+|database\.pgdump)", re.DOTALL)


class Kind(StrEnum):
    """What a backup is of: an installation without its keys, or the keys alone. Never both in one file."""

    HOME = "home"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class About:
    """What stands first in a backup. `made_at`: UTC, Z; `database`: sqlite or postgresql."""

    kind: Kind
    program: str
    made_at: str
    database: str

    def encode(self) -> bytes:
        """Return the first member's bytes."""
        return json.dumps({"form": FORM, **asdict(self)}, sort_keys=True).encode()


def parse_about(data: bytes) -> About:
    """Return what a backup says of itself; UsageError for what is none, or of a newer form."""
    said = _json_object(data)
    form = said.pop("form", None)
    if isinstance(form, int) and form > FORM:
        program = str(said.get("program", ""))[:40]
        raise UsageError(
            f"this backup was made by a newer Evenhand ({program})", mend="Install that version or a later one."
        )
    if form != FORM or said.keys() != {"kind", "program", "made_at", "database"}:
        raise UsageError("this is no backup of Evenhand")
    texts = {name: value for name, value in said.items() if isinstance(value, str)}
    if len(texts) != len(said) or texts["kind"] not in list(Kind):
        raise UsageError("this is no backup of Evenhand")
    return About(Kind(texts["kind"]), texts["program"], texts["made_at"], texts["database"])


def encode_manifest(listed: dict[str, tuple[str, int]]) -> bytes:
    """Return the last member's bytes."""
    return json.dumps({path: list(found) for path, found in listed.items()}, sort_keys=True).encode()


def parse_manifest(data: bytes) -> dict[str, tuple[str, int]]:
    """Return path -> (SHA-256 in hex, bytes); UsageError for anything else."""
    found = {}
    for path, value in _json_object(data).items():
        if not isinstance(value, list) or [type(each) for each in value] != [str, int]:
            raise UsageError("the list of files in this backup is damaged")
        found[path] = (value[0], value[1])
    return found


def is_safe(path: str, kind: Kind) -> bool:
    """Return whether a member may have this path: below its own folder, nothing that climbs, nothing odd."""
    parts = path.split("/")
    plain = all(part not in ("", ".", "..") for part in parts) and "\\" not in path and "\0" not in path
    own = path.startswith(f"{kind}/") or (path == DUMP and kind is Kind.HOME)
    return plain and own and _PATH.fullmatch(path) is not None


def _json_object(data: bytes) -> dict[str, object]:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise UsageError("this is no backup of Evenhand")
    return said
