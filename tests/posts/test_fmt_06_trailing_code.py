"""FMT-T6: a member is data; code after it is refused, and nothing is ever run."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fixtures.make_x import archive, archive_tweet, script

from evenhand.posts import Report, read
from evenhand.posts.x_archive import members


def reasons(path: Path) -> tuple[int, list[str]]:
    report = Report("archive")
    posts = list(read(path, report=report))
    return len(posts), [refused.reason for refused in report.refused]


@pytest.mark.parametrize("tail", ["", ";", ";\n", " \n"])
def test_plain_data_is_accepted(tmp_path: Path, tail: str) -> None:
    content = script("tweets", [archive_tweet("1")], tail)
    assert reasons(archive(tmp_path / "x.zip", {"tweets.js": content})) == (1, [])


@pytest.mark.parametrize("tail", [";\nalert(1)", ";alert(1);", " + alert(1)"])
@pytest.mark.parametrize("limit", ["whole", "streamed"])
def test_trailing_code_refuses_the_member(
    tmp_path: Path, tail: str, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = script("tweets", [archive_tweet(str(n)) for n in range(1, 5)], tail)
    path = archive(tmp_path / "x.zip", {"tweets.js": content})
    if limit == "streamed":
        stream_from(monkeypatch, 64)
    assert reasons(path) == (0, ["trailing_code"])


def test_a_member_cut_in_the_middle(tmp_path: Path) -> None:
    content = script("tweets", [archive_tweet("1")])[:-40]
    count, found = reasons(archive(tmp_path / "x.zip", {"tweets.js": content}))
    assert count == 0
    assert found in (["trailing_code"], ["member_malformed"])


def test_large_members_are_streamed_to_the_same_posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tweets = [archive_tweet(str(n), f'text {n} with "}},\\n  {{" inside') for n in range(1, 60)]
    path = archive(tmp_path / "x.zip", {"tweets.js": script("tweets", tweets)})
    whole = [(p.native_id, p.text_raw, p.locator, p.raw_record_sha256, p.member_sha256) for p in read(path)]
    stream_from(monkeypatch, 64)
    assert [(p.native_id, p.text_raw, p.locator, p.raw_record_sha256, p.member_sha256) for p in read(path)] == whole
    assert len(whole) == 59


def stream_from(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Make the reader stream members of this size already."""
    from dataclasses import replace

    from evenhand.posts import reader

    monkeypatch.setattr(members, "_READ", 300)
    small = replace(reader.IMPORT, document_bytes=size)
    whole = members.elements

    def streamed(part, archive, limits, report):
        # The account is tiny and compact: only tables of tweets are large in reality.
        return whole(part, archive, small if part.kind == "tweets" else limits, report)

    monkeypatch.setattr("evenhand.posts.x_archive.elements", streamed)
