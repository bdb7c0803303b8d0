"""What English is left on a page that is to be German: fragments of text that nobody in the case typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from django.test import Client

from evenhand.web.catalogues import catalogues, read

# Words that no German sentence holds. One-word labels without any of them are found by the catalogues.
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|you|your|that|with|they|this|it|for|to|from|or|has|have|had|what|who|been|nobody|somebody|"
    r"nothing|there|their|when|where|which|about|because|before|after|since|until)\b",
    re.IGNORECASE,
)
_NOT_READ = re.compile(r"<(script|style|svg)\b.*?</\1>|<!--.*?-->", re.DOTALL)
# Says in English how to read it in English. The whole page, if it is in that language, is no such element.
_IN_ENGLISH = re.compile(r'<(?!html)(\w+)[^>]*\blang="en"[^>]*>.*?</\1>', re.DOTALL)
_SENT_BACK = re.compile(r'(<input(?=[^>]*\btype="(?:radio|checkbox|hidden)")[^>]*?) value="[^"]*"')
_SPOKEN = re.compile(r'\b(?:aria-label|alt|title|placeholder|value)="([^"]*)"')


def in_german(client: Client) -> Client:
    """Return a visitor whose browser asks for German from now on."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


def translated() -> set[str]:
    """Return every English text that has German words of its own and no field in it."""
    entries = {msgid: words for path in catalogues() for msgid, words in read(path).items()}
    return {msgid for msgid, words in entries.items() if msgid and words != msgid and "%(" not in msgid}


def fragments(html: str) -> list[str]:
    """Return what a reader, or a screen reader, is told: each text between two tags, and the labels in attributes."""
    left = _NOT_READ.sub(" ", html)
    left = _IN_ENGLISH.sub(" ", left)
    texts = [*re.split(r"<[^>]*>", left), *_SPOKEN.findall(left)]
    words = (" ".join(unescape(text).split()) for text in texts)
    return [each for each in words if re.search(r"[A-Za-z]{2}", each)]


def english_in(html: str, typed: Iterable[str]) -> list[str]:
    """Return the fragments that are English, though nobody in the case typed them and no rule says them."""
    known, theirs = translated(), [" ".join(text.split()) for text in typed]
    blob = "\n".join(theirs)
    found = []
    for each in fragments(html):
        ours = each
        for text in theirs:
            ours = ours.replace(text, "")
        if each not in blob and (ours in known or ENGLISH.search(ours)):
            found.append(each)
    return found


def own_words(html: str) -> str:
    """Return what the page itself says, its title and main part: no menu, and no value that a choice sends back."""
    title = re.search(r"<title>.*?</title>", html, re.DOTALL)
    main = re.search(r"<main\b.*</main>", html, re.DOTALL)
    assert title and main, html[:200]
    return _SENT_BACK.sub(r"\1", title.group() + main.group())
