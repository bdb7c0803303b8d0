"""Templates: every visible word is marked for translation, nothing inline that the policy would block."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[3] / "src" / "evenhand" / "web"
TEMPLATES = sorted(WEB.rglob("templates/**/*.html"))
TRANSLATED = re.compile(r"{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}", re.S)
TAGS = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}|<!--.*?-->|<(?:code|kbd|pre)\b.*?</(?:code|kbd|pre)>", re.S)
OUR_NAME = {"Evenhand"}
ATTRIBUTES_ONLY = {"field_state.html"}


def name_of(path: Path) -> str:
    return str(path.relative_to(WEB))


def test_there_are_templates():
    assert len(TEMPLATES) > 30


@pytest.mark.parametrize("path", [t for t in TEMPLATES if t.name not in ATTRIBUTES_ONLY], ids=name_of)
def test_every_visible_word_is_marked_for_translation(path):
    text = path.read_text().replace("{% block robots %}index, follow{% endblock %}", "")
    bare = re.sub(r"<[^>]*>", " ", TAGS.sub(" ", TRANSLATED.sub(" ", text)))
    words = set(re.findall(r"[A-Za-z]{2,}", bare)) - OUR_NAME
    assert not words, f"not marked: {sorted(words)}"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_attribute_that_is_read_out_is_marked_too(path):
    read_out = re.findall(r"(?:aria-label|title|alt|placeholder)=\"([^\"]*)\"", TAGS.sub("", path.read_text()))
    assert not [text for text in read_out if re.search(r"[A-Za-z]{2,}", text)]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_nothing_inline_and_nothing_from_elsewhere(path):
    text = path.read_text()
    if path.name == "letter.html":
        # A letter is one file that is kept and printed: its style travels in it, under a policy of its own that
        # names that very style by its hash (tests/web/notices).
        text = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:|(?:src|href)=\"(?:https?:)?//", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert "|safe" not in text and "autoescape off" not in text
