"""The file of a backup: what goes in and what never does, and that no damage of it is ever put back."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import tarfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand import age
from evenhand.backup import About, Kind, Recipients, home_parts, key_parts, make_backup, opened_backup, unpack
from evenhand.backup.form import FIRST, LAST, encode_manifest
from evenhand.backup.packing import pack
from evenhand.backup.unpacking import check
from evenhand.errors import DoesNotHold, UsageError

pytest.importorskip("pyrage", reason="backups are encrypted by pyrage: the extra [desk]")
ABOUT = About(Kind.HOME, "0.1", "2026-03-02T09:00:00Z", "sqlite")
PASSPHRASE = "six plain words on a card"
KEY = age.new_identity()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder like an installation: a database in use, files, keys beside, things that pass."""
    root = tmp_path / "home"
    (root / "corpus").mkdir(parents=True)
    (root / "vault/ab/cd").mkdir(parents=True)
    (root / "keys").mkdir()
    (root / "exports").mkdir()
    (root / "log").mkdir()
    (root / "corpus/a.parquet").write_bytes(b"rows" * 1000)
    blob = root / "vault/ab/cd" / ("ab" * 32)
    blob.write_bytes(os.urandom(5000))
    blob.chmod(0o440)
    for name in (
        "keys/kek", "keys/log", "keys/log.high-water", "exports/x.zip", "corpus/screening.lock", ".half",
        "log/checkpoint",
    ):  # fmt: skip
        (root / name).write_text(f"never-{name}")
    (root / "elsewhere").symlink_to(tmp_path)
    (root / "own-key").hardlink_to(root / "keys/kek")
    with closing(sqlite3.connect(root / "desk.sqlite3")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE a (b)")
        database.execute("INSERT INTO a VALUES ('row')")
        database.commit()
    return root


def parts(home: Path) -> list[str]:
    return [part.path for part in home_parts(home, [home / "keys/kek", home / "keys/log"])]


def backup(home: Path, target: Path, to: Recipients | None = None) -> int:
    secrets = [home / "keys/kek", home / "keys/log"]
    return make_backup(target, ABOUT, home_parts(home, secrets), to or Recipients((KEY[1],)))


def test_keys_and_what_passes_stay_out_and_databases_come_first(home: Path) -> None:
    assert parts(home) == ["home/desk.sqlite3", "home/corpus/a.parquet", f"home/vault/ab/cd/{'ab' * 32}"]
    assert not [part.path for part in home_parts(home, []) if "/keys/" in part.path], "whatever is called a key"


def test_what_comes_back_is_what_went_in(home: Path, tmp_path: Path) -> None:
    identity, public = age.new_identity()
    target, out = tmp_path / "b.age", tmp_path / "out"
    with closing(sqlite3.connect(home / "desk.sqlite3")) as database:  # somebody writes meanwhile
        database.execute("INSERT INTO a VALUES ('not committed')")
        assert backup(home, target, Recipients((public,))) == 3
    assert target.stat().st_mode & 0o777 == 0o600 and [path.name for path in tmp_path.glob(".*")] == []
    with opened_backup(target, tmp_path, identities=(identity,)) as plain:
        assert b"never-" not in plain.read_bytes()
        assert unpack(plain, out, Kind.HOME) == ABOUT
    assert not plain.exists()
    for name in ("corpus/a.parquet", f"vault/ab/cd/{'ab' * 32}"):
        before, after = home / name, out / "home" / name
        assert after.read_bytes() == before.read_bytes() and after.stat().st_mode == before.stat().st_mode
        assert int(after.stat().st_mtime) == int(before.stat().st_mtime)
    with closing(sqlite3.connect(out / "home/desk.sqlite3")) as database:
        assert database.execute("SELECT b FROM a").fetchall() == [("row",)]


def test_a_passphrase_opens_it_too(home: Path, tmp_path: Path) -> None:
    backup(home, tmp_path / "b", Recipients(passphrase=PASSPHRASE))
    with opened_backup(tmp_path / "b", tmp_path, passphrase=PASSPHRASE) as plain:
        assert check(plain, Kind.HOME) == ABOUT
    with (
        pytest.raises(UsageError, match="another key or passphrase"),
        opened_backup(tmp_path / "b", tmp_path, identities=(KEY[0],)),
    ):
        pass


def test_a_damaged_database_is_not_called_a_backup(home: Path, tmp_path: Path) -> None:
    database = home / "desk.sqlite3"
    with closing(sqlite3.connect(database)) as rows:
        rows.executescript("PRAGMA wal_checkpoint(TRUNCATE); CREATE INDEX i ON a(b);")
        rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(database.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    database.write_bytes(data)
    with pytest.raises(DoesNotHold, match=r"damaged|copied"):
        backup(home, tmp_path / "b")
    assert not (tmp_path / "b").exists() and list(tmp_path.glob(".*")) == []


def test_a_private_key_among_the_files_stops_it(home: Path, tmp_path: Path) -> None:
    (home / "corpus/notes").write_text("PRIVATE+KEY+log+aaaa")
    with pytest.raises(UsageError, match="private key"):
        backup(home, tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_the_keys_are_a_file_of_their_own_without_the_high_water(home: Path, tmp_path: Path) -> None:
    identity, public = age.new_identity()
    files = {"kek": home / "keys/kek", "log": home / "keys/log", "secret": home / "keys/none"}
    about = About(Kind.KEYS, "0.1", ABOUT.made_at, "sqlite")
    assert make_backup(tmp_path / "k", about, key_parts(files), Recipients((public,))) == 2
    with opened_backup(tmp_path / "k", tmp_path, identities=(identity,)) as plain:
        assert unpack(plain, tmp_path / "out", Kind.KEYS).kind is Kind.KEYS
        with pytest.raises(UsageError, match="holds keys, not an installation"):
            check(plain, Kind.HOME)
    assert sorted(path.name for path in (tmp_path / "out/keys").iterdir()) == ["kek", "log"]


@pytest.mark.parametrize("to", [Recipients(), Recipients(("age1x",)), Recipients(passphrase="short")])
def test_nobody_or_anybody_is_no_recipient(home: Path, tmp_path: Path, to: Recipients) -> None:
    with pytest.raises(UsageError):
        backup(home, tmp_path / "b", to)
    assert list(tmp_path.glob("*b")) == []


def test_what_is_in_the_way_is_not_overwritten_and_two_at_once_are_refused(home: Path, tmp_path: Path) -> None:
    import fcntl

    (tmp_path / "there").write_text("mine")
    for target in (tmp_path / "there", tmp_path / "no/folder"):
        with pytest.raises(UsageError):
            backup(home, target)
    assert (tmp_path / "there").read_text() == "mine"
    work = tmp_path / ".b.part"
    work.mkdir()
    (work / "left").write_text("by an interruption")
    held = os.open(work, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(UsageError, match="another backup"):
        backup(home, tmp_path / "b")
    os.close(held)
    assert backup(home, tmp_path / "b") == 3 and not work.exists()


def test_it_is_read_back_before_it_gets_its_name(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = age.encrypt_file

    def rot(source: Path, target: Path, *, to: Sequence[str]) -> None:
        other = source.with_name("other")
        other.write_bytes(source.read_bytes().replace(b"rows", b"rowz", 1))
        real(other, target, to=to)

    monkeypatch.setattr(age, "encrypt_file", rot)
    with pytest.raises(DoesNotHold, match="cannot be read back"):
        backup(home, tmp_path / "b")
    assert not (tmp_path / "b").exists()


@pytest.fixture
def plain(home: Path, tmp_path: Path) -> Path:
    target = tmp_path / "plain"
    pack(target, ABOUT, home_parts(home, [home / "keys/kek"]))
    return target


def test_wrong_keys_and_what_is_none_are_refused_in_words(home: Path, tmp_path: Path) -> None:
    backup(home, tmp_path / "b")
    for chosen in ({"passphrase": PASSPHRASE}, {"identities": (age.new_identity()[0],)}):
        with (
            pytest.raises(UsageError, match="another key or passphrase"),
            opened_backup(tmp_path / "b", tmp_path, **chosen),
        ):
            pass
    (tmp_path / "text").write_text("not encrypted")
    with pytest.raises(UsageError, match="not a file encrypted"), opened_backup(tmp_path / "text", tmp_path):
        pass
    whole = (tmp_path / "b").read_bytes()
    (tmp_path / "cut").write_bytes(whole[:-1000])
    (tmp_path / "flipped").write_bytes(whole[:-1000] + bytes([whole[-1000] ^ 1]) + whole[-999:])
    for name in ("cut", "flipped"):
        with (
            pytest.raises(UsageError, match="cut short"),
            opened_backup(tmp_path / name, tmp_path, identities=(KEY[0],)),
        ):
            pass
    assert list(tmp_path.glob("*.plain")) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_damage_of_the_plain_file_is_put_back(plain: Path, data: st.DataObject) -> None:
    """Flipped or cut anywhere: refused in words; or it was padding, a time, and everything is whole."""
    whole = plain.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.booleans())
    other = plain.with_name("other")
    bit = 1 << data.draw(st.integers(0, 7))
    other.write_bytes(whole[:place] if cut else whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
    with tarfile.open(plain) as tar:
        good = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    try:
        check(other, Kind.HOME)
    except UsageError:
        return
    with tarfile.open(other) as tar:
        found = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    found[FIRST] = good[FIRST]  # a time or a version in words is not content
    assert found == good


def made(tmp_path: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    path = tmp_path / "made"
    with tarfile.open(path, "w") as tar:
        for member, data in members:
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def member(name: str, type: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.linkname = type, "/etc/passwd"
    return found


@pytest.mark.parametrize("name", ["home/../x", "/etc/x", "home//x", "home/./x", "x", "keys/kek", "home/a\\b", "home/"])
def test_paths_that_climb_or_belong_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    from hashlib import sha256

    listed = encode_manifest({name: (sha256(b"x").hexdigest(), 1)})
    path = made(tmp_path, [(member(FIRST), ABOUT.encode()), (member(name), b"x"), (member(LAST), listed)])
    with pytest.raises(UsageError):
        unpack(path, tmp_path / "out", Kind.HOME)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("type", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_what_is_no_plain_file_is_refused(tmp_path: Path, type: bytes) -> None:
    path = made(tmp_path, [(member(FIRST), ABOUT.encode()), (member("home/x", type), b""), (member(LAST), b"{}")])
    with pytest.raises(UsageError):
        unpack(path, tmp_path / "out", Kind.HOME)


@pytest.mark.parametrize(
    "first", [b"{}", b"[]", b"\xff", b'{"form":1}', ABOUT.encode().replace(b"home", b"host"), b"[" * 99_999]
)
def test_a_file_that_begins_otherwise_is_no_backup(tmp_path: Path, first: bytes) -> None:
    with pytest.raises(UsageError, match="no backup"):
        check(made(tmp_path, [(member(FIRST), first)]), Kind.HOME)


def test_a_newer_form_says_so(tmp_path: Path) -> None:
    first = json.dumps(json.loads(ABOUT.encode()) | {"form": 2, "program": "9.9"}).encode()
    with pytest.raises(UsageError, match=r"newer Evenhand \(9\.9\)"):
        check(made(tmp_path, [(member(FIRST), first)]), Kind.HOME)


@pytest.mark.parametrize("more", [[], [(member(LAST), b"{}"), (member("home/late"), b"x")], [(member(LAST), b"[]")]])
def test_without_its_list_or_with_something_after_it_nothing_counts(
    tmp_path: Path, more: list[tuple[tarfile.TarInfo, bytes]]
) -> None:
    with pytest.raises(UsageError):
        check(made(tmp_path, [(member(FIRST), ABOUT.encode()), *more]), Kind.HOME)
