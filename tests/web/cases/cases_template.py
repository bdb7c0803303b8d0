"""A prepared installation that tests copy: built once per engine and name, with whatever a test needs in it."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests import databases
from tests.databases import Desk, Template, pointed_at

from evenhand.context import Context
from evenhand.web.home import Home

_prepared: dict[tuple[str, str], Prepared] = {}


class Prepared(Template):
    """An installed template with rows in it, this worker's own."""

    def initialised(self) -> Template:
        """Return this template: its keys are made."""
        return self


def prepared(template: Template, name: str, build: Callable[[Context], object], ctx: Context) -> Prepared:
    """Return the installation `name` for the template's engine, built on first use."""
    if (template.engine, name) not in _prepared:
        _prepared[template.engine, name] = _build(template, name, build, ctx)
    return _prepared[template.engine, name]


@contextmanager
def copy_of(source: Prepared, root: Path, ctx: Context) -> Iterator[Desk]:
    """Give a copy of a prepared installation, with its key service running."""
    with pytest.MonkeyPatch.context() as patch, source.installed(root, patch, ctx) as ready:
        yield ready


def _build(template: Template, name: str, build: Callable[[Context], object], ctx: Context) -> Prepared:
    from evenhand.web.record.keyservice.threaded import threaded_key_service

    installed = template.initialised()
    own = Path(tempfile.mkdtemp(prefix="evenhand-prepared-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    root = own / name
    shutil.copytree(installed.home.root, root)
    made = Prepared(template.engine, Home(root), f"{name}_template")
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
    return made
