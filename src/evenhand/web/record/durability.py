"""Is what we call committed really on the disk? The append path refuses unsafe settings of the live connection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper

from evenhand.errors import UsageError

# pragma -> (accepted values, what to say). synchronous NORMAL loses acknowledged commits at power loss.
_PRAGMAS: Final[dict[str, tuple[frozenset[Any], str]]] = {
    "journal_mode": (frozenset({"wal"}), "WAL"),
    "synchronous": (frozenset({2, 3}), "FULL or EXTRA"),
    "foreign_keys": (frozenset({1}), "ON"),
    "secure_delete": (frozenset({1}), "ON"),
    "recursive_triggers": (frozenset({1}), "ON"),
}
_SERVER: Final[dict[str, tuple[frozenset[str], str]]] = {
    "fsync": (frozenset({"on"}), "on"),
    "full_page_writes": (frozenset({"on"}), "on"),
    "synchronous_commit": (frozenset({"on", "remote_apply", "remote_write", "local"}), "on"),
}
SERVER_SETTINGS: Final = ", ".join(f"current_setting('{name}')" for name in _SERVER)
"""What to select for `check_server_settings`. Not from pg_settings: that view makes a row of every setting there is."""
_NETWORK: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs"})
_OLDEST_SERVER: Final = 15_00_00


class UnsafeSettings(UsageError):
    """The database would lose what was acknowledged; nothing is written."""


def check_durability(connection: BaseDatabaseWrapper) -> None:
    """Raise UnsafeSettings, naming the setting, unless commits on this live connection are durable. About 50 µs."""
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        _check_server(connection)
    else:
        _check_sqlite(connection)


def check_file_system(path: Path, mounts: str) -> None:
    """Raise UnsafeSettings if a SQLite file lies on a network file system; `mounts` is the text of /proc/mounts.

    Locks and shared memory do not work there as SQLite needs them: two writers would both succeed.
    """
    places = [line.split(" ")[1:3] for line in mounts.splitlines() if line.count(" ") >= 2]
    under = [(place, kind) for place, kind in places if path.is_relative_to(place)]
    _, kind = max(under, key=lambda found: len(found[0]), default=("", ""))
    if kind in _NETWORK:
        raise UnsafeSettings(
            f"the SQLite file lies on a network file system ({kind})",
            where=str(path),
            mend="Put the installation on a local disk, or use PostgreSQL (DATABASE_URL).",
        )


def _check_sqlite(connection: BaseDatabaseWrapper) -> None:
    raw = connection.connection
    for name, (accepted, wanted) in _PRAGMAS.items():
        value = raw.execute(f"PRAGMA {name}").fetchone()[0]
        if value not in accepted:
            raise _unsafe(f"SQLite's {name} is {value}; it must be {wanted}")
    if connection.transaction_mode != "IMMEDIATE":  # type: ignore[attr-defined] # SQLite's wrapper has it
        raise _unsafe("SQLite transactions must begin IMMEDIATE")


def _check_server(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {SERVER_SETTINGS}")
        check_server_settings(connection, cursor.fetchone())


def check_server_settings(connection: BaseDatabaseWrapper, settings: Sequence[str]) -> None:
    """Raise UnsafeSettings unless these values of `SERVER_SETTINGS`, asked on a connection, make commits durable."""
    if connection.pg_version < _OLDEST_SERVER:  # type: ignore[attr-defined] # PostgreSQL's wrapper has it
        raise _unsafe("PostgreSQL must be version 15 or newer")
    for found, (name, (accepted, wanted)) in zip(settings, _SERVER.items(), strict=True):
        if found not in accepted:
            raise _unsafe(f"PostgreSQL's {name} is {found}; it must be {wanted}")


def _unsafe(what: str) -> UnsafeSettings:
    return UnsafeSettings(what, where="desk database", mend="Restore the setting (docs/how-to/deploy.md) and restart.")
