"""Every visible string is marked for translation: nothing between the tags of a template but marked text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "evenhand" / "web"
# field_state.html is a run of attributes, not text.
TEMPLATES = sorted(path for path in SOURCE.rglob("*.html") if path.name != "field_state.html")
# What is taken away before looking for letters, in this order.
NOT_VISIBLE = [
    re.compile(r"\{#.*?#\}"),
    re.compile(r"\{% comment.*?\{% endcomment %\}", re.DOTALL),
    re.compile(r"\{% blocktranslate.*?\{% endblocktranslate %\}", re.DOTALL),
    re.compile(r"\{% block robots.*?\{% endblock %\}"),
    re.compile(r"\{%.*?%\}", re.DOTALL),
    re.compile(r"\{\{.*?\}\}", re.DOTALL),
    re.compile(r"<(script|style|svg|kbd|code|pre)\b.*?</\1>", re.DOTALL),
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"<[^>]*>", re.DOTALL),
    re.compile(r"&\w+;"),
]
SPOKEN_ATTRIBUTE = re.compile(r"\b(?:aria-label|alt|title|placeholder)=\"([^\"{]*[A-Za-z]{2}[^\"{]*)\"")
# The name of the product is the same in every language.
NAMES = {"Evenhand"}


def unmarked(text: str) -> list[str]:
    left = text
    for pattern in NOT_VISIBLE:
        left = pattern.sub(" ", left)
    return [word for word in re.findall(r"[A-Za-z]{2,}", left) if word not in NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_text_in_a_template_is_marked(path: Path) -> None:
    text = path.read_text()
    assert unmarked(text) == []
    assert SPOKEN_ATTRIBUTE.findall(text) == []


def test_the_search_finds_what_is_not_marked() -> None:
    assert unmarked("<p>Plain words</p>") == ["Plain", "words"]
    assert SPOKEN_ATTRIBUTE.findall('<a aria-label="Plain words">') == ["Plain words"]
