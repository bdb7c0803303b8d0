"""FMT-C14: memory stays flat however many records a file holds. By day a few thousand records and what each adds; at
night `benchmarks/ingest_platforms.py` imports a GiB each of JSON lines, a mailbox and a zip, and fails over 300 MB."""

from __future__ import annotations

import gc
import gzip
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fixtures.make_bluesky import balanced_car, car, event, post, repository
from tests.fixtures.make_exports import EXPORTS, FACEBOOK, MAIL, TELEGRAM, TIKTOK, as_lines, zipped

from evenhand.posts import IMPORT, Report, recognise

NIGHTLY = bool(os.environ.get("EVENHAND_NIGHTLY"))
STREAMED = replace(IMPORT, document_bytes=4_096)  # so that a small document is streamed as a huge one is
BY_RECORD = 150  # bytes; the marks and hashes by which twins are told are some 30, the rest is what Python leaves lying


def chat(count: int) -> bytes:
    return b"".join(b"31/01/20, 1%d:%02d - Sam: late %d\n" % (n * 9 // count, 0, n) for n in range(count))


def mailbox(count: int) -> bytes:
    mail = MAIL.replace(b"\r\n", b"\n")
    return b"".join(
        b"From a Mon Jan  1 09:00:00 2024\n" + mail.replace(b"<1@", b"<%d@" % n) + b"\n" for n in range(count)
    )


MADE: dict[str, Callable[[int], bytes]] = {
    "bluesky_jetstream/1": lambda count: as_lines(*(event("create", f"3j{n:011d}") for n in range(count))),
    "whatsapp/1": chat,
    "mail/1": mailbox,
    "bluesky_car/1": lambda count: b"".join(balanced_car(count, "post")),
}


def peak(path: Path, content: bytes) -> int:
    """Return the most bytes that reading a file took."""
    path.write_bytes(content)
    recognised = recognise(path, limits=STREAMED)
    # How long garbage lies depends on what else lives in the process: with all that set aside it does not.
    gc.collect()
    gc.freeze()
    tracemalloc.start()
    try:
        for _ in recognised.reader.rows(recognised.source, Report("x")):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.unfreeze()


@pytest.mark.parametrize("name", MADE)
def test_a_further_record_takes_next_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("evenhand.posts.lines._READ", 4_096)
    monkeypatch.setattr("evenhand.posts.parts._READ", 4_096)
    few, many = (300, 600) if name != "mail/1" else (80, 200)  # between them the table of hashes does not grow
    peak(tmp_path / "file.bin", MADE[name](20))
    # What Python happens to keep or tidy up between two readings is not the reader's: the lesser of two is.
    small, large = (min(peak(tmp_path / "file.bin", MADE[name](count)) for _ in "ab") for count in (few, many))
    assert (large - small) / (many - few) < BY_RECORD, (name, small, large)


@pytest.mark.skipif(not NIGHTLY, reason="a GiB each, at night")
@pytest.mark.parametrize("form", ["Bluesky Jetstream", "mailbox", "Facebook, zip"])
def test_a_gibibyte_takes_no_more_than_300_megabytes(form: str) -> None:
    script = Path(__file__).resolve().parents[2] / "benchmarks" / "ingest_platforms.py"
    subprocess.run([sys.executable, script, "--large", "--form", form], check=True)


def test_a_streamed_document_is_read_list_by_list_as_a_small_one(tmp_path: Path) -> None:
    """Which list a record stood in decides what it is; a document that is streamed gives the same rows."""
    path = tmp_path / "file.bin"
    for content in (TIKTOK, zipped(FACEBOOK)):
        path.write_bytes(content)
        found = []
        for limits in (IMPORT, replace(IMPORT, document_bytes=200)):
            recognised = recognise(path, limits=limits)
            rows = recognised.reader.rows(recognised.source, Report("x"))
            found.append(sorted((row["record_kind"], row["relation"], row["locator"]) for row in rows))
        assert found[0] == found[1]


def turned(value: object) -> object:
    """The same document with every object's keys the other way round: what stood before a list stands behind it."""
    if isinstance(value, dict):
        return {key: turned(inner) for key, inner in reversed(value.items())}
    return [turned(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ["telegram/1", "discord/1", "chats"])
def test_what_a_conversation_is_counts_wherever_it_stands(tmp_path: Path, name: str) -> None:
    """A private chat too large to be held whole is private also where its type stands behind its messages."""
    chat = {"name": "G", "type": "personal_chat", "id": 5, "messages": json.loads(TELEGRAM)["messages"]}
    other = chat | {"id": 6, "type": "private_group"}
    direct = json.loads(EXPORTS["discord/1"].content) | {"channel": {"id": "2", "type": "DirectTextChat"}}
    whole = {"telegram/1": chat, "discord/1": direct, "chats": {"about": "x", "chats": {"list": [chat, other]}}}[name]
    path = tmp_path / "file.bin"
    found = []
    for document in (whole, turned(whole)):
        path.write_bytes(json.dumps(document).encode())
        for limits in (IMPORT, replace(IMPORT, document_bytes=200)):
            recognised = recognise(path, limits=limits)
            rows = recognised.reader.rows(recognised.source, Report("x"))
            found.append([(row["record_key"], row["visibility"], row.get("text_norm")) for row in rows])
    assert found[0] and all(each == found[0] for each in found)
    assert {visibility for _, visibility, _ in found[0]} == ({"direct", "group"} if name == "chats" else {"direct"})


@pytest.mark.parametrize("held", [5, "x", {"a": 1}])
def test_what_stands_in_a_lists_place_is_refused_in_a_streamed_document_too(tmp_path: Path, held: object) -> None:
    whole = json.loads(TIKTOK)
    whole["Comment"]["Comments"]["CommentsList"] = held
    path = tmp_path / "file.bin"
    path.write_text(json.dumps(whole))
    for limits in (IMPORT, replace(IMPORT, document_bytes=200)):
        report = Report("x")
        recognised = recognise(path, limits=limits, as_format="tiktok")
        posts = list(recognised.reader.rows(recognised.source, report))
        assert [each.locator for each in report.refused] == ["jp:/Comment/Comments/CommentsList"]
        assert len(posts) + len(report.refused) == 5


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped({"backup/mine.car": content})])
def test_a_packed_repository_is_read_as_one_that_is_not(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "file.bin"
    found = []
    for content in (repository(), pack(repository())):
        path.write_bytes(content)
        recognised = recognise(path)
        report = Report("x")
        found.append({row["locator"] for row in recognised.reader.rows(recognised.source, report)})
        assert report.refused == []
    assert found[0] == found[1]
    assert len(found[0]) == 9


def test_a_block_that_lies_in_the_file_twice_is_one_record(tmp_path: Path) -> None:
    twice = car({"app.bsky.feed.post/a": post("a")}, (post("gone"),))
    whole = twice + twice[twice.rindex(b"\x01\x71\x12\x20") - 1 :]  # the loose block, once more
    path = tmp_path / "file.bin"
    for content in (twice, whole):
        path.write_bytes(content)
        recognised = recognise(path)
        rows = list(recognised.reader.rows(recognised.source, Report("x")))
        assert [row.get("deletion_state") for row in rows] == [None, "not_in_current_repo"]
