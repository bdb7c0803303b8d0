"""FMT-T2: what a spreadsheet does to ids is noticed, and the good rows beside it stay exact."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.errors import UsageError
from evenhand.posts import Report, read

GOOD = [str(906_000_000_000_000_001 + number * 7) for number in range(1010)]
GOOD = [native_id for native_id in GOOD if not native_id.endswith("000")][:1000]


def write(path: Path, ids: list[str], platform: str = "x") -> Path:
    path.write_text("platform,id,text\n" + "".join(f'{platform},"{native_id}",hello\n' for native_id in ids))
    return path


def test_two_destroyed_one_suspect_the_rest_exact(tmp_path: Path) -> None:
    ids = [*GOOD[:997], "9.06E+17", "9,06E+17", "906123456789012000"]
    report = Report("ids")
    posts = list(read(write(tmp_path / "ids.csv", ids), report=report))
    assert [refused.reason for refused in report.refused] == ["id_destroyed", "id_destroyed"]
    assert [post.native_id for post in posts if "id_suspect_rounded" in post.flags] == ["906123456789012000"]
    assert [post.native_id for post in posts if not post.flags] == GOOD[:997]


def test_a_hexadecimal_id_of_a_dataset_is_no_number(tmp_path: Path) -> None:
    posts = list(read(write(tmp_path / "ids.csv", ["9e12345678901234"], platform="dataset")))
    assert [post.native_id for post in posts] == ["9e12345678901234"]


def test_where_ids_are_numbers_the_plus_may_lack(tmp_path: Path) -> None:
    report = Report("ids")
    assert list(read(write(tmp_path / "ids.csv", ["9e17"], platform="x"), report=report)) == []
    assert [refused.reason for refused in report.refused] == ["id_destroyed"]


def test_a_column_with_six_per_cent_rounded_ids_is_refused(tmp_path: Path) -> None:
    ids = [*GOOD[:94], *(f"9061234567890{n:02d}000" for n in range(6))]
    with pytest.raises(UsageError, match=r"id_suspect_rounded: 6 of 100 ids in column 'id'"):
        list(read(write(tmp_path / "ids.csv", ids)))
