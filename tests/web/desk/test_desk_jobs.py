"""From a file on disk to a lead: the real reader, the real import, the real detector, the job by its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.web.desk.desk_room import Room

from evenhand.codes import builtin_text
from evenhand.posts import recognise
from evenhand.web.desk import jobs
from evenhand.web.desk.models import Lead, Reading, Screening
from evenhand.web.desk.queries import figures
from evenhand.web.record.outbox import enqueue, run_pending
from evenhand.web.sources.actions import import_file

pytestmark = pytest.mark.slow


def tweet(number: int, text: str) -> str:
    """A flattened v2 tweet that answers account 1001."""
    return json.dumps(
        {
            "id": str(1_700_000_000_000_000_000 + number),
            "author_id": str(900 + number),
            "author": {"id": str(900 + number), "username": f"user{number}", "name": f"User {number}"},
            "created_at": "2026-02-28T20:15:00.000Z",
            "text": text,
            "in_reply_to_user_id": "1001",
            "lang": "en",
            "public_metrics": {"retweet_count": 0, "reply_count": 0, "like_count": 1, "quote_count": 0},
        }
    )


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "tweets.jsonl"
    lines = [
        "@ana shut up you pathetic stupid idiot",
        "@ana thank you for the bus shelter",
        "@ana ok",
        "@ana please resign now",
    ]
    path.write_text("\n".join(tweet(n, line) for n, line in enumerate(lines)) + "\n")
    return path


def test_an_import_becomes_leads_by_the_job(room: Room, export: Path) -> None:
    import_file(recognised=recognise(export), ctx=room.ctx, home=room.desk.home, basis="a test")
    enqueue(jobs.SCREEN_POSTS, {})
    run_pending()
    assert Screening.objects.get().posts == 4
    lead = Lead.objects.get()
    assert (lead.target, lead.act) == (room.ana, "replied")
    assert "insult" in lead.categories
    assert sum(Reading.objects.values_list("posts", flat=True)) == 4
    assert figures() == {"leads": 1, "unread": 1}
    assert jobs.screen_here(room.ctx, room.desk.home).posts == 0


def test_one_process_screens_at_a_time(room: Room) -> None:
    home = room.desk.home
    with jobs._alone(home.corpus) as alone:
        assert alone
        assert jobs.screen_here(room.ctx, home) is None
    assert jobs.screen_here(room.ctx, home) is not None


def test_the_organisations_own_code_comes_first(room: Room) -> None:
    home = room.desk.home
    assert jobs.code_of_conduct(home).slug == "general"
    (home.root / "code.toml").write_text(builtin_text("quillhaven"))
    assert jobs.code_of_conduct(home).slug == "quillhaven"
