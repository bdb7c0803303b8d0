"""Test databases: a migrated template per worker, copied for each test (no flush: triggers refuse DELETE).

PostgreSQL is a server of our own in a temporary folder, reached through a Unix socket only.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Template:
    """A migrated database that tests copy. `home` also holds the keys once `initialised`."""

    engine: str
    home: Home
    _copies: int = 0
    _installed: Template | None = field(default=None)

    @classmethod
    def sqlite(cls, root: Path) -> Template:
        """Return the migrated SQLite template below `root`."""
        return cls._migrated(cls("sqlite", Home(root)))

    @classmethod
    def postgresql(cls, root: Path) -> Template:
        """Return the migrated PostgreSQL template `desk_template`, starting the server if need be."""
        start_server()
        _psql("CREATE DATABASE desk_template")
        return cls._migrated(cls("postgresql", Home(root)))

    @classmethod
    def _migrated(cls, template: Template) -> Template:
        from django.core.management import call_command

        template.home.root.mkdir(parents=True)
        with pointed_at(template.settings("desk_template")):
            call_command("migrate", verbosity=0, interactive=False)
        return template

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
            _psql(f"CREATE DATABASE {name} TEMPLATE {self._source()}")
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
        with self._initialised(ctx).copied(root, monkeypatch) as home, threaded_key_service(home, service_ctx):
            yield Desk(home, ctx)

    def _initialised(self, ctx: Context) -> Template:
        """Return a template whose keys are made and whose log is started, built on first use."""
        if self._installed is None:
            root = self.home.root.with_name(self.home.root.name + "-installed")
            shutil.copytree(self.home.root, root)
            made = Template(self.engine, Home(root))
            if self.engine == "postgresql":
                _psql("CREATE DATABASE desk_template_installed TEMPLATE desk_template")
            made._initialise(ctx)
            self._installed = made
        return self._installed

    def _initialise(self, ctx: Context) -> None:
        from evenhand.web.record.keyservice.threaded import threaded_key_service
        from evenhand.web.record.start import initialise

        # Bytes of its own: whichever test comes first draws the same as when it comes last.
        ctx = Context(now=ctx.now, random=Context.repeatable("installation", ctx.now()).random)
        before = os.environ["EVENHAND_DATA"], os.environ.get("DATABASE_URL")
        os.environ["EVENHAND_DATA"] = str(self.home.root)
        try:
            with (
                pointed_at(self.settings("desk_template_installed"), self.home),
                threaded_key_service(self.home),
            ):
                initialise(self.home, ctx)
        finally:
            os.environ["EVENHAND_DATA"] = before[0]

    def _source(self) -> str:
        return "desk_template_installed" if self.home.root.name.endswith("-installed") else "desk_template"

    def _next_name(self) -> str:
        self._copies += 1
        return f"{self._source()}_{self._copies}"


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


def start_server() -> Path:
    """Start our own server once and return its folder. Unix socket only, in the folder; durability on.

    It ends with this process, however that ends (tests/server.py); each worker of xdist has its own.
    """
    global _server  # noqa: PLW0603 one server per test process
    if _server is None:
        folder = Path(tempfile.mkdtemp(prefix="evenhand-pg-"))
        folder.chmod(0o755)
        parent = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("server.py")), str(folder), str(server_binaries())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert parent.stdout is not None
        said = parent.stdout.readline()
        assert said == b"ready\n", said + parent.stdout.read()
        _server = _Server(folder, parent)
    return _server.folder


def stop_server() -> None:
    """Stop our server, if one was started; its parent removes the folder."""
    global _server  # noqa: PLW0603 one server per test process
    if _server is not None:
        _server.parent.communicate()
        _server = None


def _socket() -> Path:
    assert _server is not None
    return _server.folder


def _psql(statement: str) -> None:
    import psycopg

    with psycopg.connect(host=str(_socket()), user="postgres", dbname="postgres", autocommit=True) as server:
        server.execute(statement)
