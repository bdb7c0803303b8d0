"""HTML as people see it: text and links; nothing is executed or fetched."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from evenhand.posts.fields import link
from evenhand.posts.reading_form import Reading, encode, read_text
from evenhand.posts.record import Row

_BREAKS_AFTER: Final = frozenset({"p", "div", "li", "tr", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN: Final = frozenset({"script", "style", "head", "title", "template", "noscript"})
_VOID: Final = frozenset({"br", "img", "hr", "input", "meta", "link", "wbr", "area", "base", "col", "source", "track"})
_MOST_OPEN: Final = 500


def read_html(html: str, *, hidden: tuple[str, ...] = ()) -> tuple[Reading, list[Row]]:
    """Return (reading form, links) of HTML; elements of class `invisible` or of one of `hidden` are not shown.

    There is no way back from the text to the HTML, so the reading has no offset map.
    """
    shown = _Shown(frozenset(("invisible", *hidden)))
    shown.feed(html)
    shown.close()
    reading = read_text(shown.text(), entities=False)
    steps = ("html_to_text", *reading.steps)
    return Reading(encode(html), reading.norm, None, steps, reading.flags), shown.links


class _Shown(HTMLParser):
    def __init__(self, hidden: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._hidden = hidden
        self._pieces: list[str] = []
        self._open: list[tuple[str, bool]] = []  # (element, whether it hides what is in it)
        self._hiding = 0
        self._href: str | None = None
        self._shown_from = 0
        self.links: list[Row] = []

    def text(self) -> str:
        """Return what is seen."""
        return "".join(self._pieces).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        classes = (named.get("class") or "").split()
        if tag == "br":
            self._write("\n")
        if tag == "a" and named.get("href") and "mention" not in classes and "hashtag" not in classes:
            self._href, self._shown_from = named["href"], len(self._pieces)
        if tag in _VOID or len(self._open) >= _MOST_OPEN:
            return
        hides = tag in _UNSEEN or not self._hidden.isdisjoint(classes)
        self._open.append((tag, hides))
        self._hiding += hides

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href is not None:
            shown = "".join(self._pieces[self._shown_from :]).strip()
            self.links.append(link(self._href, shown or None))
            self._href = None
        if any(name == tag for name, _ in self._open):
            while self._open:
                name, hides = self._open.pop()
                self._hiding -= hides
                if name == tag:
                    break
        if tag in _BREAKS_AFTER:
            self._write("\n")

    def handle_data(self, data: str) -> None:
        self._write(data)

    def _write(self, text: str) -> None:
        if not self._hiding:
            self._pieces.append(text)
