"""What an author who asked wrote does not come in beside what others wrote: in any order, in whatever format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Desk
from tests.fixtures.make_x import archive, archive_tweet, flattened, jsonl, script, v1_tweet, v2_page, v2_tweet, v2_user

from evenhand.corpus import kept_out
from evenhand.corpus.kept_out import author_name
from evenhand.errors import UsageError
from evenhand.posts import recognise
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.verify import verify
from evenhand.web.sources import models
from evenhand.web.sources.actions import Imported, import_file
from evenhand.web.sources.queries import query
from evenhand.web.sources.retention import erase_posts, posts_by
from evenhand.web.sources.sealing import open_copy
from evenhand.web.sources.suppression import keep_out

WORDS = "words that somebody wrote and wants gone"
HEAD = ("platform", "id", "author_id", "author_handle", "text", "created_at", "reply_to", "quote_of", "parent_text")
AT = "2026-03-02T08:41:05.828Z"
THEIRS = ("x", "20", "99", "bird", WORDS, AT, "", "", "")
ANSWER = ("x", "21", "88", "other", "not a line of it", AT, "20", "", WORDS)
OTHER = ("x", "22", "88", "other", "something else", AT, "", "", "")


@pytest.fixture
def asked(desk: Desk) -> Desk:
    """Return a desk on which the account 99, `bird`, had everything erased."""
    keep_out({author_name("x", "99"), author_name("x", "@bird")}, desk.ctx)
    return desk


def table(path: Path, *rows: tuple[str, ...]) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *rows])
    path.write_text(text.getvalue(), "utf-8")
    return path


def brought(desk: Desk, path: Path) -> Imported:
    return import_file(recognised=recognise(path), ctx=desk.ctx, basis="a test")


def everything(desk: Desk) -> str:
    """Return all that the corpus and the sealed copies hold, opened."""
    found = [repr(query("SELECT * FROM observations").to_pylist())]
    for row in models.Import.objects.exclude(key_id=""):
        key, wrapped = KeyId(row.key_id), bytes.fromhex(row.wrapped_key)
        pieces = open_copy(desk.home, row.held_as, key=key, wrapped=wrapped, actor=SYSTEM, purpose="test")
        found.append(b"".join(pieces).decode())
    return "".join(found)


def ids() -> list[str]:
    return sorted(query("SELECT native_id FROM observations")["native_id"].to_pylist())


@pytest.mark.parametrize("rows", [(THEIRS, ANSWER, OTHER), (ANSWER, OTHER, THEIRS)], ids=["after", "before"])
def test_an_answer_comes_in_without_the_words_wherever_it_stands(
    asked: Desk, tmp_path: Path, rows: tuple[tuple[str, ...], ...]
) -> None:
    done = brought(asked, table(tmp_path / "a.csv", *rows))
    assert (done.ingested.suppressed, done.ingested.cleared, done.ingested.posts) == (1, 1, 2)
    assert ids() == ["21", "22"] and WORDS not in everything(asked)
    assert models.Import.objects.get().blanked == 2, "the sealed copy is kept without these two records"
    assert verify(asked.ctx).exit_code == 0


def test_far_before_its_post_too(asked: Desk, tmp_path: Path) -> None:
    many = [("x", str(100 + n), "88", "other", f"post {n}", AT, "", "", "") for n in range(5000)]
    done = brought(asked, table(tmp_path / "a.csv", ANSWER, *many, THEIRS))
    assert (done.ingested.suppressed, done.ingested.cleared, done.ingested.posts) == (1, 1, 5001)
    assert WORDS not in everything(asked)


def test_a_later_file_that_does_not_say_who_wrote_it(asked: Desk, tmp_path: Path) -> None:
    assert brought(asked, table(tmp_path / "a.csv", THEIRS)).ingested.suppressed == 1
    again = (*THEIRS[:2], "", "", *THEIRS[4:])
    done = brought(asked, table(tmp_path / "b.csv", again, ANSWER, OTHER))
    assert (done.ingested.suppressed, done.ingested.cleared) == (1, 1)
    assert ids() == ["21", "22"] and WORDS not in everything(asked)


def test_an_earlier_file_loses_the_words_when_it_is_known_whose_they_are(asked: Desk, tmp_path: Path) -> None:
    share = ("x", "23", "77", "third", WORDS, AT, "", "20", "")
    brought(asked, table(tmp_path / "a.csv", ANSWER, OTHER, share))
    assert WORDS in everything(asked), "nothing says yet whose words these are"
    brought(asked, table(tmp_path / "b.csv", THEIRS, ("x", "24", "88", "other", "more", AT, "", "", "")))
    left = query("SELECT side['parent_text'] AS said FROM observations WHERE native_id = '21'").to_pylist()
    assert left == [{"said": None}] and verify(asked.ctx).exit_code == 0


def page(path: Path, theirs: dict[str, Any], *tweets: dict[str, Any]) -> Path:
    whole = v2_page([*tweets, v2_tweet("9", "another", "88")])
    whole["includes"]["users"].append(v2_user("99") | {"username": "bird"})
    whole["includes"]["tweets"] = [theirs]
    return jsonl(path, [whole])


QUOTING = v2_tweet("5", "look at this", "88", referenced_tweets=[{"type": "quoted", "id": "4"}])
REPLYING = v2_tweet("6", "no", "88", referenced_tweets=[{"type": "replied_to", "id": "4"}])


def test_a_page_that_names_the_author_of_what_it_quotes(asked: Desk, tmp_path: Path) -> None:
    done = brought(asked, page(tmp_path / "a.jsonl", v2_tweet("4", WORDS, "99"), QUOTING, REPLYING))
    assert (done.ingested.cleared, ids()) == (2, ["5", "6", "9"])
    assert WORDS not in everything(asked)
    # The key is known from now on, whoever repeats it.
    brought(asked, table(tmp_path / "b.csv", ("x", "30", "88", "other", "why", AT, "4", "", WORDS), OTHER))
    assert WORDS not in everything(asked)


@pytest.mark.parametrize("tweet", [QUOTING, REPLYING], ids=["quoting", "replying"])
def test_by_the_author_alone(asked: Desk, tmp_path: Path, tweet: dict[str, Any]) -> None:
    done = brought(asked, page(tmp_path / "a.jsonl", v2_tweet("4", WORDS, "99"), tweet))
    assert done.ingested.cleared == 1 and WORDS not in everything(asked)


def test_the_author_of_a_quote_or_a_share_in_other_shapes(asked: Desk, tmp_path: Path) -> None:
    user = {"id": 99, "id_str": "99", "screen_name": "bird", "name": "B"}
    theirs = v1_tweet("1", WORDS, user=user)
    quote = v1_tweet("2", "hm", quoted_status=theirs, quoted_status_id_str="1", is_quote_status=True)
    share = v1_tweet("3", f"RT @bird: {WORDS}", retweeted_status=theirs)
    old = v1_tweet("4", f"RT @bird: {WORDS}", entities={"user_mentions": [{"screen_name": "bird", "id_str": "99"}]})
    brought(asked, jsonl(tmp_path / "v1.jsonl", [quote, share, old, v1_tweet("5", "another")]))
    inlined = {"type": "quoted", **flattened(v2_tweet("11", WORDS, "99"))}
    flat = [flattened(v2_tweet("12", "hm", "88", referenced_tweets=[inlined])), flattened(v2_tweet("13", "hm", "88"))]
    brought(asked, jsonl(tmp_path / "flat.jsonl", flat))
    said = [archive_tweet("31", f"RT @bird: {WORDS}", entities=old["entities"]), archive_tweet("32", "mine")]
    brought(asked, archive(tmp_path / "x.zip", {"tweets.js": script("tweets", said)}))
    assert WORDS not in repr(query("SELECT * FROM observations").to_pylist())
    assert ids() == ["12", "13", "2", "32", "5"]


def test_a_quote_whose_post_never_came_in_is_found_by_its_author(desk: Desk, tmp_path: Path) -> None:
    brought(desk, page(tmp_path / "a.jsonl", v2_tweet("4", WORDS, "99"), QUOTING))
    for account in ("x:99", "x:@Bird"):
        assert posts_by([account]) == {"x:4"}
    erase_posts(posts_by(["x:99"]), desk.ctx)
    assert ids() == ["5", "9"] and WORDS not in everything(desk)


@pytest.mark.parametrize("refers", ["reply_to", "quote_of"])
def test_an_erasure_takes_the_words_whichever_way_the_row_names_the_post(
    desk: Desk, tmp_path: Path, refers: str
) -> None:
    row = ("x", "21", "88", "other", "not a line", AT, *(("20", "") if refers == "reply_to" else ("", "20")), WORDS)
    brought(desk, table(tmp_path / "a.csv", THEIRS, OTHER))
    brought(desk, table(tmp_path / "b.csv", row, ("x", "25", "88", "other", "more", AT, "", "", "")))
    erase_posts(["x:20"], desk.ctx)
    assert ids() == ["21", "22", "25"] and WORDS not in everything(desk)
    later, more = (row[0], "26", *row[2:]), ("x", "27", "88", "other", "too", AT, "", "", "")
    brought(desk, table(tmp_path / "c.csv", later, more))
    assert ids() == ["21", "22", "25", "26", "27"] and WORDS not in everything(desk)


def test_more_posts_than_can_be_held_are_refused_in_words(
    asked: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_out, "MOST_POSTS", 1)
    more = (THEIRS[0], "29", *THEIRS[2:])
    with pytest.raises(UsageError, match="over 1 posts in this file"):
        brought(asked, table(tmp_path / "a.csv", THEIRS, more, OTHER))
    assert query("SELECT * FROM observations").num_rows == 0


def test_a_page_with_two_quoted_posts_keeps_what_nobody_had_erased(asked: Desk, tmp_path: Path) -> None:
    other = v2_tweet("7", "what they quote of somebody else", "88")
    quoting = v2_tweet("8", "and this", "88", referenced_tweets=[{"type": "quoted", "id": "7"}])
    path = page(tmp_path / "a.jsonl", v2_tweet("4", WORDS, "99"), QUOTING, quoting)
    whole = json.loads(path.read_text("utf-8"))
    whole["includes"]["tweets"].append(other)
    done = brought(asked, jsonl(path, [whole]))
    assert done.ingested.cleared == 1
    assert WORDS not in everything(asked) and "what they quote of somebody else" in everything(asked)


def test_a_file_that_gives_somebody_elses_post_to_them_takes_nothing_away(asked: Desk, tmp_path: Path) -> None:
    quote = ("x", "23", "77", "third", "look", AT, "", "22", "something else")
    brought(asked, table(tmp_path / "a.csv", OTHER, quote))
    forged = (*OTHER[:2], "99", "bird", *OTHER[4:])
    brought(asked, table(tmp_path / "b.csv", forged, ("x", "24", "88", "other", "more", AT, "", "", "")))
    assert ids() == ["22", "23", "24"]
    said = query("SELECT side['parent_text'] AS said FROM observations WHERE native_id = '23'").to_pylist()
    assert said == [{"said": "something else"}]
    brought(asked, table(tmp_path / "c.csv", (*OTHER[:4], "edited", *OTHER[5:]), forged))
    assert query("SELECT count(*) AS n FROM observations WHERE native_id = '22'").to_pylist() == [{"n": 2}]
