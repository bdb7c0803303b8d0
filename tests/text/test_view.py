from __future__ import annotations

import re

import pytest

from evenhand.text import View


def test_a_view_of_a_text_maps_each_character_to_itself() -> None:
    assert View.of("abc").original(1, 3) == (1, 3)


def test_a_replacement_of_another_length_stands_for_the_whole_match() -> None:
    view = View.of("a&amp;b").replace(re.compile("&amp;"), lambda _: "&")
    assert view.text == "a&b"
    assert view.original(1, 2) == (1, 6)
    assert view.original(2, 3) == (6, 7)


def test_a_replacement_of_equal_length_keeps_its_characters_apart() -> None:
    view = View.of("x1d10tx").replace(re.compile("1d10t"), lambda _: "idiot")
    assert view.original(1, 2) == (1, 2)


def test_replacements_compose() -> None:
    view = View.of("i d i o t!").replace(re.compile("i d i o t"), lambda _: "idiot")
    view = view.replace(re.compile("idiot"), lambda _: "fool")
    assert view.text == "fool!"
    assert view.original(0, 4) == (0, 9)
    assert view.original(4, 5) == (9, 10)


def test_nothing_replaced_gives_the_same_view() -> None:
    view = View.of("abc")
    assert view.replace(re.compile("z"), lambda _: "y") is view


def test_an_empty_span_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        View.of("abc").original(1, 1)
