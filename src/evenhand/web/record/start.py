"""A new installation's keys and first leaves, and what every start checks before anything is served."""

from __future__ import annotations

from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger import SYSTEM as SYSTEM_ACTOR
from evenhand.ledger.draft import Draft
from evenhand.web.home import Home
from evenhand.web.record.checkpoints import key_file, make_checkpoint, write_keyring
from evenhand.web.record.durability import check_durability, check_file_system
from evenhand.web.record.guards import check_before_migrating, check_triggers
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.keys import create_key, key_service, living_keys
from evenhand.web.record.store import DjangoStore
from evenhand.web.record.unit import recording


def initialise(home: Home, ctx: Context, *, origin: str | None = None) -> bool:
    """Make the keys and the first leaves (log.started, key.added) of a new home; return whether it was new.

    The database must be migrated. `origin` names the log for ever (default: evenhand/ and 16 random hex digits).
    Safe to run again: what is there stays, what a crash left out is made.
    """
    with key_service(home):
        if ORGANISATION not in dict(living_keys()):
            create_key(ctx=ctx, kind="organisation", key=ORGANISATION)
    if DjangoStore(connection).head().size:
        return False
    file = key_file(home)
    signer = file.read() if file.path.exists() else file.create(origin or f"evenhand/{ctx.random(8).hex()}", ctx)
    vkey = str(signer.verifier)
    entry = {"vkey": vkey, "status": "active", "added_index": 1, "status_index": None, "last_size": None}
    write_keyring(home, [entry])
    with recording(actor=SYSTEM, ctx=ctx, purpose="start the log") as r:
        r.add_bare(Draft(type="log.started", actor=SYSTEM_ACTOR))
        r.add_bare(Draft(type="key.added", actor=SYSTEM_ACTOR, vkey=vkey, why="initial"))
    make_checkpoint(ctx)
    return True


def migrate_if_needed() -> None:
    """Bring the database up to the program, and the triggers with it; does nothing where it already is.

    Raises DoesNotHold (`triggers_changed`) where they were changed before: migrating would put them back unseen.
    """
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        check_before_migrating(connection)
        call_command("migrate", interactive=False, verbosity=0)


def check_start() -> None:
    """Refuse to start on a database that is unsafe, unmigrated or whose triggers were changed.

    Raises UnsafeSettings, UsageError or DoesNotHold (`triggers_changed`), each saying how to mend it.
    """
    check_durability(connection)
    mounts = Path("/proc/mounts")
    if connection.vendor == "sqlite" and mounts.exists():
        check_file_system(Path(connection.settings_dict["NAME"]).resolve(), mounts.read_text(encoding="utf-8"))
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise UsageError(
            "the database is older than the program", where="desk database", mend="Run `evenhand serve` as its owner."
        )
    check_triggers(connection)
