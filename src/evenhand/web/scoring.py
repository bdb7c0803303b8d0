"""Mounts the scoring service beside the site: its own store in the home, its own keys, none of our sessions.

Django-free, so that `evenhand perspective` can say the same code of conduct.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from evenhand.codes import builtin, in_force, load
from evenhand.context import Context
from evenhand.errors import EvenhandError
from evenhand.perspective import Service, Settings, open_service
from evenhand.perspective.feedback import NO_CODE
from evenhand.perspective.wsgi import Mounted
from evenhand.web.home import Home

STORE = "perspective.sqlite3"


def ruleset_of(home: Home) -> Callable[[date], str]:
    """Return what names, for a day, the code of conduct in force here: `slug@number`, or 'none@0'.

    The file is read once a day: a code that is changed at noon counts from the next start.
    """
    own = home.root / "code.toml"

    @lru_cache(maxsize=2)
    def named(day: date) -> str:
        try:
            code = load(own) if own.exists() else builtin("general")
            return f"{code.slug}@{in_force(code, day).number}"
        except EvenhandError:
            return NO_CODE

    return named


def opened(home: Home, hosts: Iterable[str]) -> Service:
    """Return the service of this home; it answers to these host names only."""
    settings = Settings(hosts=tuple(hosts), ruleset=ruleset_of(home))
    return open_service(home.root / STORE, Context.system(), models=home.root / "models", settings=settings)


def mounted(home: Home, hosts: Iterable[str]) -> Mounted:
    """Return the service as a WSGI application that opens with its first request."""
    return Mounted(lambda: opened(home, hosts))
