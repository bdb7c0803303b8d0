"""The reference page of notices is what the code says, and names every one."""

from __future__ import annotations

from pathlib import Path

from evenhand.procedure.notices import NOTICES
from evenhand.web.notices.reference import notices_page

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "notices.md"


def test_the_page_of_notices_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == notices_page(), "run: make docs"


def test_every_notice_and_field_is_named() -> None:
    page = notices_page()
    for notice, spec in NOTICES.items():
        assert f"\n## {notice.value}: " in page
        assert all(f"`{name}`" in page for name in (*spec.mandatory, *spec.optional)), notice
