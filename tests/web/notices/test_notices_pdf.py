"""A letter as PDF: everything the HTML says, tagged; and how a letter is given to a browser."""

from __future__ import annotations

import sys
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from tests.web.notices.notices_room import FIELDS
from tests.web.notices.test_notices_composing import words, written

from evenhand.errors import UsageError
from evenhand.procedure.notices import NoticeId
from evenhand.web.notices.pdf import blocks_of, pdf_of
from evenhand.web.notices.showing import letter_response, pdf_response
from evenhand.web.notices.wording import LOCALES

SENT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def said(blocks: list[dict[str, object]]) -> str:
    lines: list[str] = []
    for block in blocks:
        items = block.get("items", [])
        assert isinstance(items, list)
        lines += [text for item in items for text in ([item] if isinstance(item, str) else item)]
        lines += [str(block["text"])] if "text" in block else []
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize("notice", FIELDS)
@pytest.mark.parametrize("locale", LOCALES)
def test_paper_says_what_the_page_says(notice: NoticeId, locale: str) -> None:
    import html

    letter = written(notice, locale).html
    found = blocks_of(letter)
    page = html.unescape(" ".join(words(letter).split()))
    for hidden in ("Show the words", "Die Worte zeigen"):
        page = page.replace(f" {hidden}", "")
    # `words` parts what stands in bold from what stands before it; paper does not.
    assert said(found["blocks"]).replace(" ", "") == page.replace(" ", "")
    assert found["lang"] == locale
    assert [block["kind"] for block in found["blocks"]].count("h1") == 1


def test_the_first_page_of_n3_stands_alone() -> None:
    kinds = [block["kind"] for block in blocks_of(written(NoticeId.N3).html)["blocks"]]
    assert kinds.count("break") == 1 and kinds.index("break") < kinds.index("h2")


@pytest.mark.slow
@pytest.mark.parametrize("notice", FIELDS)
def test_a_letter_becomes_tagged_pdf(notice: NoticeId) -> None:
    pytest.importorskip("typst", reason="typst is not installed: pip install evenhand[pdf]")
    made = pdf_of(written(notice, "de").html)
    assert made.startswith(b"%PDF-1.7")
    for mark in (b"/StructTreeRoot", b"<rdf:li>de</rdf:li>", b"<pdfuaid:part>1<"):
        assert mark in made, mark


@pytest.mark.slow
def test_paper_has_its_headings_lists_and_paragraphs_tagged() -> None:
    pytest.importorskip("typst", reason="typst is not installed: pip install evenhand[pdf]")
    made = pdf_of(written(NoticeId.N3).html)
    blocks = [block["kind"] for block in blocks_of(written(NoticeId.N3).html)["blocks"]]
    assert made.count(b"/StructElem/S/H1") == 1
    assert made.count(b"/StructElem/S/H2") == blocks.count("h2")
    assert made.count(b"/StructElem/S/P/") >= blocks.count("p") > 3
    assert (
        made.count(b"/StructElem/S/LI/")
        > made.count(b"/StructElem/S/L/")
        == blocks.count("list") + blocks.count("facts")
    )


@pytest.mark.slow
def test_signs_that_no_font_has_are_refused_in_words() -> None:
    pytest.importorskip("typst", reason="typst is not installed: pip install evenhand[pdf]")
    with pytest.raises(UsageError, match="Print it from the browser"):
        pdf_of(written(NoticeId.N9, reason="\U000130d9").html)


def test_without_the_program_somebody_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError, match=r"evenhand\[pdf\]"):
        pdf_of(written(NoticeId.N9).html)


def test_a_letter_is_shown_with_its_own_style_and_nothing_else() -> None:
    html = written(NoticeId.N3).html
    response = letter_response(html, SENT)
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{allowed}'" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"
    assert response.content.decode() == html


def test_a_file_name_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.web.notices.showing.pdf_of", lambda _html: b"%PDF-1.7")
    html = written(NoticeId.N3).html
    assert letter_response(html, SENT)["Content-Disposition"] == 'inline; filename="letter-2026-03-02.html"'
    kept = letter_response(html, SENT, keep=True)["Content-Disposition"]
    assert kept == 'attachment; filename="letter-2026-03-02.html"'
    assert pdf_response(html, SENT)["Content-Disposition"] == 'attachment; filename="letter-2026-03-02.pdf"'
