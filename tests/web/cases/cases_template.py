"""A prepared installation that tests copy: built once per run, engine and name, with whatever a test needs in it."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests import databases
from tests.databases import Desk, Template, once, pointed_at

from evenhand.context import Context
from evenhand.web.home import Home

_prepared: dict[tuple[str, str], Prepared] = {}


class Prepared(Template):
    """An installed template with rows in it."""

    def initialised(self) -> Template:
        """Return this template: its keys are made."""
        return self


def prepared(template: Template, name: str, build: Callable[[Context], object], ctx: Context) -> Prepared:
    """Return the installation `name` for the template's engine, built on first use."""
    if (template.engine, name) not in _prepared:
        _prepared[template.engine, name] = _ready(template, name, build, ctx)
    return _prepared[template.engine, name]


@contextmanager
def copy_of(source: Prepared, root: Path, ctx: Context) -> Iterator[Desk]:
    """Give a copy of a prepared installation, with its key service running."""
    with pytest.MonkeyPatch.context() as patch, source.installed(root, patch, ctx) as ready:
        yield ready


def _ready(template: Template, name: str, build: Callable[[Context], object], ctx: Context) -> Prepared:
    """Let whichever worker comes first build; give this worker's own server what another one built."""
    shared = template.home.root.parents[1]
    built: list[Path] = []

    def make(folder: Path) -> None:
        built.append(folder)
        _build(template, folder / name, build, ctx)
        if template.engine == "postgresql":
            _server_program("pg_dump", "--format=custom", f"--file={folder / 'dump'}", _database(name))

    folder = once(shared / f"prepared-{template.engine}-{name}", make)
    if template.engine == "postgresql" and not built:
        databases._psql(f"CREATE DATABASE {_database(name)} TEMPLATE template0")
        _server_program("pg_restore", "--exit-on-error", f"--dbname={_database(name)}", str(folder / "dump"))
    return Prepared(template.engine, Home(folder / name), _database(name))


def _database(name: str) -> str:
    return f"{name}_template"


def _server_program(program: str, *said: str) -> None:
    binaries = databases.server_binaries()
    assert binaries is not None
    subprocess.run([binaries / program, f"--host={databases._socket()}", "--username=postgres", *said], check=True)


def _build(template: Template, root: Path, build: Callable[[Context], object], ctx: Context) -> None:
    from evenhand.web.record.keyservice.threaded import threaded_key_service

    installed = template.initialised()
    shutil.copytree(installed.home.root, root)
    made = Prepared(template.engine, Home(root), _database(root.name))
    if template.engine == "postgresql":
        databases._psql(f"CREATE DATABASE {made.database} TEMPLATE {installed.database}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENHAND_DATA", str(root))
        if template.engine == "postgresql":
            patch.setenv("DATABASE_URL", f"postgresql://postgres@/{made.database}?host={databases._socket()}")
        service = Context(now=ctx.now, random=secrets.token_bytes)
        with pointed_at(made.settings(made.database), made.home), threaded_key_service(made.home, service):
            build(ctx)
    assert os.environ.get("EVENHAND_DATA") != str(root)
