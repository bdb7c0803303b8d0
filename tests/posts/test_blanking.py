"""FMT-T28 after an erasure: a copy without one record, in which every other row stands as it stood.

Of every reader's example each record is blanked in turn: either the copy proves all other rows and says nothing of that
one, or it is refused with the reason that is known here.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fixtures.make_exports import (
    EXPORTS,
    TAKEOUT_EN,
    as_json,
    as_lines,
    create,
    note,
    outbox,
    takeout,
    tarred,
    thing,
    zipped,
    zst,
)  # fmt: skip
from tests.fixtures.make_mapped import table
from tests.fixtures.make_x import archive, archive_tweet, jsonl, script, v1_tweet, v2_page, v2_tweet

from evenhand.live.held import recognise_bytes
from evenhand.posts import Report, Row, rows_of
from evenhand.posts.blanking import CannotBlank, Place, Why, blanked, check, find
from evenhand.posts.blanking.edits import Edit, overlaid
from evenhand.posts.blanking.json_places import edits_in, tree
from evenhand.posts.packed import open_packed
from evenhand.posts.recognition import Recognised

BOUND = {"bluesky_car/1", "web_archive/1"}
"""Their records are bound by digests beside them: nothing in them can be blanked truthfully."""
INSIDE = {
    # A status that another one shares stands inside it, and so does a comment in the one it answers.
    ("mastodon_api/1", "ln:2;jp:/reblog"): Why.OTHERS,
    ("reddit_api/1", "jp:/1/data/children/0/data"): Why.OTHERS,
    ("reddit_api/1", "jp:/1/data/children/0/data/replies/data/children/0/data"): Why.OTHERS,
    # Whoever reacted stands inside the message: without its time nobody knows to what.
    ("slack/1", "jp:/1"): Why.OTHERS,
    ("slack/1", "jp:/1/reactions/0/users/0"): Why.OTHERS,
    # Of two rows one is no majority: which column is which is told by what stands in most of its cells.
    ("youtube_takeout/1", "row:1"): Why.OTHERS,
    ("youtube_takeout/1", "row:2"): Why.OTHERS,
    ("bluesky_jetstream/1", "ln:1"): Why.ALONE,
}


def rows(recognised: Recognised) -> list[Row]:
    return list(rows_of(recognised, Report("test"), imported_at=0))


def held(content: bytes, source_format: str) -> Recognised:
    return recognise_bytes(content, "file.bin", as_format=source_format)


def without(recognised: Recognised, *posts: str) -> Recognised:
    """Return the blanked copy, checked: with the names of its records where a reader needs them."""
    found = find(recognised, posts)
    for names_stay in (False, True):
        data = b"".join(blanked(recognised, found, names_stay=names_stay))
        copy = replace(recognised, source=replace(recognised.source, data=data, size=len(data)))
        try:
            assert check(recognised, copy, found) == found.others
        except CannotBlank as error:
            if names_stay or error.why is not Why.OTHERS:
                raise
        else:
            return copy
    raise AssertionError


def unpacked(recognised: Recognised) -> dict[str, bytes]:
    data = recognised.source.open().read()
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return {info.filename: file.read(info) for info in file.infolist()}
    if data.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ")):
        return {"": open_packed(recognised.source.open(), recognised.source.limits, "x").read()}
    return {"": data}


def same_but(before: Row) -> dict[str, object]:
    return {name: before.get(name) for name in ("member_path", "locator", "raw_record_sha256", "text_raw")}


@pytest.mark.parametrize("name", EXPORTS)
def test_each_record_of_each_format_is_blanked_or_refused(name: str) -> None:
    recognised = held(EXPORTS[name].content, name)
    before = rows(recognised)
    for row in before:
        expected = Why.SHAPE if name in BOUND else INSIDE.get((name, row["locator"]))
        if expected is not None:
            with pytest.raises(CannotBlank) as refused:
                without(recognised, row["record_key"])
            assert refused.value.why is expected, row["locator"]
            continue
        copy = without(recognised, row["record_key"])
        others = [same_but(each) for each in before if each is not row]
        again = [same_but(each) for each in rows(copy)]
        assert [each for each in again if each in others] == others
        assert all(not (each["text_raw"] or b"").strip() for each in again if each not in others)
        members, copied = unpacked(recognised), unpacked(copy)
        assert list(copied) == list(members)
        assert [len(data) for data in copied.values()] == [len(data) for data in members.values()]
        assert copied != members


def x_archive(folder: Path) -> bytes:
    members: dict[str, str | bytes] = {
        "tweets.js": script("tweets", [archive_tweet("1", "a &amp; b"), archive_tweet("20", "some secret words here")]),
        "like.js": script("like", [{"like": {"tweetId": "5"}}, {"like": {"tweetId": "6"}}]),
        "tweets_media/20-abc.jpg": b"\xff\xd8picture of the post",
        "tweets_media/1-abc.jpg": b"\xff\xd8another picture",
    }
    return archive(folder / "x.zip", members).read_bytes()


def test_an_archive_keeps_its_members_and_loses_the_pictures_of_the_post(tmp_path: Path) -> None:
    recognised = held(x_archive(tmp_path), "x_archive")
    copy = without(recognised, "x:20")
    before, after = unpacked(recognised), unpacked(copy)
    assert list(before) == list(after)
    changed = sorted(name.rpartition("/")[2] for name in before if before[name] != after[name])
    assert changed == ["20-abc.jpg", "tweets.js"]
    assert b"secret" not in b"".join(after.values())
    picture = next(data for name, data in after.items() if name.endswith("20-abc.jpg"))
    assert picture == bytes(len(picture))


PACKED = {
    "zst of two frames": ("reddit_dump", zst(as_lines(thing(1), thing(2)), as_lines(thing(3)))),
    "gzip": ("reddit_dump", gzip.compress(as_lines(thing(1), thing(2), thing(3)))),
    "bzip2": ("reddit_dump", bz2.compress(as_lines(thing(1), thing(2), thing(3)))),
    "xz": ("reddit_dump", lzma.compress(as_lines(thing(1), thing(2), thing(3)))),
    "tar": ("mastodon_archive", tarred({"outbox.json": as_json(outbox(create(note(1)), create(note(2))))}, "w")),
    "tar.gz": ("mastodon_archive", tarred({"outbox.json": as_json(outbox(create(note(1)), create(note(2))))})),
    "zip": ("mastodon_archive", zipped({"outbox.json": as_json(outbox(create(note(1)), create(note(2))))})),
}


@pytest.mark.parametrize("name", PACKED)
def test_what_is_packed_is_packed_anew(name: str) -> None:
    recognised = held(PACKED[name][1], PACKED[name][0])
    first, *others = rows(recognised)
    copy = without(recognised, first["record_key"])
    assert [len(data) for data in unpacked(copy).values()] == [len(data) for data in unpacked(recognised).values()]
    kept = [same_but(row) for row in rows(copy)]
    assert others and all(same_but(row) in kept for row in others)


TABLES = {
    "quotes and a break in a cell": b'id,text\r\n1,"two\r\nlines, ""quoted"""\r\n2,b\r\n3,c\r\n',
    "mark, semicolons": b"\xef\xbb\xbfid;text\n1;long enough a text\n2;b\n3;c",
    "two bytes a letter": '\ufeffid;text\r\n1;"two\r\nlines é"\r\n2;b\r\n3;c\r\n'.encode("utf-16-le"),
    "one byte a letter": "id,text\n1,Grüße an alle Leute\n2,schön\n3,c\n".encode("cp1252"),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("post", ["1", "2", "3"])
def test_a_row_of_a_table_keeps_its_length_and_its_place(name: str, post: str) -> None:
    recognised = held(TABLES[name], "rows")
    [key] = [row["record_key"] for row in rows(recognised) if row["native_id"] == post]
    [data] = unpacked(without(recognised, key)).values()
    assert len(data) == len(TABLES[name])


def test_a_takeout_of_more_than_two_rows(tmp_path: Path) -> None:
    head, *body = takeout(TAKEOUT_EN, 7).splitlines(keepends=True)
    content = head + b"".join(line.replace(b"UgxAAAA", b"UgxA%03d" % n) for n in range(3) for line in body)
    recognised = held(content, "youtube_takeout")
    before = rows(recognised)
    assert len(before) == 6
    assert len(rows(without(recognised, before[2]["record_key"]))) == 5


def test_a_shared_post_stays_where_the_share_of_it_goes() -> None:
    shares = v2_page([v2_tweet("1"), v2_tweet("2")])
    recognised = held(as_lines(shares, v1_tweet("3")), "x_api")
    copy = without(recognised, "x:1")
    assert [row["native_id"] for row in rows(copy)] == ["2", "3"]


def test_a_quoted_post_in_another_ones_record_takes_the_copy_whole() -> None:
    quoting = v1_tweet("9", "look at that") | {"quoted_status": v1_tweet("8", "a longer text that is quoted here")}
    recognised = held(as_lines(v1_tweet("8", "a longer text that is quoted here"), quoting), "x_api")
    with pytest.raises(CannotBlank) as refused:
        without(recognised, "x:8")
    assert refused.value.why in {Why.TEXT, Why.OTHERS}


def test_the_same_words_of_somebody_else_stay() -> None:
    words = "the very same words, often said"
    recognised = held(as_lines(v1_tweet("1", words), v1_tweet("2", words), v1_tweet("3", "b")), "x_api")
    assert [row["native_id"] for row in rows(without(recognised, "x:1"))] == ["2", "3"]


def test_words_that_stand_where_no_reader_looks_are_found() -> None:
    beside = v1_tweet("2") | {"note_of_the_collector": "he wrote: some very secret words"}
    recognised = held(as_lines(v1_tweet("1", "some very secret words"), beside), "x_api")
    with pytest.raises(CannotBlank) as refused:
        without(recognised, "x:1")
    assert refused.value.why is Why.TEXT


def test_its_deletion_goes_with_it() -> None:
    gone = {"delete": {"status": {"id_str": "1", "user_id_str": "8001"}}}
    recognised = held(as_lines(v1_tweet("1"), gone, v1_tweet("2")), "x_api")
    [data] = unpacked(without(recognised, "x:1")).values()
    assert [json.loads(line) for line in data.splitlines()][:2] == [{}, {}]


def test_a_copy_that_was_tampered_with_is_refused() -> None:
    recognised = held(as_lines(*(v1_tweet(str(n), f"words of post {n}") for n in (1, 2, 3))), "x_api")
    found = find(recognised, ["x:1"])
    data = b"".join(blanked(recognised, found))
    for wrong, why in (
        (data.replace(b"post 2", b"post 7"), Why.OTHERS),
        (data.replace(b"{   ", b'{"a"', 1), Why.OTHERS),
        (recognised.source.open().read(), Why.TEXT),
        (data + as_lines(v1_tweet("4")), Why.OTHERS),
    ):
        copy = replace(recognised, source=replace(recognised.source, data=wrong, size=len(wrong)))
        if wrong.startswith(b'{"a"'):
            continue  # damaged where nothing is read: the other rows stand
        with pytest.raises(CannotBlank) as refused:
            check(recognised, copy, found)
        assert refused.value.why is why


def test_a_place_the_corpus_names_must_hold_that_record() -> None:
    recognised = held(as_lines(v1_tweet("1"), v1_tweet("2")), "x_api")
    first, second = rows(recognised)
    known = {Place(None, first["locator"]): first["raw_record_sha256"]}
    assert find(recognised, [], known).places == {Place(None, first["locator"])}
    with pytest.raises(CannotBlank):
        find(recognised, [], {Place(None, first["locator"]): second["raw_record_sha256"]})


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 10**20), st.text(max_size=6), st.just('q"\\/\ud83d')),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=3), inner, max_size=4)),
    max_leaves=12,
)


def _pointers(value: object, here: str = "") -> Iterator[str]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        below = f"{here}/{str(name).replace('~', '~0').replace('/', '~1')}"
        yield below
        yield from _pointers(each, below)


def _at(value: object, pointer: str) -> object:
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]  # type: ignore[index]  # it is one of both
    return value


@settings(max_examples=150, deadline=None)
@given(st.data(), VALUES, st.sampled_from([None, 1]), st.booleans())
def test_any_value_of_any_document_is_blanked_alone(
    data: st.DataObject, value: object, indent: int | None, names_stay: bool
) -> None:
    text = json.dumps(value, indent=indent).encode()
    found = list(_pointers(value))
    if not found:
        return
    gone = data.draw(st.sampled_from(found))
    edits = edits_in(io.BytesIO(text), tree([gone], []), names_stay=names_stay)
    copy = b"".join(overlaid(io.BytesIO(text), edits))
    assert len(copy) == len(text)
    after = json.loads(copy)
    if not names_stay:
        assert _at(after, gone) in ({}, [], "", 0, None)
    for other in found:
        if not (gone + "/").startswith(other + "/") and not other.startswith(gone + "/"):
            assert _at(after, other) == _at(json.loads(text), other)


@given(st.binary(min_size=1, max_size=40), st.data())
def test_what_is_laid_over_keeps_every_other_byte(stream: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(stream)))
    end = data.draw(st.integers(start, len(stream)))
    copy = b"".join(overlaid(io.BytesIO(stream), [Edit(start, end)]))
    assert (copy[:start], copy[end:], copy[start:end].strip(b" ")) == (stream[:start], stream[end:], b"")


def test_a_table_with_rows_of_others_places_is_not_blanked() -> None:
    content = table({"id": "1", "text": "a"}, {"id": "2", "text": "b"})
    recognised = held(content, "rows")
    with pytest.raises(CannotBlank) as refused:
        without(recognised, *(row["record_key"] for row in rows(recognised)))
    assert refused.value.why is Why.ALONE


def test_lines_that_are_longer_than_a_read(tmp_path: Path) -> None:
    long = [v1_tweet(str(n), " ".join(map(str, range(n, 200_000, 3)))) for n in (1, 2, 3)]
    recognised = held(jsonl(tmp_path / "a.jsonl", long).read_bytes(), "x_api")
    assert [row["native_id"] for row in rows(without(recognised, "x:2"))] == ["1", "3"]


def test_what_stays_inside_a_value_that_goes_is_blanked_around() -> None:
    text = json.dumps({"a": {"words": "mine", "n": 4, "b": {"words": "another one's"}}, "c": "x"}).encode()
    edits = edits_in(io.BytesIO(text), tree(["/a"], ["/a/b"]))
    copy = b"".join(overlaid(io.BytesIO(text), edits))
    after = {"a": {"words": "", "n": 0, "b": {"words": "another one's"}}, "c": "x"}
    assert (json.loads(copy), len(copy)) == (after, len(text))
