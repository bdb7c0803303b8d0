"""Data keys: key first, seats re-checked at each opening and logged, destroyed for good; the service as a process."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tests.databases import Desk

from evenhand.context import Context
from evenhand.errors import DoesNotHold, UsageError
from evenhand.web.home import Home
from evenhand.web.record.crypto import open_sealed, seal
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId, KeyId
from evenhand.web.record.keys import (
    KeyRefused,
    NoKeyService,
    create_key,
    destroy_key,
    is_running,
    key_service,
    living_keys,
    unwrap,
)
from evenhand.web.record.keyservice.keystore import KeyStore
from evenhand.web.record.keyservice.protocol import ask, private_folder, receive, socket_path
from evenhand.web.record.keyservice.service import KeyService
from evenhand.web.record.seats import end_seats, grant_seat, has_seat
from evenhand.web.record.unit import recording


def seated(desk: Desk, key: KeyId, actor: ActorId, **until: object) -> None:
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="seats") as r:
        grant_seat(r, key=key, actor=actor, role="officer", since=desk.ctx.now(), **until)
        r.add(type="role.changed", key=ORGANISATION, body={})


def test_a_seat_opens_and_its_end_closes(any_desk: Desk) -> None:
    desk, officer = any_desk, ActorId(any_desk.ctx.new_id())
    key = create_key(ctx=desk.ctx, scope=desk.ctx.new_id())
    with pytest.raises(KeyRefused, match="no seat"):
        unwrap(key, actor=officer, purpose="triage")
    seated(desk, key, officer)
    assert len(unwrap(key, actor=officer, purpose="triage")) == 32
    assert has_seat(key, officer, desk.ctx.now())
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="leaves") as r:
        assert end_seats(r, actor=officer, at=desk.ctx.now()) == 1
        r.add(type="role.changed", key=ORGANISATION, body={})
    with pytest.raises(KeyRefused, match="no seat"):
        unwrap(key, actor=officer, purpose="triage")
    assert not has_seat(key, officer, desk.ctx.now())


def test_a_seat_counts_between_its_times_only(any_desk: Desk) -> None:
    desk, now = any_desk, any_desk.ctx.now()
    key = create_key(ctx=desk.ctx, scope=desk.ctx.new_id())
    early, late = ActorId(desk.ctx.new_id()), ActorId(desk.ctx.new_id())
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="seats") as r:
        grant_seat(r, key=key, actor=early, role="officer", since=now - timedelta(days=2), until=now)
        grant_seat(r, key=key, actor=late, role="officer", since=now + timedelta(seconds=1))
        r.add(type="role.changed", key=ORGANISATION, body={})
    for actor in (early, late):
        with pytest.raises(KeyRefused):
            unwrap(key, actor=actor, purpose="triage")


def test_the_creator_may_use_a_key_until_the_first_seat(desk: Desk) -> None:
    creator, other = ActorId(desk.ctx.new_id()), ActorId(desk.ctx.new_id())
    key = create_key(ctx=desk.ctx, scope=desk.ctx.new_id(), actor=creator)
    with recording(actor=creator, ctx=desk.ctx, purpose="open a case") as r:
        grant_seat(r, key=key, actor=other, role="officer", since=desk.ctx.now())
        r.add(type="lead.disposed", key=key, body={})
    unwrap(key, actor=other, purpose="triage")
    with pytest.raises(KeyRefused):
        unwrap(key, actor=creator, purpose="triage")


def test_every_opening_is_logged_with_its_purpose(desk: Desk) -> None:
    stranger = ActorId(desk.ctx.new_id())
    unwrap(ORGANISATION, actor=SYSTEM, purpose="nightly audit")
    with pytest.raises(KeyRefused):
        unwrap(ORGANISATION, actor=stranger, purpose="curiosity")
    log = desk.home.key_store.with_name("unwrap.log")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(x["actor"], x["purpose"], x["granted"]) for x in lines[-2:]] == [
        ("system", "nightly audit", True),
        (stranger, "curiosity", False),
    ]


@pytest.mark.parametrize("purpose", ["", "Ünder", "x" * 65, "<script>"])
def test_a_purpose_is_needed(desk: Desk, purpose: str) -> None:
    with pytest.raises(KeyRefused, match="purpose"):
        unwrap(ORGANISATION, actor=SYSTEM, purpose=purpose)


def test_a_destroyed_key_is_gone_from_the_file(desk: Desk) -> None:
    key = create_key(ctx=desk.ctx, scope=desk.ctx.new_id())
    store = KeyStore(desk.home.key_store)
    wrapped = store.find(key).wrapped
    store.close()
    assert wrapped in desk.home.key_store.read_bytes()
    assert destroy_key(key)
    assert not destroy_key(key)
    for file in desk.home.key_store.parent.glob("store.sqlite3*"):
        assert wrapped not in file.read_bytes()
    with pytest.raises(KeyRefused, match="no_key"):
        unwrap(key, actor=SYSTEM, purpose="triage")
    assert key not in dict(living_keys())
    with pytest.raises(KeyRefused, match="exists"):
        create_key(ctx=desk.ctx, scope=desk.ctx.new_id(), key=key)
    with pytest.raises(UsageError, match="never destroyed"):
        destroy_key(ORGANISATION)


def test_the_key_store_is_as_durable_as_it_must_be(desk: Desk) -> None:
    store = KeyStore(desk.home.key_store)
    settings = [
        store._rows.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "secure_delete", "synchronous")
    ]
    store.close()
    assert settings == ["truncate", 1, 3]


def test_swapped_or_changed_wrapped_keys_are_refused(desk: Desk) -> None:
    one, other = (create_key(ctx=desk.ctx, scope=desk.ctx.new_id()) for _ in range(2))
    store = KeyStore(desk.home.key_store)
    store._rows.execute(
        "UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE key_id = ?) WHERE key_id = ?", (one, other)
    )
    store.close()
    with pytest.raises(KeyRefused, match="changed or moved"):
        unwrap(other, actor=SYSTEM, purpose="triage")


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_file_open_to_others_is_refused(desk: Desk, mode: int) -> None:
    desk.home.key_encryption_key.chmod(mode)
    with pytest.raises(UsageError, match=r"key file|open|read"):
        KeyService(desk.home, desk.ctx)


@pytest.mark.parametrize("content", ["", "xyz", "00" * 31])
def test_a_damaged_or_missing_key_file_is_refused(desk: Desk, content: str) -> None:
    desk.home.key_encryption_key.write_text(content)
    with pytest.raises(UsageError, match="64 hex digits"):
        KeyService(desk.home, desk.ctx)
    desk.home.key_encryption_key.unlink()
    with pytest.raises(UsageError, match="missing"):
        KeyService(desk.home, desk.ctx)


def test_without_a_service_nothing_is_written(desk_db: Home, ctx: Context) -> None:
    with pytest.raises(NoKeyService, match="no_key"), recording(actor=SYSTEM, ctx=ctx, purpose="test") as r:
        r.add(type="lead.disposed", key=ORGANISATION, body={})


@pytest.mark.parametrize(
    "question", [{}, {"op": "steal"}, {"op": "unwrap"}, {"op": "unwrap", "key": "../x"}, {"op": []}]
)
def test_the_service_survives_odd_questions(desk: Desk, question: dict) -> None:
    with pytest.raises(KeyRefused):
        ask(desk.home, question)
    assert is_running(desk.home)


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\x02[]", b"\xff" * 4, b"\0\0\0\x04nope", b"\0"])
def test_the_service_survives_noise(desk: Desk, noise: bytes) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(str(socket_path(desk.home)))
        line.sendall(noise)
        line.shutdown(socket.SHUT_WR)
        # It answers nothing; whether the line is closed or cut is the system's affair.
        with contextlib.suppress(ConnectionResetError):
            assert receive(line) is None
    assert is_running(desk.home)


def test_sealed_bytes_open_only_under_their_key_and_name(ctx: Context) -> None:
    sealed = seal(b"k" * 32, b"text", bound_to=b"a", random=ctx.random)
    assert open_sealed(b"k" * 32, sealed, bound_to=b"a") == b"text"
    for key, data, name in (
        (b"j" * 32, sealed, b"a"),
        (b"k" * 32, sealed, b"b"),
        (b"k" * 32, sealed[:-1], b"a"),
        (b"k" * 32, b"", b"a"),
    ):
        with pytest.raises(DoesNotHold):
            open_sealed(key, data, bound_to=name)


def test_a_long_home_gets_a_short_socket(tmp_path: Path) -> None:
    path = socket_path(Home(tmp_path / ("x" * 200)))
    assert len(os.fsencode(path)) <= 100
    private_folder(path.parent)
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_folder_of_keys_open_to_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o755)
    with pytest.raises(UsageError, match="belong to you alone"):
        private_folder(tmp_path / "keys")
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(UsageError):
        private_folder(tmp_path / "link")


@pytest.mark.slow
def test_the_service_as_a_child_process(desk_db: Home, ctx: Context) -> None:
    """It starts, serves, is shared, and ends with its last user; it loads no Django."""
    assert not is_running(desk_db)
    with key_service(desk_db):
        first = ask(desk_db, {"op": "ping"})["pid"]
        assert first != os.getpid()
        key = create_key(ctx=ctx, scope=ctx.new_id())
        with key_service(desk_db):
            assert ask(desk_db, {"op": "ping"})["pid"] == first
            assert len(unwrap(key, actor=SYSTEM, purpose="test")) == 32
        assert is_running(desk_db)
    assert not is_running(desk_db)
    with key_service(desk_db):
        assert dict(living_keys()).keys() == {key}
    modules = "import sys, evenhand.web.record.keyservice.__main__; print('django' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", modules]).strip() == b"False"


@pytest.mark.slow
def test_a_service_that_cannot_start_says_why(desk: Desk, tmp_path: Path) -> None:
    home = Home(tmp_path / "other")
    (home.root / "keys").mkdir(parents=True, mode=0o700)
    (home.root / "keys" / "kek").write_text("not a key")
    (home.root / "keys" / "kek").chmod(0o600)
    with pytest.raises(UsageError, match="64 hex digits"), key_service(home):
        raise AssertionError("it must not start")
