"""What one pass over an archive finds, whose words it takes for whose, and what it says it did not look at."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.own_archive.conftest import ROUGH, OneWord

from evenhand.codes import ActType, builtin, builtin_text, load
from evenhand.errors import Ambiguous, UsageError
from evenhand.own_archive import Owner
from evenhand.own_archive.deeds import NotRead
from evenhand.screening import Abstention


def found(check: Any) -> list[tuple[str, str]]:
    return [(each.key, each.act) for clause in check.clauses() for each in check.of(clause.number)]


def test_own_words_come_first_and_what_was_passed_on_stays_another_s(check: Callable[..., Any], archive: Path) -> None:
    with check(archive) as result:
        assert found(result) == [
            ("x:101", "wrote"), ("x:102", "wrote"), ("shared:x:103", "shared"), ("liked:x:555", "liked"),
        ]  # fmt: skip
        assert (result.found, result.found_own) == (4, 2)
        assert [each.text for each in result.of("2.1") if not each.is_own] == [f"such a {ROUGH}", f"liked {ROUGH}"]


def test_what_was_not_looked_at_is_counted_by_reason(check: Callable[..., Any], archive: Path) -> None:
    with check(archive) as result:
        assert result.not_read == {
            NotRead.RECEIVED: 1, NotRead.PRIVATE: 1, NotRead.GONE: 1, NotRead.PASSED_ON_UNSEEN: 1,
        }  # fmt: skip
        assert result.abstained == {Abstention.LANGUAGE_NOT_SERVED: 1}
        assert result.pictures == 1
        assert result.looked_at == {ActType.WROTE: 3, ActType.SHARED: 1, ActType.LIKED: 1}
        assert result.records == result.looked_at.total() + result.not_read.total() + result.abstained.total()


def test_messages_are_looked_at_on_request_and_only_those_sent(
    check: Callable[..., Any], archive: Path, detector: OneWord
) -> None:
    with check(archive) as result:
        assert f"you {ROUGH}" not in detector.asked
    with check(archive, owner=Owner(messages=True)) as result:
        assert ("x:900", "wrote") in found(result)
        assert not [key for key, _ in found(result) if key == "x:901"]


def test_a_rule_that_does_not_cover_likes_leaves_likes_alone(check: Callable[..., Any], archive: Path) -> None:
    # Clause 5.1 covers what was written and nothing else.
    only_written = load(builtin_text("general").replace('insult = ["2.1"]', 'insult = ["5.1"]'))
    with check(archive, code=only_written) as result:
        assert {act for _, act in found(result)} == {"wrote"}
        assert result.no_rule == 2


def test_a_post_older_than_the_rule_says_since_when_the_rule_holds(check: Callable[..., Any], archive: Path) -> None:
    with check(archive, code=builtin("general")) as result:
        by_key = {each.key: each for each in result.of("2.1")}
    assert (by_key["x:101"].is_older, by_key["x:101"].day) == (False, "2025-06-01")
    assert (by_key["x:102"].is_older, by_key["x:102"].since, by_key["x:102"].day) == (True, "2025-02-01", "2024-01-01")
    assert by_key["liked:x:555"].is_undated


def test_the_findings_are_gone_from_the_disk_afterwards(
    check: Callable[..., Any], archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(work))
    with check(archive) as result:
        assert result.found
        assert list(work.iterdir())
    assert list(work.iterdir()) == []
    with pytest.raises(KeyboardInterrupt), check(archive):
        raise KeyboardInterrupt
    assert list(work.iterdir()) == []


def rows(tmp_path: Path) -> Path:
    path = tmp_path / "posts.jsonl"
    lines = [
        {
            "platform": "x",
            "id": "1",
            "author_handle": "ada",
            "text": f"a {ROUGH}",
            "created_at": "2025-06-01T10:00:00Z",
        },
        {
            "platform": "x",
            "id": "2",
            "author_handle": "ben",
            "text": f"b {ROUGH}",
            "created_at": "2025-06-01T10:00:00Z",
        },
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_file_with_several_people_asks_who_one_is(check: Callable[..., Any], tmp_path: Path) -> None:
    with pytest.raises(Ambiguous, match=r"which are yours\?.*--me NAME, one of: ada, ben"), check(rows(tmp_path)):
        pass
    with check(rows(tmp_path), owner=Owner("@Ada")) as result:
        assert found(result) == [("x:1", "wrote")]
        assert result.not_read == {NotRead.RECEIVED: 1}
    with (
        pytest.raises(UsageError, match=r"no record in it is by 'eve'.*ada, ben"),
        check(rows(tmp_path), owner=Owner("eve")),
    ):
        pass


def test_the_same_post_twice_in_a_file_is_one_finding(check: Callable[..., Any], tmp_path: Path) -> None:
    path = rows(tmp_path)
    path.write_text(path.read_text() * 2)
    with check(path, owner=Owner("ada")) as result:
        assert found(result) == [("x:1", "wrote")]
