"""FMT-T4: a long post of an archive gets its whole text, once, and only if exactly one note fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.fixtures.make_x import archive, archive_tweet, script

from evenhand.posts import Post, Report, read

CUT = "fish &amp; chips &lt;at noon… https://t.co/abc"
WHOLE = "fish & chips <at noon>, and the &amp; stays as it is"


def note(native_id: str, second: int, text: str = WHOLE) -> dict[str, Any]:
    return {
        "noteTweet": {
            "noteTweetId": native_id,
            "createdAt": f"2024-01-01T09:00:{second:02d}.000Z",
            "core": {"text": text},
        }
    }


def read_with(tmp_path: Path, *notes: dict[str, Any]) -> tuple[Post, Report]:
    members: dict[str, str | bytes] = {"tweets.js": script("tweets", [archive_tweet("1", CUT)])}
    members["note-tweet.js"] = script("note_tweet", list(notes))
    report = Report("archive")
    (post,) = read(archive(tmp_path / "x.zip", members), report=report)
    return post, report


def test_joined_once_and_the_other_reported(tmp_path: Path) -> None:
    post, report = read_with(tmp_path, note("901", 1), note("902", 5))
    assert post.text_norm == WHOLE
    assert post.text_raw == CUT.encode()
    assert post.norm_map is None
    assert post.truncated is False
    assert [ref["member_path"] for ref in post.raw_refs] == ["data/note-tweet.js"]
    assert report.merged == 1
    assert [(r.locator, r.reason) for r in report.refused] == [("data/note-tweet.js;jp:/1", "note_unjoined")]


def test_two_that_fit_are_none(tmp_path: Path) -> None:
    post, report = read_with(tmp_path, note("901", 1), note("902", 2))
    assert (post.truncated, post.truncated_reason, post.flags) == (True, "x_280", ["note_ambiguous"])
    assert len(report.refused) == 2


def test_a_note_about_something_else_does_not_fit(tmp_path: Path) -> None:
    post, _ = read_with(tmp_path, note("901", 0, "another text"))
    assert post.text_norm == "fish & chips <at noon… https://t.co/abc"
