"""A letter as PDF/UA-1, made on demand from its HTML, which is the original (docs/adr/0013-pdf.md)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

from evenhand.errors import UsageError

_TEMPLATE: Final = Path(__file__).with_name("letter.typ")
_TEXT: Final = frozenset({"title", "h1", "h2", "p", "li", "dt", "dd"})
_SKIPPED: Final = frozenset({"style", "summary"})  # paper shows what the screen hides; no need to ask for it


@dataclass(slots=True)
class _Blocks(HTMLParser):
    """Reads the few elements our own letters are made of."""

    blocks: list[dict[str, Any]] = field(default_factory=list)
    lang: str = ""
    title: str = ""
    text: list[str] | None = None
    drawing: list[str] | None = None
    kind: str = ""
    skipping: int = 0

    def __post_init__(self) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, or a line break inside one."""
        if tag == "svg" or self.drawing is not None:
            self.drawing = [*(self.drawing or []), self.get_starttag_text() or ""]
        elif tag == "html":
            self.lang = dict(attrs).get("lang") or "en"
        elif tag in _SKIPPED:
            self.skipping += 1
        elif tag in {"ul", "dl"}:
            self.blocks.append({"kind": "list" if tag == "ul" else "facts", "items": []})
        elif tag == "br" and self.text is not None:
            self.text.append("\n")
        elif tag in _TEXT:
            self.text, self.kind = [], "note" if ("class", "note") in attrs else tag

    def handle_data(self, data: str) -> None:
        """Take the words of a block, line breaks of the source being spaces."""
        if self.drawing is not None:
            self.drawing.append(escape(data))
        elif self.text is not None and not self.skipping:
            self.text.append(data.replace("\n", " "))

    def handle_endtag(self, tag: str) -> None:
        """End a block."""
        if self.drawing is not None:
            self.drawing.append(f"</{tag}>")
            if tag == "svg":
                self._end_drawing("".join(self.drawing))
        elif tag in _SKIPPED:
            self.skipping -= 1
        elif tag == "section":
            self.blocks.append({"kind": "break"})
        elif tag in _TEXT and self.text is not None:
            self._end(self.kind if tag == "p" else tag, "".join(self.text).strip())
            self.text = None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element that is closed at once: a line break, a part of a drawing."""
        if self.drawing is not None:
            self.drawing.append(self.get_starttag_text() or "")
        else:
            self.handle_starttag(tag, attrs)

    def _end_drawing(self, svg: str) -> None:
        """Keep a drawing with the words of its title for whoever cannot see it."""
        title = re.search(r"<title>(.*?)</title>", svg)
        if "xmlns=" not in svg:
            svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        self.blocks.append({"kind": "drawing", "svg": svg, "text": unescape(title[1]) if title else ""})
        self.drawing = None

    def _end(self, tag: str, text: str) -> None:
        if tag == "title":
            self.title = text
        elif tag == "li":
            self.blocks[-1]["items"].append(text)
        elif tag == "dt":
            self.blocks[-1]["items"].append([text, ""])
        elif tag == "dd":
            self.blocks[-1]["items"][-1][1] = text
        elif text:
            self.blocks.append({"kind": tag, "text": text})


def blocks_of(html: str) -> dict[str, Any]:
    """Return what a letter says as plain blocks: {"title", "lang", "blocks": [{"kind", "text" | "items"}, …]}."""
    parser = _Blocks()
    parser.feed(html)
    parser.close()
    return {"title": parser.title, "lang": parser.lang, "blocks": parser.blocks}


def pdf_of(html: str) -> bytes:
    """Return a letter as tagged PDF (PDF/UA-1); UsageError if the program for it is absent or a letter cannot be set.

    About 20 ms and 40 MB of memory; no system library, no network; signs that the
    program's own fonts lack are looked for in the machine's.
    """
    try:
        import typst
    except ImportError:
        raise UsageError(
            "PDF letters need the package typst", mend="Install evenhand[pdf], or print the letter from the browser."
        ) from None
    said = json.dumps(blocks_of(html), ensure_ascii=False)
    try:
        made = typst.compile(
            _TEMPLATE.read_bytes(), format="pdf", sys_inputs={"letter": said}, pdf_standards=["ua-1"],
        )  # fmt: skip
    except typst.TypstError:
        raise UsageError(
            "this letter cannot be set as PDF", mend="Print it from the browser: the HTML is the original."
        ) from None
    assert isinstance(made, bytes)
    return made
