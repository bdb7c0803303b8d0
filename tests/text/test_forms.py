from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evenhand.text import normalise
from evenhand.text.forms import LINK, MENTION


@pytest.mark.parametrize(
    ("given_text", "form"),
    [
        ("You IDIOT", "you idiot"),
        ("ｉｄｉｏｔ", "idiot"),  # full width
        ("𝕚𝕕𝕚𝕠𝕥", "idiot"),  # mathematical
        ("ⓘⓓⓘⓞⓣ", "idiot"),  # circled
        ("id\u200biot", "idiot"),  # zero width
        ("id\u00adiot", "idiot"),  # soft hyphen
        ("\u202eidiot", "idiot"),  # bidi control
        ("іdіоt", "idiot"),  # Cyrillic і and о
        ("i\u0337d\u0337i\u0337o\u0337t\u0337", "idiot"),  # stacked marks
        ("naïve", "naive"),
        ("a &amp; b", "a & b"),
        ("see https://example.org/x?y=1 now", f"see {LINK} now"),
        ("hello @somebody!", f"hello {MENTION}!"),
        ("mail a@example.org", "mail a@example.org"),
        ("[USER] said [URL]", f"{MENTION} said {LINK}"),
        ("🤡", " clown "),
        ("‘quoted’", "'quoted'"),
        ("", ""),
    ],
)
def test_normal_form(given_text: str, form: str) -> None:
    assert normalise(given_text).text == form


def test_a_russian_text_keeps_its_letters() -> None:
    assert normalise("это хорошая книга").text == "это хорошая книга"


def test_a_post_cannot_forge_a_placeholder() -> None:
    assert normalise(f"a{MENTION}b").text == "ab"
    assert MENTION not in normalise("a&#xe001;b").text


@given(st.text(max_size=80))
@example("İstanbul ß \ud800 &#0; @İ")
def test_every_character_of_the_form_points_into_the_original(text: str) -> None:
    view = normalise(text)
    assert len(view.text) == len(view.begins) == len(view.ends)
    for index in range(len(view.text)):
        begin, end = view.original(index, index + 1)
        assert 0 <= begin < end <= len(text)


@given(st.text(max_size=60))
def test_the_map_never_runs_backwards(text: str) -> None:
    view = normalise(text)
    assert list(view.begins) == sorted(view.begins)


@given(st.text(alphabet=st.characters(max_codepoint=0x7F), max_size=60))
def test_case_never_matters(text: str) -> None:
    assert normalise(text.upper()).text == normalise(text.lower()).text
