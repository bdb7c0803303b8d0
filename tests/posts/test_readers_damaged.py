"""Each reader meets valid exports that were then damaged: no crash, no hang, and nothing lost in silence (FMT-C4, C6).

Two kinds of damage. Values of another kind inside sound JSON: each record is still a post, control, or refused by
name, so the sum stays what it was. Bytes flipped, cut or repeated: a refusal in words at worst.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fixtures.make_exports import (
    ARCHIVE_OF_NOTES,
    EXPORTS,
    FACEBOOK,
    INSTAGRAM,
    MAIL,
    sl_message,
    slack,
    tarred,
    zipped,
)
from tests.fixtures.make_mapped import EXAMPLES, table

from evenhand.context import Context
from evenhand.corpus import Corpus, MemoryManifest, ingest
from evenhand.errors import EvenhandError
from evenhand.posts import Report, read, recognise
from evenhand.posts.columns import to_table
from evenhand.posts.tars import is_tar

NIGHTLY = bool(os.environ.get("EVENHAND_NIGHTLY"))
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
VALUES = settings(max_examples=300 if NIGHTLY else 6, deadline=None, suppress_health_check=SLOW)
BYTES = settings(max_examples=300 if NIGHTLY else 3, deadline=None, suppress_health_check=SLOW)
ALL = {name: export.content for name, export in EXPORTS.items()} | {n: e.content for n, e in EXAMPLES.items()}
WEIRD: list[Any] = [None, True, 5, -1, 1.5, 1e300, "", "x", "\ud800", "9" * 400, [], {}, [1], {"a": 1}, [[]], [None]]


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def unpacked(content: bytes) -> dict[str, bytes] | None:
    if content.startswith(b"PK"):
        return unzipped(content)
    if content.startswith(b"\x1f\x8b") and is_tar(content[:1024]):
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            return {m.name: tar.extractfile(m).read() for m in tar.getmembers()}  # type: ignore[union-attr] # files only
    return None


# Where the records of a JSON export are: everything below may be damaged, and the sum must stay.
RECORDS: dict[str, list[tuple[str | int, ...]]] = {
    "threads/1": [("text_post_app_text_posts",)],
    "telegram/1": [("messages",)],
    "discord/1": [("messages",)],
    "tiktok/1": [("Comment", "Comments", "CommentsList"), ("Activity", "Like List", "ItemFavoriteList")],
    "yt_dlp/1": [("comments",)],
    "crowdtangle_json/1": [("result", "posts")],
}
LINES = ("mastodon_api/1", "bluesky_jetstream/1", "youtube_comment_downloader/1")


def accounted(path: Path, name: str) -> int:
    report = Report(name)
    posts = list(read(path, as_format=name, report=report))
    to_table([{"record_key": post.record_key, "flags": post.flags} for post in posts])
    return len(posts) + report.control + report.merged + report.suppressed + len(report.refused)


def changed(value: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """Return a JSON value with one value inside it replaced, or one key gone."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(value)))
        if not draw(st.integers(0, 5)):
            return {name: inner for name, inner in value.items() if name != key}
        return value | {key: changed(value[key], draw)}
    if isinstance(value, list) and value and draw(st.integers(0, 4)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], changed(value[place], draw), *value[place + 1 :]]
    return draw(st.sampled_from(WEIRD))


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for name in path:
        value = value[name]
    return value


@pytest.mark.parametrize("name", RECORDS)
@VALUES
@given(data=st.data())
def test_values_of_another_kind_change_no_sum(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("d") / "file.bin"
    whole = json.loads(ALL[name])
    path.write_bytes(ALL[name])
    before = accounted(path, name)
    for _ in range(3):
        records = at(whole, data.draw(st.sampled_from(RECORDS[name])))
        place = data.draw(st.integers(0, len(records) - 1))
        records[place] = changed(records[place], data.draw)
    path.write_text(json.dumps(whole))
    assert accounted(path, name) == before


# The same for exports of many members: the member, and where its records are.
MEMBERS: dict[str, tuple[dict[str, bytes], list[tuple[str, tuple[str, ...]]]]] = {
    "facebook/1": (
        FACEBOOK,
        [
            ("comments_and_reactions/comments.json", ("comments_v2",)),
            ("posts/your_posts.json", ()),
            ("comments_and_reactions/reactions.json", ("reactions_v2",)),
            ("messages/inbox/b_1/message_1.json", ("messages",)),
        ],
    ),
    "instagram/1": (
        INSTAGRAM,
        [
            ("comments/post_comments_1.json", ()),
            ("comments/old.json", ("comments_media_comments",)),
            ("comments/reels_comments.json", ("comments_reels_comments",)),
            ("media/posts_1.json", ()),
        ],
    ),
    "mastodon_archive/1": (ARCHIVE_OF_NOTES, [("outbox.json", ("orderedItems",)), ("likes.json", ("orderedItems",))]),
    "slack/1": (unzipped(slack(sl_message(), sl_message("1600000000.000003"))), [("general/2020-09-13.json", ())]),
}


@pytest.mark.parametrize("name", MEMBERS)
@VALUES
@given(data=st.data())
def test_values_of_another_kind_in_a_member_change_no_sum(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    """No record of a member is lost in silence, and no record beside it (a bare list keeps its first item's form)."""
    path = tmp_path_factory.mktemp("d") / "file.bin"
    members, places = MEMBERS[name]
    path.write_bytes(zipped(members))
    before = accounted(path, name)
    member, records_at = data.draw(st.sampled_from(places))
    whole = json.loads(members[member])
    records = at(whole, records_at)
    place = data.draw(st.integers(0 if records_at else min(1, len(records) - 1), len(records) - 1))
    if not records_at and len(records) == 1:
        records.append(records[0])  # a list is known by its first item: that stays
        before, place = before + 1, 1
    records[place] = changed(records[place], data.draw)
    path.write_bytes(zipped(members | {member: json.dumps(whole).encode()}))
    assert accounted(path, name) == before


TABLES = {
    "youtube_takeout/1": EXPORTS["youtube_takeout/1"].content,
    "rows/1": table(*({"id": str(n), "text": "a"} for n in range(4))),
}
CELLS = ["", "x", '"', "a,b", "a\r\nb", "\0", "9e17", "=1", "{", "\ud7ff", "1" * 400]


@pytest.mark.parametrize("name", TABLES)
@VALUES
@given(data=st.data())
def test_cells_of_another_kind_change_no_sum(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("d") / "file.bin"
    path.write_bytes(TABLES[name])
    before = accounted(path, name)
    head, *rows = list(csv.reader(io.StringIO(TABLES[name].decode("utf-8-sig"))))
    cells = rows[data.draw(st.integers(0, len(rows) - 1))]
    cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(st.sampled_from(CELLS))
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    path.write_bytes(out.getvalue().encode())
    assert accounted(path, name) == before


@VALUES
@given(data=st.data())
def test_a_damaged_message_of_a_mailbox_is_one_record_all_the_same(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("d") / "file.bin"
    start = b"From a@example.org Mon Jan  1 09:00:00 2024\n"
    bodies = [mangled(MAIL.replace(b"\r\n", b"\n"), data) for _ in range(2)]
    plain = [body.replace(b"From ", b"from ").replace(b"\r", b"") for body in bodies]  # no further start of a message
    path.write_bytes(b"".join(start + body.rstrip(b"\n") + b"\n\n" for body in plain))
    assert accounted(path, "mail/1") == len(plain)


@pytest.mark.parametrize("name", LINES)
@VALUES
@given(data=st.data())
def test_a_line_of_another_kind_is_one_record_all_the_same(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    """A line may hold several records (a boost and what it boosts), so the sum is at least the lines."""
    path = tmp_path_factory.mktemp("d") / "file.bin"
    lines = [json.loads(line) for line in ALL[name].splitlines()]
    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place] = changed(lines[place], data.draw)
    full = [line for line in lines if line != []]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert accounted(path, name) >= len(full)


def mangled(content: bytes, data: st.DataObject) -> bytes:
    """Return bytes with some flipped, cut out, repeated or put in."""
    out = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, max(len(out) - 1, 0)))
        stop = min(len(out), start + data.draw(st.sampled_from([1, 2, 8, 100, 4_000])))
        kind = data.draw(st.sampled_from(["flip", "cut", "repeat", "put", "end"]))
        if kind == "flip" and out:
            out[start] ^= data.draw(st.integers(1, 255))
        elif kind == "cut":
            del out[start:stop]
        elif kind == "repeat":
            out[start:start] = out[start:stop]
        elif kind == "put":
            out[start:start] = data.draw(
                st.sampled_from([b"\0", b"\xff\xfe", b'"', b"{[", b"\r\n", b"From ", b"\xed\xa0\x80"])
            )
        else:
            del out[start:]
    return bytes(out)


@pytest.mark.parametrize("name", ALL)
@BYTES
@given(data=st.data())
def test_bytes_of_another_kind_are_refused_in_words_at_worst(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("d") / "file.bin"
    members = unpacked(ALL[name])
    if members is not None and data.draw(st.booleans()):
        target = data.draw(st.sampled_from(sorted(members)))
        members[target] = mangled(members[target], data)
        content = (zipped if ALL[name].startswith(b"PK") else tarred)(members)
    else:
        content = mangled(ALL[name], data)
    path.write_bytes(content)
    for named in (name, None):
        try:
            posts = list(read(path, as_format=named))
        except EvenhandError as refusal:
            assert str(refusal)
            assert refusal.mend
        else:
            assert all(post.record_key and post.locator and len(post.raw_record_sha256) == 64 for post in posts)


@pytest.mark.parametrize("name", ALL)
def test_each_reader_goes_through_an_import_twice(tmp_path: Path, name: str) -> None:
    """The corpus takes every row, and the same file again adds nothing (FMT-T11)."""
    path = tmp_path / "file.bin"
    path.write_bytes(ALL[name])
    recognised = recognise(path)
    manifest = MemoryManifest()
    corpus = Corpus(tmp_path / "corpus", manifest, tmp_path / "work")
    with corpus.writing():
        ingested = ingest(corpus, recognised, Context.system())
        assert ingested.report.refused == []
        manifest.swap(add=ingested.files)
        again = ingest(corpus, recognised, Context.system())
    assert ingested.posts > 0
    assert (again.posts, again.observations) == (0, 0)
    if name in EXPORTS:  # FMT-C4: every record of the file is one of the five, the second time too
        for done in (ingested, again):
            counted = done.posts + done.report.control + done.merged + done.suppressed + len(done.report.refused)
            assert counted == EXPORTS[name].records
