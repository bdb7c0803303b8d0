"""kill -9 while a sealed copy is replaced: one copy can be opened at every moment, and the next run finishes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet
from tests.kill import FAIL_POINTS, die, killed_at

from evenhand.context import Context
from evenhand.posts import recognise
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.keys import living_keys
from evenhand.web.record.verify import verify
from evenhand.web.sources import blanking, copies, models, sealing
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.compaction import remove_retired
from evenhand.web.sources.queries import blanked_copies, corpus_here, query, stray_copies
from evenhand.web.sources.retention import erase_posts
from evenhand.web.sources.sealing import open_copy

pytestmark = pytest.mark.slow


def _dies(owner: object, name: str) -> Callable[[], None]:
    return lambda: setattr(owner, name, die)


def _dies_at_its_commit() -> None:
    """Die before the commit of the unit that names the copy, not at one of those before it."""
    record = blanking._record

    def doomed(*args: Any, **more: Any) -> None:
        type(connections["default"])._commit = die  # type: ignore[assignment]  # this process ends there
        record(*args, **more)

    blanking._record = doomed


STEPS = {
    "key made": _dies(sealing, "seal_chunks"),
    "copy written": _dies(sealing, "sync_folder"),
    "copy whole": _dies(blanking, "check"),
    "before record": _dies(blanking, "_record"),
    "before commit": _dies_at_its_commit,
    "after commit": _dies(blanking, "destroy_copies"),
    "old key destroyed": _dies(copies, "discard"),
}
DONE = {"after commit", "old key destroyed"}


def lines(desk: Desk) -> list[bytes]:
    """Return the lines of the one copy that is held: it can be opened, whatever happened."""
    row = models.Import.objects.get()
    wrapped, key = bytes.fromhex(row.wrapped_key), KeyId(row.key_id)
    held = open_copy(desk.home, row.held_as, key=key, wrapped=wrapped, actor=SYSTEM, purpose="test")
    return b"".join(held).splitlines()


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    ctx = Context(now=desk.ctx.now, random=secrets.token_bytes)
    file = jsonl(tmp_path / "a.jsonl", [v1_tweet(str(n), f"secret words {n}") for n in (1, 2, 3)])
    import_file(recognised=recognise(file), ctx=ctx)
    old = models.Import.objects.get().key_id
    monkeypatch.setitem(FAIL_POINTS, "erase", STEPS[step])
    assert killed_at("erase", lambda _said: erase_posts(["x:2"], ctx)) == []
    replaced = bool(blanked_copies())
    assert replaced == (step in DONE), "the copy is named exactly if its leaf is there"
    assert (b"secret words 2" in b"".join(lines(desk))) != replaced
    kept = old in {key for key, _ in living_keys()}
    assert kept != (step == "old key destroyed"), "the key goes before the file: of a file a disk may keep a trace"
    assert verify(ctx).exit_code != 1
    erase_posts(["x:2"], ctx)
    remove_retired(ctx)
    assert [json.loads(line) == {} for line in lines(desk)] == [False, True, False]
    assert len(blanked_copies()) == 1 and query("SELECT count(*) AS n FROM observations").to_pylist() == [{"n": 2}]
    assert (corpus_here().strays(), stray_copies(desk.home)) == ([], []), "a file without a row"
    assert verify(ctx).exit_code != 1
