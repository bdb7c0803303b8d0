"""The list to tick off: survives re-runs and an editor, keeps its numbers, holds no text of a post."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.own_archive.conftest import ROUGH

from evenhand.errors import UsageError
from evenhand.own_archive import Ticks
from evenhand.own_archive.ticks import heading_of


@pytest.fixture
def listed(check: Callable[..., Any], archive: Path, tmp_path: Path) -> Path:
    path = tmp_path / "report.ticks.txt"
    ticks = Ticks()
    with check(archive) as result:
        result.number(ticks)
    ticks.write(path, ["What is left."])
    return path


def test_a_line_names_the_record_and_never_its_text(listed: Path) -> None:
    lines = listed.read_text().splitlines()
    assert lines[0] == "# What is left."
    assert lines[1] == "[ ]     1  x:101  wrote  2025-06-01  2.1  https://x.com/i/status/101"
    assert len(lines) == 5
    assert ROUGH not in listed.read_text()


def test_what_a_person_ticked_in_an_editor_stays_ticked(check: Callable[..., Any], archive: Path, listed: Path) -> None:
    listed.write_text(listed.read_text().replace("[ ]     2", "[X]     2") + "\n# my own note\n")
    ticks = Ticks.read(listed)
    with check(archive) as result:
        result.number(ticks)
        done = {each.key: ticks.of(each).done for each in result.of("2.1")}
    assert done == {"x:101": False, "x:102": True, "shared:x:103": False, "liked:x:555": False}
    assert (ticks.done, ticks.left, ticks.vanished) == (1, 3, 0)


def test_a_record_keeps_its_number_and_a_new_one_gets_the_next(
    check: Callable[..., Any], archive: Path, listed: Path
) -> None:
    lines = listed.read_text().splitlines(keepends=True)
    listed.write_text("".join(lines[2:]))  # number 1 has been taken out: its record is new again
    ticks = Ticks.read(listed)
    with check(archive) as result:
        result.number(ticks)
        numbers = [ticks.of(each).number for each in result.of("2.1")]
    assert numbers == [5, 2, 3, 4]


def test_what_a_later_run_does_not_find_is_counted_and_kept(listed: Path) -> None:
    ticks = Ticks.read(listed)
    assert ticks.vanished == 4
    ticks.write(listed, heading_of(listed))
    assert len(listed.read_text().splitlines()) == 5


def test_a_line_that_is_no_tick_is_named_and_nothing_is_lost(listed: Path) -> None:
    before = listed.read_text() + "[x) 3 oops\n"
    listed.write_text(before)
    with pytest.raises(UsageError, match="line 6: this line is no tick"):
        Ticks.read(listed)
    assert listed.read_text() == before


def test_ticking_by_number(listed: Path) -> None:
    ticks = Ticks.read(listed)
    assert ticks.mark([1, 3]) == 2
    assert (ticks.done, ticks.left) == (2, 2)
    ticks.mark([3], done=False)
    assert ticks.done == 1
    with pytest.raises(UsageError, match="no number 9"):
        ticks.mark([9])
