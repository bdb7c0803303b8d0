"""The generated page and diagram are what the tables say."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from evenhand.procedure.clocks import CLOCKS
from evenhand.procedure.diagram import diagram
from evenhand.procedure.guards import GUARDS
from evenhand.procedure.notices import NOTICES
from evenhand.procedure.page import page
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.procedure.transitions import STEP_IDS

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"


def test_the_files_are_what_the_code_says() -> None:
    assert (REFERENCE / "procedure.md").read_text() == page(), "run: make docs"
    assert (REFERENCE / "procedure.svg").read_text() == diagram(), "run: make docs"


def test_the_page_names_everything() -> None:
    text = page()
    for name in (*State, *CaseRole, *CLOCKS, *GUARDS):
        assert f"`{name}`" in text or f"`{name} +`" in text, name
    for name in (*STEP_IDS, *NOTICES):
        assert f"| {name} " in text, name
    rows = [line for line in text.splitlines() if line.startswith("| T")]
    assert rows and all(line.count("|") in (6, 10) for line in rows)


def test_the_diagram_is_plain_svg_with_every_state_and_words_for_who_cannot_see_it() -> None:
    text = diagram()
    root = ET.fromstring(text)
    assert root.tag.endswith("svg") and "<title" in text and "<desc" in text
    words = set(re.findall(r">([a-z_]+)</text>", text))
    assert words == set(State)
    for step in STEP_IDS:
        assert step in text or step in ("T23", "P2.4"), step
    assert not re.search(r"<script|href|url\((?!#)|@import", text)


def test_both_are_the_same_every_time() -> None:
    assert page() == page() and diagram() == diagram()
