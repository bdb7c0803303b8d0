"""The page: says what it must in both languages, runs nothing, fetches nothing, shows posts as text."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.own_archive.conftest import ROUGH

from evenhand.own_archive import Ticks
from evenhand.own_archive import page as page_module
from evenhand.own_archive.page import marked, page
from evenhand.own_archive.words import Words


def made(check: Callable[..., Any], archive: Path, language: str = "en", ticks: Ticks | None = None) -> str:
    with check(archive) as result:
        pieces = page(result, ticks or Ticks(), Words(language), name=archive.name, list_name="r.ticks.txt")
        return b"".join(pieces).decode()


def test_a_finding_has_its_post_rule_reason_and_link(check: Callable[..., Any], archive: Path) -> None:
    html = made(check, archive)
    assert f"What a <mark>{ROUGH}</mark> you are &amp; &lt;b&gt;more&lt;/b&gt;" in html
    assert "You wrote · 1 June 2025" in html
    assert "Version 1 was in force on that day." in html
    assert "older than the rule, which has covered such an act since 1 February 2025" in html
    assert 'href="https://x.com/i/status/101"' in html
    assert "reads as an insult." in html
    assert "2.1 No abuse of a person" in html


def test_words_of_others_are_folded_and_said_to_be_theirs(check: Callable[..., Any], archive: Path) -> None:
    html = made(check, archive)
    folded = re.findall(r"<details><summary>Show the words</summary><blockquote[^>]*>(.*?)</blockquote>", html)
    assert [re.sub("<.*?>", "", each) for each in folded] == [f"such a {ROUGH}", f"liked {ROUGH}"]
    assert html.count("These are another person&#x27;s words") == 2


def test_it_says_that_nobody_judged_and_what_it_cannot_see(check: Callable[..., Any], archive: Path) -> None:
    html = made(check, archive)
    for words in (
        "Nobody has judged anything",
        "What was not looked at",
        "not recognised as English",
        "written by others, such as messages you received",
        "Posts you deleted before you asked for the export",
        "What others wrote to you",
    ):
        assert words in html, words


def test_in_german_every_word_of_ours_is_german(check: Callable[..., Any], archive: Path) -> None:
    html = made(check, archive, "de")
    assert '<html lang="de">' in html
    assert "Sie schrieben · 1. Juni 2025" in html
    assert "Die markierten Wörter lesen sich wie: eine Beleidigung." in html
    assert english_in(html) == []


ENGLISH = re.compile(r"\b(the|of|and|you|your|were|which|this|is|with|found|holds|record|says|names)\b")


def english_in(html: str) -> list[str]:
    """The English words that are left of ours: neither a post nor the code of conduct, which has its own language."""
    ours = re.sub(r'<blockquote.*?</blockquote>|<(h2|p) lang="en">.*?</\1>|<style>.*?</style>', "", html, flags=re.S)
    return ENGLISH.findall(re.sub(r"<[^>]*>", " ", ours).replace("General code of conduct", ""))


def how_it_was_read(html: str) -> str:
    """The last part of a page, with what the reader of the file says."""
    return unescape(html[html.rindex("<h2>") :])


def test_what_a_reader_says_is_told_in_german(check: Callable[..., Any], odd: Path) -> None:
    html = made(check, odd, "de")
    assert english_in(html) == []
    read = how_it_was_read(html)
    assert 'lang="en"' not in read
    for words in (
        "<p>Das Archiv eines Kontos bei X (Twitter).</p>",
        '<p class="soft">das Inhaltsverzeichnis manifest.js eines Archivs von X</p>',
        "data/tweets-part1.js ist nicht in dieser Datei, obwohl ihr eigenes Verzeichnis es mit 9 Datensätzen nennt.",
        "data/tweets.js nennt 9 Datensätze, gefunden wurden 5",
        "<li>Bei data/tweets.js, Datensatz 2; data/tweets.js, Datensatz 5. Erwartet: Eine Kennung für den Datensatz.",
        "<li>Bei data/tweets.js, Datensatz 4. Erwartet: Ein Datensatz, dessen Teile die Form haben, die dieses Format",
    ):
        assert words in read, words
    assert read.count("<li>") == 2  # one line for each reason


def test_in_english_it_is_told_in_the_same_words_as_on_the_import_page(check: Callable[..., Any], odd: Path) -> None:
    read = how_it_was_read(made(check, odd))
    assert 'lang="en"' not in read
    for words in (
        "<p>The archive of an account on X (Twitter).</p>",
        '<p class="soft">This archive says of itself that it is only a part of the whole',
        "data/tweets.js says that it holds 9 records; 5 were found",
        "<li>At data/tweets.js, record 2; data/tweets.js, record 5. Expected: ",
        "<li>At data/tweets.js, record 4. Expected: ",
    ):
        assert words in read, words
    assert read.count("<li>") == 2
    assert "id_missing" not in read


def test_what_no_reader_of_ours_says_stays_and_is_marked(check: Callable[..., Any], odd: Path) -> None:
    with check(odd) as result:
        result.report.notes.append("what <our> forum leaves out")
        pieces = page(result, Ticks(), Words("de"), name=odd.name, list_name="")
        html = b"".join(pieces).decode()
    assert '<p class="soft" lang="en">what &lt;our&gt; forum leaves out</p>' in html
    assert html[html.rindex("<h2>") :].count('lang="en"') == 1


def test_no_script_no_fetch_and_a_policy_that_fits_its_own_style(check: Callable[..., Any], archive: Path) -> None:
    html = made(check, archive)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert style is not None
    assert policy is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1] == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"<(script|img|link|iframe|object|form)\b|style=|\bon\w+=|url\(", html)
    assert all(link.startswith("https://") for link in re.findall(r'(?:href|src)="([^"]*)"', html))


def test_what_is_ticked_is_checked(check: Callable[..., Any], archive: Path) -> None:
    ticks = Ticks()
    made(check, archive, ticks=ticks)
    ticks.mark([2])
    html = made(check, archive, ticks=ticks)
    assert re.findall(r'id="n(\d)">\n<label><input type="checkbox"( checked)?>', html) == [
        ("1", ""), ("2", " checked"), ("3", ""), ("4", ""),
    ]  # fmt: skip


def test_a_page_shows_only_so_many_and_says_so(
    check: Callable[..., Any], archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "MOST_SHOWN", 3)
    ticks = Ticks()
    html = made(check, archive, ticks=ticks)
    assert html.count("<article") == 3
    assert "the first 3 that are not ticked, of 4 in all" in html
    ticks.mark([1])
    assert made(check, archive, ticks=ticks).count("<article") == 4


def test_spans_that_overlap_or_reach_over_the_end_are_marked_once() -> None:
    assert marked("abcdef", [[1, 3, "x"], [2, 4, "y"], [5, 9, "z"]]) == "a<mark>bcd</mark>e<mark>f</mark>"
    assert marked("a\x1b[31mb\x00", []) == "a\ufffd[31mb\ufffd"
    assert marked("", []) == ""


class Nesting(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in {"meta", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_element_is_closed(check: Callable[..., Any], archive: Path) -> None:
    parser = Nesting()
    parser.feed(made(check, archive))
    assert parser.open == []
