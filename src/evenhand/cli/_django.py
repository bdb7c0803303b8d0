"""Makes Django ready for a command: which home, its database migrated, its keys there, the key service near."""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack
from pathlib import Path

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.home import Home

_held = ExitStack()


def home_of(directory: str | None) -> Home:
    """Return the home a command works in: `--dir` if given, else EVENHAND_DATA, else `evenhand-data` here."""
    return Home(Path(directory).resolve()) if directory else Home.here()


def setup_django(home: Home) -> None:
    """Point Django at `home` and load its apps. Creates the folder; touches no database."""
    home.make()
    os.environ["EVENHAND_DATA"] = str(home.root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.web.settings")
    import django

    django.setup()


def ready(home: Home, *, create: bool = True, ctx: Context | None = None, origin: str | None = None) -> None:
    """Make the installation in `home` usable for the rest of this process.

    With `create`, a new home gets its keys, database and first leaves; without it, a home that is not there
    raises UsageError. `ctx`: on whose clock a new home begins (default: now); `origin`: how its log is called.
    Holds a key service (an own child process unless one is running) until the end.
    """
    if not create and not home.database.exists() and not os.environ.get("DATABASE_URL"):
        raise UsageError(
            "there is no installation here",
            where=str(home.root),
            mend="Name its folder with --dir or EVENHAND_DATA, or make one: evenhand serve (or evenhand demo).",
        )
    setup_django(home)
    from evenhand.web.record.keys import key_service
    from evenhand.web.record.start import check_start, initialise, migrate_if_needed

    migrate_if_needed()
    _held.enter_context(key_service(home))
    atexit.register(_held.close)
    initialise(home, ctx or Context.system(), origin=origin)
    check_start()
