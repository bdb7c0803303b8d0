"""`evenhand doctor`: what is missing or unsafe in this installation, and how to mend it."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from evenhand.cli._django import home_of, setup_django
from evenhand.cli.output import console, emit_json
from evenhand.errors import EvenhandError
from evenhand.web.home import Home
from evenhand.web.publish.trustees import overseers, unusable_lines
from evenhand.web.record.due import troubles_here
from evenhand.web.ui.organisation import MOST_CHARACTERS, organisation_file, organisation_name

LEAST_FREE_BYTES = 2 * 1024**3


class State(StrEnum):
    """How one thing stands."""

    OK = "ok"
    MISSING = "missing"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it stands, in words, and how to mend it (empty when it is well)."""

    thing: str
    state: State
    words: str
    mend: str = ""


def examine(home: Home) -> list[Finding]:
    """Return what was found in `home`, in a fixed order. Reads only; opens the desk database if there is one."""
    return [finding for check in _CHECKS for finding in check(home)]


def _folder(home: Home) -> Iterator[Finding]:
    if not home.root.is_dir():
        yield Finding(
            "folder", State.MISSING, f"{home.root} does not exist", "Make one: evenhand demo, or evenhand serve."
        )
        return
    free = shutil.disk_usage(home.root).free
    if free < LEAST_FREE_BYTES:
        yield Finding("disk", State.UNSAFE, f"{free // 1024**2} MiB are free", "Free at least 2 GiB.")
    else:
        yield Finding("disk", State.OK, f"{free // 1024**3} GiB are free")


def _key_files(home: Home) -> Iterator[Finding]:
    named = {
        "EVENHAND_SECRET_KEY_FILE": home.secret_key,
        "EVENHAND_KEK_FILE": home.key_encryption_key,
        "EVENHAND_LOG_KEY_FILE": home.log_key,
    }
    for variable, path in named.items():
        yield _key_file(variable, path)
    inside = [v for v, path in named.items() if v != "EVENHAND_SECRET_KEY_FILE" and home.root in path.parents]
    if inside and not home.demo_mark.exists():
        yield Finding(
            "keys beside the data",
            State.UNSAFE,
            "the keys lie in the same folder as what they protect",
            f"Move them to another disk or user and name them in {' and '.join(inside)}.",
        )


def _recovery_key(home: Home) -> Iterator[Finding]:
    """Say whether a stolen log key could be revoked by somebody who has not stolen it."""
    if not home.log_key.exists() or home.demo_mark.exists():
        return
    if home.log_key.with_name("recovery.vkey").exists():
        yield Finding("recovery key of the log", State.OK, "made; its private half is kept elsewhere")
    else:
        words = "there is none: whoever steals the log key could name a successor of their own"
        yield Finding("recovery key of the log", State.MISSING, words, "Run: evenhand ledger init --recovery-key FILE.")


def _key_file(variable: str, path: Path) -> Finding:
    if not path.exists():
        return Finding(variable, State.MISSING, f"{path} does not exist", "It is made on the first start.")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding(variable, State.UNSAFE, f"others can read {path}", f"Run: chmod 600 {path}")
    return Finding(variable, State.OK, "readable by its owner alone")


def _hosts(home: Home) -> Iterator[Finding]:
    hosts = os.environ.get("EVENHAND_ALLOWED_HOSTS")
    if hosts and home.demo_mark.exists():
        yield Finding("demo keys", State.UNSAFE, "this is a demo that names real hosts", "Use another folder.")
    elif hosts:
        yield Finding("EVENHAND_ALLOWED_HOSTS", State.OK, hosts)
    else:
        yield Finding("EVENHAND_ALLOWED_HOSTS", State.OK, "localhost only; name your hosts to serve others")


def _cookies(_home: Home) -> Iterator[Finding]:
    """Say how sign-in cookies travel; the rule itself stands in web/settings.py."""
    if any(os.environ.get("EVENHAND_ALLOWED_HOSTS", "").split(",")):
        words = "sent over TLS alone; a proxy in front must speak it and set X-Forwarded-Proto"
    else:
        words = "sent without TLS, which is enough on this machine alone"
    yield Finding("sign-in cookies", State.OK, words)


def _organisation(home: Home) -> Iterator[Finding]:
    path, name = organisation_file(home), organisation_name(home)
    if name:
        yield Finding("organisation's name", State.OK, name)
    elif path.exists():
        mend = f"Its first line is the name: UTF-8, 1 to {MOST_CHARACTERS} characters."
        yield Finding("organisation's name", State.MISSING, f"{path.name} holds no usable name", mend)
    else:
        mend = f"Write it in the first line of {path}."
        yield Finding("organisation's name", State.MISSING, 'public pages say "our organisation"', mend)


def _desk_database(home: Home) -> Iterator[Finding]:
    if not home.database.exists() and not os.environ.get("DATABASE_URL"):
        yield Finding("desk database", State.MISSING, "there is none yet", "It is made on the first start.")
        return
    setup_django(home)
    from django.db import DatabaseError

    for name, check in _database_checks():
        try:
            check()
        except EvenhandError as error:
            yield Finding(name, State.UNSAFE, error.what, error.mend)
        except DatabaseError as error:
            yield Finding(name, State.UNSAFE, f"the database refuses: {error}", "Check DATABASE_URL and the file.")
        else:
            yield Finding(name, State.OK, "as it must be")


def _corpus(home: Home) -> Iterator[Finding]:
    """Files that no import committed: harmless, and never swept unless an import announced them."""
    if not home.corpus.is_dir() or not home.database.exists():
        return
    setup_django(home)
    from django.db import DatabaseError

    from evenhand.web.sources.queries import corpus_here, stray_copies

    try:
        strays = [*corpus_here(home).strays(), *stray_copies(home)]
    except DatabaseError:
        return  # said above
    if strays:
        words = f"{len(strays)} files belong to no import, {strays[0].name} among them"
        yield Finding("corpus", State.OK, words, "They are never read; delete them if nothing else needs them.")
    else:
        yield Finding("corpus", State.OK, "every file belongs to an import")


def _capture(_home: Home) -> Iterator[Finding]:
    """Say whether the program that captures links is there; where none is named nothing is fetched."""
    program = os.environ.get("EVENHAND_CAPTURE", "").strip()
    if not program:
        return
    path = Path(program)
    mend = "Name a program by its full path, or unset EVENHAND_CAPTURE: then nothing is captured."
    if not path.is_absolute() or not path.is_file():
        yield Finding("EVENHAND_CAPTURE", State.MISSING, f"there is no program {program}", mend)
    elif not os.access(path, os.X_OK):
        yield Finding("EVENHAND_CAPTURE", State.MISSING, f"{program} may not be run", f"Run: chmod +x {program}")
    else:
        yield Finding("EVENHAND_CAPTURE", State.OK, f"links are captured by {program} where somebody asks for it")


def _overseers(home: Home) -> Iterator[Finding]:
    """Say which lines of `overseers.txt` reach nobody: who reads them would otherwise wait for a mail in vain."""
    if not (home.root / "overseers.txt").exists():
        return
    wrong = unusable_lines(home)
    if wrong:
        where = f"line {', '.join(map(str, wrong))}" if wrong != [0] else "the file"
        mend = "One address to a line, at most 50 of them, in UTF-8; # begins a remark."
        yield Finding("overseers.txt", State.MISSING, f"{where} cannot be used; nobody is written to by it", mend)
    else:
        yield Finding("overseers.txt", State.OK, f"{len(overseers(home))} get the checkpoint and counts each month")


def _old_uploads(home: Home) -> Iterator[Finding]:
    """Files of versions before the vault: no version since reads them where they lie."""
    folder = home.root / "uploads"
    count = sum(path.is_file() for path in folder.rglob("*")) if folder.is_dir() else 0
    if count:
        mend = "Hand them in again from the version that stored them; then delete the folder."
        yield Finding("uploads of before", State.MISSING, f"{count} files in {folder} are read by nothing", mend)


def _database_checks() -> list[tuple[str, Callable[[], None]]]:
    from django.db import connection

    from evenhand.web.record.checkpoints import check_not_behind
    from evenhand.web.record.durability import check_durability
    from evenhand.web.record.guards import check_triggers
    from evenhand.web.record.start import check_start

    return [
        ("commits are durable", lambda: check_durability(connection)),
        ("triggers and indexes", check_triggers),
        ("ready to start", check_start),
        ("as long as it was signed", lambda: check_not_behind(Home.here())),
    ]


def _due_work(home: Home) -> Iterator[Finding]:
    """Due work that failed when it ran last, and everything else that hangs on it: clocks, letters, forgetting."""
    for name, trouble in troubles_here(home).items():
        words = f"{trouble.words}; {trouble.times} times in a row, since {trouble.since}"
        yield Finding(f"due work: {name}", State.UNSAFE, words, "Run evenhand tick and see what it says.")


def _python(_home: Home) -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("Python", State.OK, version)


_CHECKS: tuple[Callable[[Home], Iterator[Finding]], ...] = (
    _python, _folder, _organisation, _key_files, _recovery_key, _hosts, _cookies, _desk_database, _due_work, _corpus,
    _old_uploads, _capture, _overseers,
)  # fmt: skip


@click.command()
@click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(directory: str | None, as_json: bool) -> int:
    """Name what is missing or unsafe here, and how to mend it. Exit 1 if anything is unsafe."""
    findings = examine(home_of(directory))
    if as_json:
        emit_json([asdict(finding) for finding in findings])
    else:
        _show(findings)
    return 1 if any(finding.state is State.UNSAFE for finding in findings) else 0


def _show(findings: list[Finding]) -> None:
    table = Table("what", "state", "found", "how to mend it", box=None, pad_edge=False)
    for finding in findings:
        # Escaped: a path or a name may hold square brackets, which rich reads as its own marks.
        table.add_row(finding.thing, finding.state.value, escape(finding.words), escape(finding.mend))
    console.print(table)
