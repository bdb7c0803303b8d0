"""Turns what the two stores say when they cannot be read or written into one line for a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from django.db.utils import DatabaseError

from evenhand.errors import UsageError
from evenhand.web.home import Home


@contextmanager
def stores_of(home: Home) -> Iterator[None]:
    """Do the block; what the desk database or the corpus raises comes out as a UsageError that says where."""
    try:
        yield
    except DatabaseError as error:
        raise _refusal(f"the desk database cannot be read or written ({error})", str(home.database)) from error
    except duckdb.Error as error:
        raise _refusal(f"the corpus cannot be read or written ({error})", str(home.corpus)) from error


def _refusal(what: str, where: str) -> UsageError:
    return UsageError(what, where=where, mend="Check the free space and the permission; nothing half-written was left.")
