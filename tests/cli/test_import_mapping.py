"""INTERFACES §6: a table recognised by synonyms leaves a mapping file, which is used and may be changed or named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_import_hostile import evenhand, written
from tests.databases import Desk

from evenhand.web.sources.queries import query

__all__ = ["evenhand"]
SYNONYMS = b"tweet_id,body,user,date\n1,you muppet,sample_a,2024-01-01T09:00:00Z\n"
UNKNOWN = b"nr;gesagt;wer\n1;you muppet;sample_a\n"
MAPPING = b'[columns]\nid = "nr"\ntext = "gesagt"\nauthor_handle = "wer"\n'


def kept(desk: Desk) -> list[Path]:
    return sorted((desk.home.corpus / "mappings").iterdir())


def test_synonyms_are_shown_and_kept(evenhand: Any, desk: Desk, tmp_path: Path) -> None:
    run = evenhand("import", written(tmp_path / "a.csv", SYNONYMS))
    (place,) = kept(desk)
    assert run.code == 0
    assert "column 'body' read as text" in run.files[0]["notes"]
    assert f"mapping kept for the next table with this header: {place}" in run.files[0]["notes"]
    assert 'text = "body"' in place.read_text()
    before = place.stat().st_mtime_ns
    evenhand("import", written(tmp_path / "b.csv", SYNONYMS.replace(b"1,you", b"2,you")))
    assert [path.stat().st_mtime_ns for path in kept(desk)] == [before]


def test_a_changed_mapping_is_used_next_time(evenhand: Any, desk: Desk, tmp_path: Path) -> None:
    evenhand("import", written(tmp_path / "a.csv", SYNONYMS))
    (place,) = kept(desk)
    place.write_text(place.read_text().replace("author_handle =", "author_display ="))
    evenhand("import", written(tmp_path / "b.csv", SYNONYMS.replace(b"1,you", b"2,you")))
    assert query("SELECT author_handle AS h, author_display AS d FROM posts ORDER BY native_id").to_pylist() == [
        {"h": "sample_a", "d": None},
        {"h": None, "d": "sample_a"},
    ]


def test_a_named_mapping_makes_an_unknown_table_known(evenhand: Any, desk: Desk, tmp_path: Path) -> None:  # FMT-C30
    table, mapping = written(tmp_path / "a.csv", UNKNOWN), written(tmp_path / "m.toml", MAPPING)
    unread = evenhand("import", table)
    assert (unread.code, "--mapping" in unread.err) == (2, True)
    assert evenhand("import", table, "--mapping", mapping, "--dry-run").files[0]["posts"] == 1
    assert not (desk.home.corpus / "mappings").exists()
    assert evenhand("import", table, "--mapping", mapping).files[0]["posts"] == 1
    again = evenhand("import", written(tmp_path / "b.csv", UNKNOWN.replace(b"1;", b"2;")))
    assert (again.code, again.files[0]["posts"]) == (0, 1)
    assert (
        query("SELECT text_norm AS t, author_handle AS h FROM posts").to_pylist()
        == [{"t": "you muppet", "h": "sample_a"}] * 2
    )


@pytest.mark.parametrize("mapping", [b"[columns]\ntext = 'sayd'\n", b"text", b""])
def test_a_wrong_mapping_imports_nothing(evenhand: Any, desk: Desk, tmp_path: Path, mapping: bytes) -> None:
    table = written(tmp_path / "a.csv", SYNONYMS)
    run = evenhand("import", table, "--mapping", written(tmp_path / "m.toml", mapping))
    assert run.code == 2
    assert [line for line in run.err.splitlines() if "m.toml" in line and "Nothing was imported" in line]
    assert len(run.err.splitlines()) == 1
    assert list(desk.home.corpus.rglob("*.parquet")) == []
    assert evenhand("import", table, "--mapping", tmp_path / "none.toml").code == 2
    assert evenhand("import", table, "--mapping", tmp_path / "m.toml", "--as", "x_api").code == 2


def test_plain_columns_need_no_mapping(evenhand: Any, desk: Desk, tmp_path: Path) -> None:
    assert evenhand("import", written(tmp_path / "a.csv", b"id,text\n1,hello\n")).code == 0
    assert not (desk.home.corpus / "mappings").exists()


def test_more_than_the_text_must_be_understood(evenhand: Any, desk: Desk, tmp_path: Path) -> None:
    table = written(tmp_path / "a.csv", b"Nr;Wer;Text\n1;sample_a;hello\n")
    run = evenhand("import", table)
    assert (run.code, "of the columns Nr, Wer, Text only the text is understood" in run.err) == (2, True)
    assert list(desk.home.corpus.rglob("*.parquet")) == []
    assert evenhand("import", table, "--as", "rows").files[0]["posts"] == 1
    assert evenhand("import", written(tmp_path / "b.csv", b"text\nhello\n")).files[0]["posts"] == 1


def test_a_german_spreadsheet(evenhand: Any, desk: Desk, tmp_path: Path) -> None:
    words = "Beitrags-ID;Datum;Benutzer;Text;Gefällt mir\r\n17;01.02.2026 08:05;@huber;Das kostet 5 €;3\r\n"
    table = written(tmp_path / "a.csv", words.encode("cp1252"))
    first = evenhand("import", table)
    assert (first.code, first.files[0]["posts"]) == (0, 1)
    assert any("import again with --timezone" in note for note in first.files[0]["notes"])
    again = evenhand("import", table, "--timezone", "Europe/Berlin")
    assert (again.code, again.files[0]["posts"], again.files[0]["merged"]) == (0, 0, 1)
    assert not any("--timezone" in note for note in again.files[0]["notes"])
    (post,) = query("SELECT *, counts.likes AS likes, epoch(claimed_at) AS at FROM posts").to_pylist()
    assert (post["native_id"], post["author_handle"], post["likes"], post["at"]) == ("17", "huber", 3, 1769929500.0)
    assert post["text_norm"] == "Das kostet 5 €"
