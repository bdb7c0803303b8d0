"""FMT-T1: ids are text and survive everything we do with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evenhand.context import Context
from evenhand.corpus import Corpus, MemoryManifest, ingest
from evenhand.corpus.export import Profile, export
from evenhand.posts import Report, read, recognise

IDS = ["9007199254740993", "1234567890123456789", "00e12345", "-dQx_7aB2cE"]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("profile", list(Profile))
def test_ids_are_the_same_after_corpus_export_and_import(
    tmp_path: Path, ctx: Context, ending: str, profile: Profile
) -> None:
    source = tmp_path / "rows.json"
    source.write_text(json.dumps([{"platform": "dataset", "id": i, "text": "hello", "reply_to": i} for i in IDS]))
    manifest = MemoryManifest()
    corpus = Corpus(tmp_path / "corpus", manifest)
    manifest.swap(add=ingest(corpus, recognise(source), ctx).files)
    written = export(corpus, tmp_path / f"out.{ending}", profile=profile).path
    posts = list(read(written))
    assert sorted(post.native_id for post in posts) == sorted(IDS)
    assert sorted(str(post.reply_to) for post in posts) == sorted(f"dataset:{i}" for i in IDS)


def test_integers_beyond_64_bits_stay_exact(tmp_path: Path) -> None:  # FMT-C6
    source = tmp_path / "rows.jsonl"
    source.write_text('{"id": 18446744073709551616, "text": "a"}\n{"id": 18446744073709551617, "text": "b"}\n')
    assert [post.native_id for post in read(source)] == ["18446744073709551616", "18446744073709551617"]


def test_a_float_is_no_id(tmp_path: Path) -> None:
    source = tmp_path / "rows.jsonl"
    source.write_text('{"id": 1234567890123456789.0, "text": "a"}\n{"id": "1", "text": "b"}\n')
    report = Report("rows")
    assert [post.native_id for post in read(source, report=report)] == ["1"]
    assert [(refused.locator, refused.reason) for refused in report.refused] == [("ln:1", "id_destroyed")]
