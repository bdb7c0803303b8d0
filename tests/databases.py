"""Test databases: one migrated template for all workers, copied for each test (no flush: triggers refuse DELETE).

Whichever worker needs a template first builds it, the others wait and use it. PostgreSQL is a server of each worker's
own in a temporary folder, reached through a Unix socket only; all but the first begin with a copy of that one's files.
"""

from __future__ import annotations

import fcntl
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evenhand.context import Context
from evenhand.web.home import Home


@dataclass(frozen=True, slots=True)
class _Server:
    """Our PostgreSQL server: its folder, and the process that ends it when we end."""

    folder: Path
    parent: subprocess.Popen[bytes]


_server: _Server | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """An installation that a test may use up: its home, and the context it was made with."""

    home: Home
    ctx: Context


# When every installation of the tests was made.
INSTALLED_AT = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Template:
    """A migrated database that tests copy: its home, and its name on PostgreSQL.

    `home` also holds the keys of `desk_template_installed`, whose log is started.
    """

    engine: str
    home: Home
    database: str = "desk_template"

    @classmethod
    def sqlite(cls, shared: Path) -> Template:
        """Return the SQLite template in a folder that all workers share."""
        return cls("sqlite", Home(once(shared / "sqlite", cls._build_sqlite) / "desk_template"))

    @classmethod
    def postgresql(cls, shared: Path) -> Template:
        """Return the PostgreSQL template in this worker's own server, which now runs."""
        folder = once(shared / "postgresql", cls._build_postgresql)
        start_server(folder / "cluster")
        return cls("postgresql", Home(folder / "desk_template"))

    @classmethod
    def _build_sqlite(cls, folder: Path) -> None:
        plain = cls("sqlite", Home(folder / "desk_template"))
        plain._migrate()
        installed = plain.initialised()
        shutil.copytree(plain.home.root, installed.home.root)
        installed._initialise()

    @classmethod
    def _build_postgresql(cls, folder: Path) -> None:
        start_server()
        plain = cls("postgresql", Home(folder / "desk_template"))
        _psql("CREATE DATABASE desk_template")
        plain._migrate()
        installed = plain.initialised()
        shutil.copytree(plain.home.root, installed.home.root)
        _psql("CREATE DATABASE desk_template_installed TEMPLATE desk_template")
        installed._initialise()
        stop_server(keep=folder / "cluster")

    def initialised(self) -> Template:
        """Return the template whose keys are made and whose log is started."""
        return Template(
            self.engine, Home(self.home.root.with_name("desk_template_installed")), "desk_template_installed"
        )

    def _migrate(self) -> None:
        from django.core.management import call_command

        self.home.root.mkdir(parents=True)
        with pointed_at(self.settings(self.database)):
            call_command("migrate", verbosity=0, interactive=False)

    def _initialise(self) -> None:
        from evenhand.web.record.keyservice.threaded import threaded_key_service
        from evenhand.web.record.start import initialise

        # Bytes of its own: whichever test comes first draws the same as when it comes last.
        ctx = Context.repeatable("installation", INSTALLED_AT)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("EVENHAND_DATA", str(self.home.root))
            with pointed_at(self.settings(self.database), self.home), threaded_key_service(self.home):
                initialise(self.home, ctx)

    def settings(self, name: str, home: Home | None = None) -> dict[str, Any]:
        """Return Django's description of this engine's database: `name` on PostgreSQL, the home's on SQLite."""
        from evenhand.web.settings import _database

        if self.engine == "sqlite":
            return _database(f"sqlite://{(home or self.home).database}")
        # Durability stays on: the append path refuses anything else.
        return _database(f"postgresql://postgres@/{name}") | {"HOST": str(_socket())}

    @contextmanager
    def copied(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
        """Copy this template to `root`, point Django at the copy, and give the copy's home."""
        shutil.copytree(self.home.root, root)
        home, name = Home(root), self._next_name()
        monkeypatch.setenv("EVENHAND_DATA", str(root))
        if self.engine == "postgresql":
            _psql(f"CREATE DATABASE {name} TEMPLATE {self.database}")
            monkeypatch.setenv("DATABASE_URL", f"postgresql://postgres@/{name}?host={_socket()}")
        try:
            with pointed_at(self.settings(name, home), home):
                yield home
        finally:
            if self.engine == "postgresql":
                _psql(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def installed(self, root: Path, monkeypatch: pytest.MonkeyPatch, ctx: Context) -> Iterator[Desk]:
        """Copy an initialised installation to `root` and run its key service in this process."""
        from evenhand.web.record.keyservice.threaded import threaded_key_service

        service_ctx = Context(now=ctx.now, random=secrets.token_bytes)
        with self.initialised().copied(root, monkeypatch) as home, threaded_key_service(home, service_ctx):
            yield Desk(home, ctx)

    def _next_name(self) -> str:
        # Templates of one name may be made more than once; the server's databases are this process's own.
        return f"{self.database}_{secrets.token_hex(4)}"


def once(folder: Path, build: Callable[[Path], None]) -> Path:
    """Return `folder`, built by whichever worker comes first; the others wait. A build that failed leaves nothing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_suffix(".part")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            build(unfinished)
            unfinished.rename(folder)
    return folder


@contextmanager
def pointed_at(description: dict[str, Any], home: Home | None = None) -> Iterator[None]:
    """Make Django's default connection, in every thread, lead to the described database for the duration."""
    from django.conf import settings
    from django.db import connections

    connections["default"].close()
    before, before_home = connections.settings["default"], settings.HOME
    connections.settings = dict(connections.settings, default=description)
    connections.configure_settings({"default": description})
    del connections["default"]
    settings.HOME = home or before_home
    try:
        yield
    finally:
        connections["default"].close()
        del connections["default"]
        connections.settings = dict(connections.settings, default=before)
        settings.HOME = before_home


def server_binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL server programs on this machine, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


def start_server(cluster: Path | None = None) -> Path:
    """Start our own server once, with a copy of a kept cluster if one is given, and return its folder.

    Unix socket only, in the folder; durability on.

    It ends with this process, however that ends (tests/server.py); each worker of xdist has its own.
    """
    global _server  # noqa: PLW0603 one server per test process
    if _server is None:
        folder = Path(tempfile.mkdtemp(prefix="evenhand-pg-"))
        folder.chmod(0o755)
        parent = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("server.py")), str(folder), str(server_binaries()),
             *([str(cluster)] if cluster else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert parent.stdout is not None
        said = parent.stdout.readline()
        assert said == b"ready\n", said + parent.stdout.read()
        _server = _Server(folder, parent)
    return _server.folder


def stop_server(keep: Path | None = None) -> None:
    """Stop our server, if one was started; its parent removes the folder, `keep` gets a copy of the cluster."""
    global _server  # noqa: PLW0603 one server per test process
    if _server is not None:
        _server.parent.communicate(str(keep).encode() if keep else None)
        _server = None


def _socket() -> Path:
    assert _server is not None
    return _server.folder


def _psql(statement: str) -> None:
    import psycopg

    with psycopg.connect(host=str(_socket()), user="postgres", dbname="postgres", autocommit=True) as server:
        server.execute(statement)
