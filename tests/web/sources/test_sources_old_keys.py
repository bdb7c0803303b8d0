"""A key of a sealed copy that went stays gone: an old key store that is put back is emptied of it again."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

import pytest
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet
from tests.kill import Acknowledge, killed_at_call

from evenhand.context import Context
from evenhand.posts import recognise
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.keys import KeyRefused, living_keys, unwrap
from evenhand.web.record.models import ReadRow
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.sweeping import sweep_keys
from evenhand.web.record.verify import verify
from evenhand.web.sources import blanking, copies, models
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.retention import erase_posts, forget_sources
from evenhand.web.vault.erasing import finish_erasures


def brought(desk: Desk, folder: Path, name: str, *numbers: int) -> models.Import:
    posts = jsonl(folder / name, [v1_tweet(str(n), f"wordabout{n}") for n in numbers])
    before = set(models.Import.objects.values_list("id", flat=True))
    import_file(recognised=recognise(posts), ctx=desk.ctx)
    row = models.Import.objects.exclude(pk__in=before).get()
    open_texts([row.name_id], actor=SYSTEM, purpose="test", ctx=desk.ctx)  # a reading that names the key
    return row


@pytest.fixture
def two(desk: Desk, tmp_path: Path) -> tuple[KeyId, KeyId]:
    """Bring in two files and return the keys of their copies, the first of which is replaced, then destroyed whole."""
    first, second = (brought(desk, tmp_path, f"{n}.jsonl", n, n + 1, n + 2) for n in (1, 11))
    return KeyId(first.key_id), KeyId(second.key_id)


def later(desk: Desk, **delta: float) -> Context:
    return Context(now=lambda: desk.ctx.now() + timedelta(**delta), random=secrets.token_bytes)


def living(*keys: KeyId) -> set[KeyId]:
    return set(keys) & {key for key, _ in living_keys()}


def test_a_key_store_that_is_put_back_is_emptied_of_copies_that_went(desk: Desk, two: tuple[KeyId, KeyId]) -> None:
    old = desk.home.key_store.read_bytes()
    erase_posts(["x:2"], desk.ctx)
    replaced, kept = two
    between = KeyId(models.Import.objects.exclude(copy_id="").get().key_id)
    newer = desk.home.key_store.read_bytes()
    assert living(replaced, kept) == {kept} and finish_erasures(desk.ctx) == 0
    desk.home.key_store.write_bytes(old)
    assert unwrap(replaced, actor=SYSTEM, purpose="test"), "the old store opens it"
    assert finish_erasures(desk.ctx) == 1 and finish_erasures(desk.ctx) == 0
    with pytest.raises(KeyRefused):
        unwrap(replaced, actor=SYSTEM, purpose="test")
    desk.home.key_store.write_bytes(newer)
    assert forget_sources(ctx=later(desk, days=31), home=desk.home) == 2
    assert not living(kept, between)
    desk.home.key_store.write_bytes(newer)
    assert finish_erasures(desk.ctx) == 2 and not living(replaced, kept, between)
    assert verify(desk.ctx).exit_code == 0


def test_cut_right_after_its_commit_the_next_start_destroys_the_key(desk: Desk, two: tuple[KeyId, KeyId]) -> None:
    replaced, kept = two
    assert killed_at_call(blanking, "destroy_copies", lambda _: erase_posts(["x:2"], desk.ctx), before=True) == []
    assert living(replaced, kept) == {replaced, kept}
    assert finish_erasures(desk.ctx) == 1 and living(replaced, kept) == {kept}
    ctx = later(desk, days=31)

    def forgetting(_acknowledge: Acknowledge) -> None:
        forget_sources(ctx=ctx, home=desk.home)

    assert killed_at_call(copies, "destroy_copies", forgetting, before=True) == []
    assert living(kept) == {kept} and finish_erasures(desk.ctx) == 2 and not living(replaced, kept)
    assert verify(desk.ctx).exit_code == 0


def test_what_went_before_keys_were_noted_is_swept(
    desk: Desk, two: tuple[KeyId, KeyId], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, (replaced, kept) = desk.home.key_store.read_bytes(), two
    with monkeypatch.context() as before:
        before.setattr(blanking, "note_destroyed", lambda _keys: [])
        erase_posts(["x:2"], desk.ctx)
    desk.home.key_store.write_bytes(old)
    assert ReadRow.objects.filter(key_id=replaced).exists(), "its readings stay on record"
    assert finish_erasures(desk.ctx) == 0 and living(replaced)
    assert sweep_keys(desk.ctx) == 0, "what is younger than a day may still get its row"
    assert sweep_keys(later(desk, hours=25)) == 1
    assert living(replaced, kept) == {kept}


def test_a_noted_key_is_no_reason_to_keep_it(desk: Desk, two: tuple[KeyId, KeyId]) -> None:
    old, (replaced, kept) = desk.home.key_store.read_bytes(), two
    erase_posts(["x:2"], desk.ctx)
    desk.home.key_store.write_bytes(old)
    assert sweep_keys(later(desk, hours=25)) == 1 and living(replaced, kept) == {kept}
