"""`evenhand restore`: a backup into an empty home, all of it or nothing; then record and log are checked."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import click

from evenhand import age
from evenhand.backup import About, Kind, opened_backup, unpack
from evenhand.backup.form import DUMP
from evenhand.cli._django import home_of, ready
from evenhand.cli.backup import key_files, passphrase_of, server_of
from evenhand.cli.output import emit_json
from evenhand.context import Context
from evenhand.errors import EvenhandError, UsageError
from evenhand.web.home import Home

_file = click.Path(path_type=Path, dir_okay=False, exists=True)
_WORK: Final = ".restoring"
_LATER: Final = 4
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and what is known of it: `log` says how the log's end stands, `verdict` what verify says."""

    directory: str
    made_at: str
    program: str
    verdict: str
    log: str
    findings: tuple[str, ...]
    mend: str
    exit: int


@click.command()
@click.argument("backup", type=_file)
@click.option("--identity", type=_file, metavar="FILE", help="The age key file that opens it (else a passphrase).")
@click.option("--passphrase-file", type=_file, metavar="FILE", help="The passphrase that opens it.")
@click.option("--keys", type=_file, metavar="FILE", help="The file of keys that `evenhand backup --keys` wrote.")
@click.option("--keys-identity", type=_file, metavar="FILE", help="The age key file that opens the keys.")
@click.option("--dir", "directory", metavar="DIR", help="An empty or new folder (default: EVENHAND_DATA).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(
    backup: Path,
    identity: Path | None,
    passphrase_file: Path | None,
    keys: Path | None,
    keys_identity: Path | None,
    directory: str | None,
    as_json: bool,
) -> int:
    """Put BACKUP into an empty folder, and check the record and the log in it.

    Nothing is there before everything in the file was compared with its list. Keys that lie elsewhere are named as
    always (EVENHAND_KEK_FILE, EVENHAND_LOG_KEY_FILE). Exit 2 where the file cannot be used, 1 where the record does not
    hold or an older log would be continued, 4 where that cannot be told here.
    """
    if keys is not None and keys_identity is None:
        raise UsageError("the keys need their own key file", mend="Name it: --keys-identity FILE.")
    home = home_of(directory)
    identities = tuple(age.read_identities(identity)) if identity else ()
    passphrase = None if identity else passphrase_of(passphrase_file, twice=False)
    with _empty(home) as work:
        with opened_backup(backup, work, identities=identities, passphrase=passphrase) as plain:
            about = unpack(plain, work / "in", Kind.HOME)
        if keys is not None and keys_identity is not None:
            with opened_backup(keys, work, identities=tuple(age.read_identities(keys_identity))) as plain:
                unpack(plain, work / "in", Kind.KEYS)
        _check_databases(home, about, work / "in")
        _place(home, work / "in", with_keys=keys is not None)
    done = _examine(home, about)
    _say(done, as_json=as_json)
    return done.exit


@contextmanager
def _empty(home: Home) -> Iterator[Path]:
    """Give a folder of work inside a home that holds nothing else; what an interrupted restore left is cleared.

    Whatever lies beside such a folder was put there by that restore: it only begins in an empty home.
    """
    home.make()
    work = home.root / _WORK
    there = list(home.root.iterdir())
    if there and work not in there:
        mend = "Name a folder that is empty or does not exist; move what is there away first."
        raise UsageError("this folder is not empty", where=str(home.root), mend=mend)
    work.mkdir(mode=0o700, exist_ok=True)
    lock = _held(work, home)
    try:
        for path in there:
            _clear(path, keep=work)
        yield work
        shutil.rmtree(work)
    except BaseException:
        for path in home.root.iterdir():
            _clear(path, keep=None)
        raise
    finally:
        os.close(lock)


def _held(work: Path, home: Home) -> int:
    """Return the lock of the one restore that works there; UsageError while another does."""
    lock = os.open(work, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise UsageError("another restore is at work there", where=str(home.root), mend="Wait for it.") from None
    return lock


def _clear(path: Path, *, keep: Path | None) -> None:
    if path == keep:
        for inner in path.iterdir():
            _clear(inner, keep=None)
    elif path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _check_databases(home: Home, about: About, unpacked: Path) -> None:
    """Refuse a backup whose kind of database is not the one here, before anything is in its place."""
    here = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    if about.database != here:
        mend = "Set DATABASE_URL to an empty PostgreSQL database." if here == "sqlite" else "Unset DATABASE_URL."
        raise UsageError(f"the backup holds a {about.database} database", where="DATABASE_URL", mend=mend)
    if here == "postgresql":
        from evenhand.cli._postgres import load

        load(server_of(home), unpacked / DUMP)


def _place(home: Home, unpacked: Path, *, with_keys: bool) -> None:
    """Move everything to its place, the desk database last: before that there is no installation here."""
    if with_keys:
        for name, path in key_files(home).items():
            found = unpacked / "keys" / name
            if found.exists() and not path.exists():
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                shutil.copy2(found, path)
                path.chmod(0o600)
    parts = sorted((unpacked / "home").iterdir(), key=lambda path: path.name == home.database.name)
    for path in parts:
        path.rename(home.root / path.name)


def _examine(home: Home, about: About) -> Restored:
    """Return what the record says of itself, and whether the log here was signed further than this backup reaches."""
    here = Restored(str(home.root), about.made_at, about.program, "not checked", "not known", (), "", _LATER)
    if not home.key_encryption_key.exists() or not home.key_store.exists():
        return replace(
            here, mend="Bring the keys (kek, log, store.sqlite3 in its folder keys): evenhand ledger verify."
        )
    try:
        ready(home, create=False)
        from evenhand.web.record.verify import verify
        from evenhand.web.vault.erasing import finish_erasures

        ctx = Context.system()
        finish_erasures(ctx)  # what an old key store brought back is destroyed again, before anything is served
        report = verify(ctx)
    except EvenhandError as error:
        return replace(here, mend=str(error), exit=1)
    log, mend, code = _log_end(home)
    found = tuple(f"{each.place}: {each.words}" for each in report.findings if each.verdict.value != "verified")
    codes = {report.exit_code, code}
    return replace(
        here, verdict=report.verdict.value, log=log, findings=found, mend=mend, exit=1 if 1 in codes else max(codes)
    )


def _log_end(home: Home) -> tuple[str, str, int]:
    """Return how the log's end stands against the high-water file beside its key, what to do, and the exit code."""
    from evenhand.ledger.signing import read_high_water
    from evenhand.web.record.checkpoints import key_file
    from evenhand.web.record.queries import log_size

    path = key_file(home).high_water
    high = read_high_water(path)
    if high is None:
        said = "nothing here says how far it was signed after this backup"
        newest = "the first three lines of the newest checkpoint that anybody outside holds"
        mend = f"Nothing is signed without it: write {newest} into {path}."
        return said, mend, _LATER
    if high.size > log_size():
        said = f"rollback_detected: a log of {high.size} entries was signed, this backup holds {log_size()}"
        return said, "Nothing is signed until somebody decides: evenhand ledger recover --help.", 1
    return f"{log_size()} entries; nothing longer was signed with the key here", "", 0


def _say(done: Restored, *, as_json: bool) -> None:
    if as_json:
        emit_json(asdict(done))
        return
    click.echo(f"{done.directory}: the backup of {done.made_at} (Evenhand {done.program}) is in its place.")
    click.echo(f"The record: {done.verdict}. The log: {done.log}.")
    for words in done.findings[:_SHOWN]:
        click.echo(f"- {words}")
    if done.mend:
        click.echo(done.mend)
