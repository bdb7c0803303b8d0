"""Copying a PostgreSQL database whole, by PostgreSQL's own programs; passwords never stand on a command line."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from evenhand.errors import UsageError

_DEBIAN: Final = Path("/usr/lib/postgresql")
_VARIABLES: Final = {
    "HOST": "PGHOST",
    "PORT": "PGPORT",
    "USER": "PGUSER",
    "PASSWORD": "PGPASSWORD",
    "NAME": "PGDATABASE",
}


def dump(server: Mapping[str, Any], target: Path) -> None:
    """Write the database of these Django settings, as it stands at one moment, into a file."""
    _run([_program("pg_dump"), "--format=custom", "--no-owner", f"--file={target}"], server)


def load(server: Mapping[str, Any], source: Path) -> None:
    """Put a dump into an empty database, all of it or nothing."""
    whole = ["--no-owner", "--single-transaction", "--exit-on-error"]
    _run([_program("pg_restore"), *whole, f"--dbname={server['NAME']}", str(source)], server)


def _program(name: str) -> str:
    newest = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: path.parts[-3].zfill(4))
    found = shutil.which(name) or (str(newest[-1]) if newest else None)
    if found is None:
        raise UsageError(f"the program {name} is not here", mend="Install the client programs of your PostgreSQL.")
    return found


def _run(command: list[str], server: Mapping[str, Any]) -> None:
    named = {variable: str(server[key]) for key, variable in _VARIABLES.items() if server.get(key)}
    env = {**os.environ, **named}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 our own words
    if done.returncode:
        said = " ".join(done.stderr.split())[:300]
        raise UsageError(f"{Path(command[0]).name}: {said}", where="desk database", mend="Mend that and run it again.")
