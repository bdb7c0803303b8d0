"""What is different between two versions: every word accounted for, part by part."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evenhand.web.publish.differences import Change, FactChange, Kind, Part, compare, pieces

words = st.lists(
    st.sampled_from(["no", "member", "insults", "another", "person,", "whether", "or", "not."]), max_size=12
)


def rule(number: str, text: str, **facts: str) -> Part:
    return Part("clause", number, f"Title {number}", text, tuple(facts.items()))


def test_new_gone_changed_and_as_before():
    before = (rule("1", "Be fair."), rule("2", "No insults.", writing="a warning"), rule("3", "No threats."))
    after = (rule("1", "Be fair."), rule("2", "No insults, ever.", writing="a warning"), rule("4", "No doxxing."))
    found = {change.part.number: change.kind for change in compare(before, after)}
    assert found == {"1": Kind.SAME, "2": Kind.CHANGED, "4": Kind.ADDED, "3": Kind.REMOVED}


def test_what_can_follow_is_part_of_what_changes():
    before, after = (
        rule("2", "No insults.", writing="a warning"),
        rule("2", "No insults.", writing="advice", liking="nothing"),
    )
    (change,) = compare([before], [after])
    assert change.kind is Kind.CHANGED
    assert change.facts == (FactChange("writing", "a warning", "advice"), FactChange("liking", "", "nothing"))
    assert [piece.kind for piece in change.after_pieces] == [Kind.SAME]


def test_a_new_title_is_a_change():
    was = Part("clause", "1", "Old", "Same.")
    (change,) = compare([was], [Part("clause", "1", "New", "Same.")])
    assert change.facts == (FactChange("", "Old", "New"),)


def test_the_same_number_of_another_section_is_another_part():
    changes = compare([Part("clause", "1", "t", "x")], [Part("definition", "1", "t", "x")])
    assert [change.kind for change in changes] == [Kind.ADDED, Kind.REMOVED]


@given(words, words)
def test_both_texts_can_be_read_back_word_for_word(before, after):
    old, new = " ".join(before), " ".join(after)
    left, right = pieces(old, new)
    assert "".join(piece.text for piece in left) == old
    assert "".join(piece.text for piece in right) == new
    assert [p.text.split() for p in left if p.kind is Kind.SAME] == [
        p.text.split() for p in right if p.kind is Kind.SAME
    ]
    assert (Kind.REMOVED in {p.kind for p in left} or Kind.ADDED in {p.kind for p in right}) == (before != after)


@given(st.dictionaries(st.sampled_from("1234"), st.sampled_from(["x", "y z"])))
def test_a_version_beside_itself_has_no_change(parts):
    version = [rule(number, text) for number, text in parts.items()]
    changes: tuple[Change, ...] = compare(version, version)
    assert {change.kind for change in changes} <= {Kind.SAME}
