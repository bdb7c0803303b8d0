"""FMT-T26: one table in every encoding and dialect gives the same posts."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from evenhand.posts import read

WHERE = (
    *("observation_sha256", "source_sha256", "member_sha256", "locator", "raw_record_sha256", "imported_at"),
    *("flags", "native_id", "record_key"),
)
ROWS = [
    ["11", "Zoë", 'a "quoted" word; and a comma, too'],
    ["12", "Sample", "two\nlines\rand a lone return"],
    ["13", "Sample", "“curly” – €"],
    ["14", "Sample", "x" * 200_000],
]


def table(delimiter: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["id", "author_display", "text"])
    writer.writerows(ROWS)
    return text.getvalue()


FORMS = {
    "utf-8-bom": table(",").encode("utf-8-sig"),
    "utf-8": table("\t").encode(),
    "utf-16-le": "\ufeff".encode("utf-16-le") + table("\t").encode("utf-16-le"),
    "utf-16-be": "\ufeff".encode("utf-16-be") + table(",").encode("utf-16-be"),
    "cp1252": table(";").encode("cp1252"),
}


def facts(path: Path) -> list[dict[str, Any]]:
    return [{k: v for k, v in asdict(post).items() if k not in WHERE} | {"id": post.native_id} for post in read(path)]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_posts_from(tmp_path: Path, form: str) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(FORMS[form])
    found = facts(path)
    assert [row["text_norm"] for row in found] == [row[2] for row in ROWS]
    (tmp_path / "plain").write_bytes(FORMS["utf-8"])
    assert found == facts(tmp_path / "plain")
    guessed = {flag for post in read(path) for flag in post.flags}
    assert guessed == ({"encoding_guessed"} if form == "cp1252" else set())


def test_synonyms_are_shown(tmp_path: Path) -> None:
    from evenhand.posts import Report

    path = tmp_path / "t.csv"
    path.write_text("tweet_id,username,message,date\n1,@sample_a,hello,2024-05-01T10:00:00+02:00\n")
    report = Report("t")
    (post,) = read(path, report=report)
    assert (post.native_id, post.author_handle, post.text_norm) == ("1", "sample_a", "hello")
    assert post.tz_status == "offset"
    assert "column 'message' read as text" in report.notes
