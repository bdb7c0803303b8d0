"""What every test stands on: a throw-away home, no network, no clock games, databases copied from a template.

Tests of the pure rooms (text, codes, ledger, …) run without Django; it is set up when the first test module
below tests/web, tests/cli, tests/demo or tests/journeys is collected.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn
from zlib import crc32

import pytest
from hypothesis import settings as hypothesis_settings
from pytest_socket import disable_socket, socket_allow_hosts

TESTS = Path(__file__).parent
# So that `tests.databases` is found however pytest was started.
if str(TESTS.parent) not in sys.path:
    sys.path.insert(0, str(TESTS.parent))

from tests.clock import MovingClock, on_one_clock  # noqa: E402 the path above comes first
from tests.databases import Desk, Template, server_binaries, stop_server  # noqa: E402 the path above comes first
from tests.draws import Draws  # noqa: E402 the path above comes first

from evenhand.context import Context  # noqa: E402 the path above comes first
from evenhand.web.home import Home  # noqa: E402 the path above comes first

SESSION_HOME = Path(tempfile.mkdtemp(prefix="evenhand-tests-"))
# Never the home or the database of the person who runs the tests; workers of xdist each make their own.
os.environ["EVENHAND_DATA"] = str(SESSION_HOME)
for name in ("DATABASE_URL", "EVENHAND_KEK_FILE", "EVENHAND_LOG_KEY_FILE", "EVENHAND_SECRET_KEY_FILE",
             "EVENHAND_KEY_SOCKET"):  # fmt: skip
    os.environ.pop(name, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.web.settings")

# No timed assertions, and the same examples in every run; the nightly run looks for new ones.
hypothesis_settings.register_profile("short", deadline=None, derandomize=True, database=None)
hypothesis_settings.register_profile("nightly", deadline=None, database=None, max_examples=1_000)
hypothesis_settings.load_profile("nightly" if os.environ.get("EVENHAND_NIGHTLY") else "short")

WITH_DJANGO = ("web", "cli", "demo", "inv", "journeys", "scenarios")
NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)


class MissingVariable(str):
    """Raises when a template prints a variable that is not there; Django would print nothing."""

    __slots__ = ()

    def __contains__(self, _item: object) -> bool:
        return True

    def __mod__(self, variable: object) -> NoReturn:
        raise AssertionError(f"The template prints {variable}, which is not in its context.")


def ensure_django() -> None:
    """Set Django up once, with templates that refuse missing variables."""
    import django
    from django.apps import apps
    from django.conf import settings

    if apps.ready:
        return
    for engine in settings.TEMPLATES:
        engine["OPTIONS"]["string_if_invalid"] = MissingVariable("%s")
    # Real password hashing costs 0.2 s a sign-in; its strength is Django's to test.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # One for all workers: they take up what another one left behind (tests/remembered.py), codes and tickets included.
    settings.SECRET_KEY = "evenhand-tests-" + "0" * 40
    django.setup()


def pytest_pycollect_makemodule(module_path: Path) -> None:
    """Set Django up before the first module that needs it is imported."""
    if module_path.is_relative_to(TESTS) and module_path.relative_to(TESTS).parts[0] in WITH_DJANGO:
        ensure_django()


def pytest_unconfigure() -> None:
    """Stop what was started and leave nothing behind."""
    stop_server()
    shutil.rmtree(SESSION_HOME, ignore_errors=True)


# Where PostgreSQL itself is what is tested, every test runs on it by day too.
_ALWAYS_ON_POSTGRESQL = ("web/record", "cli", "scenarios")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """By day let every third test run on PostgreSQL too, the same ones in each run; at night all of them."""
    if os.environ.get("EVENHAND_NIGHTLY"):
        return
    at_night = [item for item in items if _waits_for_the_night(item)]
    config.hook.pytest_deselected(items=at_night)
    kept = set(items) - set(at_night)
    items[:] = [item for item in items if item in kept]


def _waits_for_the_night(item: pytest.Item) -> bool:
    if item.get_closest_marker("postgresql") is None or "postgresql" not in item.name.partition("[")[2]:
        return False  # or it has no twin on SQLite
    folder = item.path.relative_to(TESTS).as_posix()
    return not folder.startswith(_ALWAYS_ON_POSTGRESQL) and crc32(item.nodeid.encode()) % 3 != 0


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Close the network: Unix sockets only, and this machine for browser journeys; start in English."""
    if "django.utils.translation.trans_real" in sys.modules:
        from django.utils import translation

        translation.deactivate()  # an earlier test's request may have left its language behind
    if item.get_closest_marker("browser"):
        socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)
    else:
        disable_socket(allow_unix_socket=True)


@pytest.fixture
def clock() -> MovingClock:
    """A clock that stands at 2 March 2026, 09:00 UTC, until the test moves it."""
    return MovingClock(NOW)


@pytest.fixture
def ctx(clock: MovingClock) -> Context:
    """The time of `clock` and repeatable randomness."""
    return Context(now=clock, random=Draws("tests"))


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of templates that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return (own if worker_id == "master" else own.parent) / "templates"


@pytest.fixture(scope="session")
def sqlite_template(templates: Path) -> Template:
    """The migrated SQLite database."""
    ensure_django()
    from tests.remembered import keep_in

    keep_in(templates / "remembered")
    return Template.sqlite(templates)


@pytest.fixture(scope="session")
def postgresql_template(templates: Path) -> Template:
    """A PostgreSQL server of this worker's own with the migrated template; skips where none is installed."""
    if server_binaries() is None:
        pytest.skip("no PostgreSQL server programs in /usr/lib/postgresql: install Debian's postgresql")
    ensure_django()
    return Template.postgresql(templates)


@pytest.fixture
def desk_db(sqlite_template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A migrated SQLite desk database of this test's own; returns its home. No keys, no leaves yet."""
    with sqlite_template.copied(tmp_path / "home", monkeypatch) as home:
        yield home


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.slow])])
def any_db(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """The same as desk_db, on SQLite and on PostgreSQL."""
    template: Template = request.getfixturevalue(f"{request.param}_template")
    with template.copied(tmp_path / "home", monkeypatch) as home:
        yield home


@pytest.fixture
def desk(sqlite_template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ctx: Context) -> Iterator[Desk]:
    """An installation ready for use on SQLite: keys made, log started, key service running; has .home, .ctx."""
    with sqlite_template.installed(tmp_path / "home", monkeypatch, ctx) as ready:
        yield ready


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.slow])])
def any_desk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ctx: Context
) -> Iterator[Desk]:
    """The same as desk, on SQLite and on PostgreSQL."""
    template: Template = request.getfixturevalue(f"{request.param}_template")
    with template.installed(tmp_path / "home", monkeypatch, ctx) as ready:
        yield ready


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the test changes in our code is seen where steps of a story are remembered."""
    from tests.remembered import watched as watch

    with watch(monkeypatch):
        yield


@pytest.fixture
def room(desk: Desk, monkeypatch: pytest.MonkeyPatch, watched: None) -> Desk:
    """The desk whose pages are open: they live at the moment of `clock`, and a second step counts as passed."""
    return on_one_clock(desk, monkeypatch)


@pytest.fixture
def any_room(any_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The same as room, on SQLite and on PostgreSQL."""
    return on_one_clock(any_desk, monkeypatch)
