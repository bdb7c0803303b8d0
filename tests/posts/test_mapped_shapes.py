"""FMT-C30, C20, C23: formats that need no code. The first tests are the template: a new mapping adds an example."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from tests.fixtures.make_mapped import EXAMPLES, document, lines, table

from evenhand.corpus.basis import check_basis
from evenhand.corpus.mappings import recognise_mapped
from evenhand.errors import UsageError
from evenhand.posts import IMPORT, NO_CHOICES, Choices, Post, Report, find, read, recognise
from evenhand.posts.mapped import mapped_readers
from evenhand.posts.mapped.shape import read_shape

FORMATS = [reader.source_format for reader in mapped_readers()]


def placed(folder: Path, content: bytes) -> Path:
    path = folder / "file.bin"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_a_mapped_format_is_known_and_read(tmp_path: Path, name: str) -> None:
    path = placed(tmp_path, EXAMPLES[name].content)
    assert recognise(path).sign.source_format == name
    report = Report(name)
    posts = list(read(path, report=report))
    assert report.refused == []
    assert len(posts) == len(EXAMPLES[name].says)
    for post, said in zip(posts, EXAMPLES[name].says, strict=True):
        assert {field: getattr(post, field) for field in said} == said
        assert find(path, post.locator).raw_record_sha256 == post.raw_record_sha256


@pytest.mark.parametrize("name", FORMATS)
def test_no_value_stops_the_import_of_a_mapped_format(tmp_path: Path, name: str) -> None:
    """Every cell in turn is something else: each record is still a post or refused by name."""
    content = EXAMPLES[name].content
    if content.startswith((b"{", b"[")):
        whole = orjson.loads(content.split(b"\n")[0]) if name.startswith("youtube_comment") else orjson.loads(content)
        odd = [orjson.dumps(changed) for changed in changes(whole)]
    else:
        odd = [content.replace(b'"1740000000000000001"', b'"1.74E+18"'), content.replace(b"2", b"\xc3\xa9")]
    for number, changed in enumerate(odd):
        (tmp_path / str(number)).mkdir()
        path = placed(tmp_path / str(number), changed)
        report = Report(name)
        posts = list(read(path, as_format=name, report=report))
        assert len(posts) + len(report.refused) <= len(EXAMPLES[name].says)


def changes(value: object) -> list[object]:
    """Return the document with each inner value replaced by something of another kind."""
    made: list[object] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            made += [value | {key: weird} for weird in (None, 5, [], {}, "x", 1e300)]
            made += [value | {key: changed} for changed in changes(inner)]
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            made += [[*value[:at], changed, *value[at + 1 :]] for changed in (*changes(inner), None, 5, "x")]
    return made


@pytest.mark.parametrize("name", ["yt_dlp/1", "crowdtangle_json/1"])
def test_huge_documents_give_the_same_posts(tmp_path: Path, name: str) -> None:
    recognised = recognise(placed(tmp_path, EXAMPLES[name].content))
    small = replace(recognised.source, limits=replace(IMPORT, document_bytes=50))
    rows = recognised.reader.rows
    assert list(rows(small, Report("x"))) == list(rows(recognised.source, Report("x")))


def only(path: Path) -> Post:
    (post,) = read(path)
    return post


def test_scores_of_another_tool_stand_beside_and_a_missing_one_is_unknown(tmp_path: Path) -> None:
    first, second = read(placed(tmp_path, EXAMPLES["jigsaw_csv/1"].content))
    scores = orjson.loads(first.side["external_scores"])
    assert {score["name"]: score["value"] for score in scores} == {
        "toxic": "1",
        "severe_toxic": "0",
        "threat": "0",
        "insult": "1",
        "identity_hate": "0",
    }
    assert "external_scores" not in second.side
    (tmp_path / "p").mkdir()
    post = only(placed(tmp_path / "p", EXAMPLES["perspective_csv/1"].content))
    assert orjson.loads(post.side["external_scores"]) == [
        {"name": "TOXICITY", "version": "6", "value": "0.25"},
        {"name": "INSULT", "version": None, "value": "0.5"},
    ]


def test_pages_are_no_persons_and_old_zones_are_read(tmp_path: Path) -> None:  # FMT-C23
    path = placed(tmp_path, EXAMPLES["crowdtangle_csv/1"].content)
    post = only(path)
    assert post.claimed_at is not None
    assert post.claimed_at.isoformat() == "2020-01-31T21:45:20+00:00"
    assert post.counts is not None
    assert (post.counts["likes"], post.side["author_kind"]) == (1200, "page or group")
    (tmp_path / "g").mkdir()
    group = EXAMPLES["crowdtangle_csv/1"].content.replace(b"Page Name", b"Group Name").replace(b"EST", b"XYT")
    post = only(placed(tmp_path / "g", group))
    assert (post.author_display, post.tz_status, post.flags) == ("Sample Gazette", "naive_unknown", ["zone_unknown"])
    with pytest.raises(UsageError, match="lawful basis"):
        check_basis(recognise(path), None)


def test_votes_in_words_are_rounded_counts(tmp_path: Path) -> None:  # FMT-C20
    first, second = read(placed(tmp_path, EXAMPLES["youtube_comment_downloader/1"].content))
    assert first.counts is not None
    assert second.counts is not None
    assert (first.counts["likes"], first.counts_precision, second.counts["likes"]) == (1200, "rounded", 0)
    assert second.side["date_source"] == "2 years ago"


MINE = """
format = "our_forum/1"
platform = "other"
records = "thread.answers"
[signs]
all = ["nr", "said"]
[columns]
id = "nr"
text = "said.plain"
author_handle = { path = "by", none = ["guest"] }
thread_root = "^.topic"
"""
FORUM = {"thread": {"topic": "t7", "answers": [{"nr": 5, "said": {"plain": "late"}, "by": "guest"}, {"nr": 1.5}]}}


def test_an_operator_adds_a_format_without_code(tmp_path: Path) -> None:
    path = placed(tmp_path, document(FORUM))
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "forum.toml").write_text(MINE)
    recognised = recognise_mapped(path, tmp_path, as_format=None, choices=NO_CHOICES)
    report = Report("x")
    (row,) = recognised.reader.rows(recognised.source, report)
    assert (row["record_key"], row["text_norm"], row["author_handle"]) == ("other:5", "late", None)
    assert row["thread_root"] == "other:t7"
    assert [(refused.locator, refused.reason) for refused in report.refused] == [
        ("jp:/thread/answers/1", "id_destroyed")
    ]


def test_a_mapping_of_the_same_name_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    ours = next(reader.shape.text for reader in mapped_readers() if reader.source_format == "minet_csv/1")
    changed = ours.replace('format = "minet_csv/1"', 'format = "minet_csv/2"').replace('"links"', '"no such column"')
    (tmp_path / "mappings" / "mine.toml").write_text(changed)
    path = placed(tmp_path, EXAMPLES["minet_csv/1"].content)
    recognised = recognise_mapped(path, tmp_path, as_format=None, choices=NO_CHOICES)
    assert recognised.reader.source_format == "minet_csv/2"
    (row,) = recognised.reader.rows(recognised.source, Report("x"))
    assert "urls" not in row


@pytest.mark.parametrize("line", ['thread_root = "^.topic"', 'thread_root = "^.topik"'])
def test_a_value_beside_the_list_is_looked_for_where_it_is_read(tmp_path: Path, line: str) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(MINE.replace('thread_root = "^.topic"', line))
    path = placed(tmp_path, document(FORUM))
    if "topik" in line:
        with pytest.raises(UsageError, match=r"thread_root: no record has '\^\.topik'"):
            recognise_mapped(path, tmp_path, as_format=None, choices=NO_CHOICES, named=mapping)
        return
    recognised = recognise_mapped(path, tmp_path, as_format=None, choices=NO_CHOICES, named=mapping)
    (row,) = recognised.reader.rows(recognised.source, Report("x"))
    assert row["thread_root"] == "other:t7"


def test_a_wrong_path_is_named(tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(MINE.replace("said.plain", "sayd.plain"))
    with pytest.raises(UsageError, match=r"text: no record has 'sayd\.plain'.*The file has: nr, said, by"):
        recognise_mapped(placed(tmp_path, document(FORUM)), tmp_path, as_format=None, choices=NO_CHOICES, named=mapping)


WRONG = {
    "format = 5": "'format' must be a text",
    "format = 'x'": "no name of a format",
    "colour = 'red'": "'colour' is no key of a mapping",
    "direction = 'up'": "direction = 'up' is not known",
    "needs_basis = 'yes'": "'needs_basis' must be true or false",
    "zone = 'Nowhere/Town'": "no time zone",
    "signs = 5": "'signs' must be a table",
    "[signs]\nall = 'id'": "'all' must be a list of names",
    "[columns]\ntekst = 'a'": "'tekst' is no field",
    "[columns]\ntext = 5": "names no path",
    "[columns]\ntext = { path = 'a', after = 'b' }": "a key that is not known",
    "[side]\na = 5": "no text",
    "[signs]\nall = []": "no signs",
    "[columns]": r"no table \[columns\]",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_line_of_a_mapping_is_named(tmp_path: Path, line: str) -> None:
    good = {
        "format": "format = 'a/1'",
        "platform": "platform = 'other'",
        "[signs]": "[signs]\nall = ['id']",
        "[columns]": "[columns]\ntext = 'said'",
    }
    name = line.partition("\n")[0].partition(" =")[0]
    good.pop("[signs]" if name == "signs" else name, None)
    plain = [value for value in good.values() if not value.startswith("[")]
    tables = [value for value in good.values() if value.startswith("[")]
    path = tmp_path / "m.toml"
    path.write_text("\n".join([*plain, line, *tables] if not line.startswith("[") else [*plain, *tables, line]))
    with pytest.raises(UsageError, match=WRONG[line]):
        read_shape(path)


def test_a_chosen_zone_goes_before_the_documented_one(tmp_path: Path) -> None:
    path = placed(tmp_path, EXAMPLES["crowdtangle_json/1"].content)
    post = next(read(path, choices=Choices(timezone="Europe/Berlin")))
    assert post.tz_status == "naive_assumed:Europe/Berlin"


def test_tables_of_other_tools_are_not_taken_for_ours(tmp_path: Path) -> None:
    assert recognise(placed(tmp_path, table({"id": "1", "text": "a"}))).sign.source_format == "rows/1"
    assert recognise(placed(tmp_path, lines({"id": "1", "text": "a"}))).sign.source_format == "rows/1"


def test_a_document_on_one_line_and_documents_line_by_line(tmp_path: Path) -> None:
    whole = orjson.loads(EXAMPLES["yt_dlp/1"].content)
    one = orjson.dumps(whole)
    assert [post.native_id for post in read(placed(tmp_path, one))] == ["UgA", "UgA.b"]
    assert [post.locator for post in read(placed(tmp_path, one))] == ["jp:/comments/0", "jp:/comments/1"]
    several = list(read(placed(tmp_path, one + b"\n" + one.replace(b"UgA", b"UgB")), as_format="yt_dlp"))
    assert [post.native_id for post in several] == ["UgA", "UgA.b", "UgB", "UgB.b"]
    assert several[2].locator == "ln:2;jp:/comments/0"
    assert several[0].side["video"] == "-dQx_7aB2cE"
