"""Notes inform and never reject: they have no verdict, and nothing that decides reads them (PROCEDURE §9.5)."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path

import pytest

from evenhand.errors import UsageError
from evenhand.evidence import patterns
from evenhand.evidence.patterns import NO_REASON, Note, Pattern

ROOM = Path(patterns.__file__).parent

WRITTEN = {
    Pattern.TRAWL: patterns.trawl(20, 365),
    Pattern.BATCH_DOSSIER: patterns.batch_dossier(10, 3),
    Pattern.CUT_AND_PASTE: patterns.cut_and_paste(3, 9),
    Pattern.COUNTER_COMPLAINT: patterns.counter_complaint(-30),
    Pattern.CONCENTRATION: patterns.concentration([5, *[1] * 15]),
    Pattern.SELECTION_TIMING: patterns.selection_timing(60),
    Pattern.COORDINATED: patterns.coordinated(5, 48, same_item=True),
}


@pytest.mark.parametrize("pattern", list(Pattern))
def test_each_pattern_at_its_threshold_is_noted_with_its_counts(pattern):
    note = WRITTEN[pattern]
    assert note is not None and note.pattern is pattern
    assert any(char.isdigit() for char in note.text) or pattern is Pattern.CONCENTRATION
    assert note.text.endswith(NO_REASON)


@pytest.mark.parametrize(
    "note",
    [
        patterns.trawl(19, 4_000, found_by_same_terms=19),
        patterns.trawl(20, 364),
        patterns.batch_dossier(9, 1),
        patterns.cut_and_paste(2, 2),
        patterns.counter_complaint(31),
        patterns.concentration([4, *[1] * 15]),
        patterns.concentration([5, *[1] * 16]),
        patterns.concentration([]),
        patterns.selection_timing(61),
        patterns.selection_timing(-1),
        patterns.coordinated(5, 49, same_item=False),
    ],
)
def test_below_it_nothing_is_noted(note):
    assert note is None


def test_searched_for_by_the_same_words_is_a_trawl_on_any_day():
    assert patterns.trawl(20, 1, found_by_same_terms=16) is not None


def test_a_note_has_no_verdict_and_no_score():
    assert [each.name for each in fields(Note)] == ["pattern", "text"]


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_nothing_that_decides_reads_notes_and_notes_read_nothing_that_decides():
    for name in ("fitness", "support", "gates", "grades", "answering"):
        assert "evenhand.evidence.patterns" not in imported(ROOM / f"{name}.py")
    assert not any(module.startswith("evenhand.evidence") for module in imported(ROOM / "patterns.py"))


def test_concentration_in_numbers():
    assert patterns.top_shares([]) == (0.0, 0.0, 0.0)
    assert patterns.top_shares([5, 3, 2]) == (0.5, 1.0, 1.0)
    assert patterns.gini([1, 1, 1]) == 0
    assert patterns.gini([0, 0, 3]) == pytest.approx(2 / 3)
    assert patterns.gini([]) == 0


def test_a_negative_count_is_refused():
    with pytest.raises(UsageError, match="below zero"):
        patterns.batch_dossier(-1, 1)
