"""`evenhand backup` and `restore`: everything comes back, keys stay apart, an older log is named, nothing is half."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Desk, Template
from tests.web.cases.cases_room import received

from evenhand import age
from evenhand.backup import Kind, opened_backup, unpack
from evenhand.cli import main
from evenhand.cli import restore as restoring
from evenhand.context import Context
from evenhand.web.home import Home
from evenhand.web.record.checkpoints import make_checkpoint
from evenhand.web.record.queries import log_size

pytest.importorskip("pyrage", reason="backups are encrypted by pyrage: the extra [desk]")
pytestmark = pytest.mark.slow
WORDS = "He called me a muppet"


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(map(str, arguments)))
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    """A file of an age identity, and its public key."""
    identity, public = age.new_identity()
    path = tmp_path / "key.txt"
    path.write_text(f"# made for a test\n{identity}\n")
    return path, public


@pytest.fixture
def saved(desk: Desk, tmp_path: Path, key: tuple[Path, str]) -> Iterator[tuple[Path, Path]]:
    """An installation with one case, its backup and its keys."""
    received(desk.ctx)
    make_checkpoint(desk.ctx)
    (desk.home.root / "code.toml").write_text("# ours")
    to, keys = tmp_path / "b.age", tmp_path / "keys.age"
    here = ["--dir", desk.home.root, "--age", key[1]]
    assert run("backup", "--to", to, *here, "--keys", keys, "--keys-age", key[1], "--json") == 0
    yield to, keys


def elsewhere(
    home: Path, backup: Path, *more: str | Path, named: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any], str]:
    """Restore in a process of its own, as on another machine: Django is set up for one home per process."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("EVENHAND_", "DATABASE_URL"))}
    environment |= named or {}
    command = [sys.executable, "-m", "evenhand.cli", "restore", backup, "--dir", home, "--json", *more]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


def test_on_another_machine_it_verifies_and_says_what_it_cannot_know(
    saved: tuple[Path, Path], key: tuple[Path, str], tmp_path: Path
) -> None:
    there = tmp_path / "there"
    keys = ["--keys", saved[1], "--keys-identity", key[0]]
    code, found, _ = elsewhere(there, saved[0], "--identity", key[0], *keys)
    assert (found["verdict"], code) == ("unverifiable", 4), found
    assert "nothing here says how far" in found["log"] and "log.high-water" in found["mend"]
    assert (there / "code.toml").read_text() == "# ours" and not (there / "keys/log.high-water").exists()
    assert (there / "keys/kek").stat().st_mode & 0o777 == 0o600
    assert not (there / restoring._WORK).exists()
    assert elsewhere(there, saved[0], "--identity", key[0])[0] == 2, "only into an empty folder"


def test_no_key_and_no_case_text_is_in_it(
    desk: Desk, saved: tuple[Path, Path], key: tuple[Path, str], tmp_path: Path
) -> None:
    home = desk.home
    secrets = [path.read_bytes().strip() for path in (home.key_encryption_key, home.log_key)]
    with opened_backup(saved[0], tmp_path, identities=tuple(age.read_identities(key[0]))) as plain:
        data = plain.read_bytes()
    assert all(secret not in data for secret in secrets) and b"data_key" not in data
    assert WORDS.encode() not in data and b"muppet" not in data and b"high-water" not in data
    with opened_backup(saved[1], tmp_path, identities=tuple(age.read_identities(key[0]))) as plain:
        unpack(plain, tmp_path / "k", Kind.KEYS)
        assert secrets[0] in plain.read_bytes()
    assert {path.name for path in (tmp_path / "k/keys").iterdir()} >= {"kek", "log", "store.sqlite3", "keyring.json"}


def test_an_older_log_than_the_one_signed_is_named(
    desk: Desk, saved: tuple[Path, Path], key: tuple[Path, str], tmp_path: Path
) -> None:
    before = log_size()
    received(desk.ctx)
    make_checkpoint(desk.ctx)
    there = tmp_path / "there"
    code, found, _ = elsewhere(there, saved[0], "--identity", key[0])
    assert (code, found["verdict"]) == (4, "not checked") and "Bring the keys" in found["mend"]
    shutil.rmtree(there)
    keys = ["--keys", saved[1], "--keys-identity", key[0]]
    # The log's key and the high-water file lie outside the home, as they should.
    with_log_key = {"EVENHAND_LOG_KEY_FILE": str(desk.home.log_key)}
    code, found, _ = elsewhere(there, saved[0], "--identity", key[0], *keys, named=with_log_key)
    assert (code, found["verdict"]) == (1, "failed") and "recover" in found["mend"], found
    assert found["log"] == f"rollback_detected: a log of {log_size()} entries was signed, this backup holds {before}"


@pytest.mark.parametrize("damage", ["cut", "flip", "key", "text", "keys"])
def test_what_cannot_be_used_is_refused_in_words_and_leaves_nothing(
    saved: tuple[Path, Path], key: tuple[Path, str], tmp_path: Path, damage: str
) -> None:
    whole, bad, identity = saved[0].read_bytes(), tmp_path / "bad", key[0]
    middle = len(whole) // 2
    bad.write_bytes(
        {"cut": whole[:middle], "flip": whole[:middle] + bytes([whole[middle] ^ 4]) + whole[middle + 1 :]}.get(
            damage, b"plain text" if damage == "text" else whole
        )
    )
    if damage == "key":
        identity = tmp_path / "other.txt"
        identity.write_text(age.new_identity()[0])
    backup = saved[1] if damage == "keys" else bad
    there = tmp_path / "there"
    code, found, said = elsewhere(there, backup, "--identity", identity)
    assert code == 2 and not found and said.count("\n") == 1, said
    assert list(there.iterdir()) == []


def test_an_interrupted_restore_is_begun_again(saved: tuple[Path, Path], key: tuple[Path, str], tmp_path: Path) -> None:
    there = tmp_path / "there"
    (there / restoring._WORK / "in/home").mkdir(parents=True)
    (there / "code.toml").write_text("half")
    code, found, _ = elsewhere(there, saved[0], "--identity", key[0])
    assert code == 4 and (there / "code.toml").read_text() == "# ours", found


@pytest.mark.parametrize("wait", [0.1] if not os.environ.get("EVENHAND_NIGHTLY") else [n / 20 for n in range(60)])
def test_killed_at_any_moment_there_is_a_whole_backup_or_none(
    desk: Desk, key: tuple[Path, str], tmp_path: Path, wait: float
) -> None:
    received(desk.ctx)
    to = tmp_path / "b.age"
    command = [sys.executable, "-m", "evenhand.cli", "backup", "--to", to, "--dir", desk.home.root, "--age", key[1]]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    work = tmp_path / ".b.age.part"
    while running.poll() is None and not work.exists():
        time.sleep(0.005)
    time.sleep(wait * 0.1)
    running.send_signal(signal.SIGKILL)
    running.wait()
    if not to.exists():
        assert run("backup", "--to", to, "--dir", desk.home.root, "--age", key[1]) == 0, "a second run mends it"
    assert not work.exists() or list(work.iterdir()) == [] or to.exists()
    with opened_backup(to, tmp_path, identities=tuple(age.read_identities(key[0]))) as plain:
        assert unpack(plain, tmp_path / "out", Kind.HOME)


def test_a_passphrase_will_do_and_questions_are_refused(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = tmp_path / "words"
    words.write_text("six plain words on a card\n")
    to = tmp_path / "b.age"
    assert run("backup", "--to", to, "--dir", desk.home.root, "--passphrase-file", words) == 0
    assert "The keys are not in it." in capsys.readouterr().out
    assert run("backup", "--to", to, "--dir", desk.home.root, "--passphrase-file", words) == 2
    assert run("backup", "--to", tmp_path / "c", "--dir", tmp_path / "none", "--passphrase-file", words) == 2
    assert run("backup", "--to", tmp_path / "c", "--keys", tmp_path / "k", "--passphrase-file", words) == 2
    assert run("restore", to, "--dir", tmp_path / "x", "--passphrase-file", words, "--keys", to) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert Home(desk.home.root).database.exists()


@pytest.mark.postgresql
def test_a_postgresql_database_goes_and_comes_whole(
    postgresql_template: Template, tmp_path: Path, ctx: Context
) -> None:
    from django.db import connection
    from tests.databases import _psql, pointed_at

    from evenhand.cli import _postgres
    from evenhand.errors import UsageError
    from evenhand.web.record.guards import trigger_findings

    with pytest.MonkeyPatch.context() as patch, postgresql_template.installed(tmp_path / "home", patch, ctx):
        received(ctx)
        size, server = log_size(), dict(connection.settings_dict)
        _postgres.dump(server, tmp_path / "dump")
    _psql("CREATE DATABASE came_back")
    other = server | {"NAME": "came_back"}
    _postgres.load(other, tmp_path / "dump")
    with pointed_at(postgresql_template.settings("came_back")):
        # The dump words some indexes anew; nothing was changed, and the desk starts.
        assert trigger_findings(connection) == []
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX unique_authenticator_type")
        assert trigger_findings(connection) != []
    _postgres.dump(other, tmp_path / "again")
    with pytest.raises(UsageError, match="pg_restore"):
        _postgres.load(other, tmp_path / "dump")  # not empty: refused, nothing changed
    (tmp_path / "dump").write_bytes((tmp_path / "dump").read_bytes()[:-2000])
    _psql("CREATE DATABASE half")
    with pytest.raises(UsageError, match="pg_restore"):
        _postgres.load(server | {"NAME": "half"}, tmp_path / "dump")
    assert size > 2 and (tmp_path / "again").stat().st_size > 10_000
    _psql("DROP DATABASE came_back")
    _psql("DROP DATABASE half")
