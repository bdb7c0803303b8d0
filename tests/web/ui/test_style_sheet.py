"""The style sheet: compiled from these sources, ours in looks and name, and it loads nothing."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
UI = ROOT / "src" / "evenhand" / "web" / "ui"
CSS = (UI / "static" / "ui" / "evenhand.css").read_text()


def test_it_was_compiled_from_the_sources_that_lie_here():
    sources = [ROOT / "package.json", *sorted((UI / "styles").glob("*.scss"))]
    mark = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    assert f"sources {mark}" in CSS, "run `make css`"


def test_the_packages_are_pinned_exactly_and_nothing_is_locked():
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert set(wanted) == {"govuk-frontend", "sass"}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert not (ROOT / "package-lock.json").exists() or "package-lock.json" in (ROOT / ".gitignore").read_text()


@pytest.mark.parametrize(
    "never", ["url(", "@font-face", "@import", "crest", "govuk", "gds", "transport", "expression("]
)
def test_it_holds_nothing_of_a_government_service_and_loads_nothing(never):
    assert never not in CSS.lower()


def test_it_stays_small():
    assert len(CSS) < 100_000


@pytest.mark.parametrize("needed", ["@media print", "prefers-reduced-motion", ".eh-veil", ".eh-tag", ".eh-skip-link"])
def test_it_has_what_pages_need(needed):
    assert needed in CSS


def test_no_page_can_be_taken_for_a_government_service():
    templates = [path.read_text().lower() for path in UI.parent.rglob("templates/**/*.html")]
    assert templates
    for text in templates:
        assert not re.search(r"gov\.?uk|crown|\bgds\b|coat of arms", text)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


PALETTE = dict(re.findall(r"^\$(\w[\w-]*): (#[0-9a-f]{6});", (UI / "styles" / "_palette.scss").read_text(), re.M))


@pytest.mark.parametrize("ground", ["paper", "sheet", "linen"])
@pytest.mark.parametrize("text", ["ink", "soft", "pine", "pine-deep", "brick", "plum"])
def test_every_text_colour_can_be_read_on_every_ground(text, ground):
    assert contrast(PALETTE[text], PALETTE[ground]) >= 4.5


@pytest.mark.parametrize("ground", ["paper", "sheet", "linen"])
@pytest.mark.parametrize("line", ["ochre", "edge"])
def test_focus_and_borders_of_inputs_can_be_seen(line, ground):
    assert contrast(PALETTE[line], PALETTE[ground]) >= 3
