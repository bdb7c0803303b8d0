"""INV-57: whoever is told that nothing was found is told how much was not read, and why; nobody is told "safe"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from tests.cast import signed_in, text_of
from tests.databases import Desk
from tests.web.desk.desk_room import Room, evening, furnished, one_clock

from evenhand.web.desk.queries import Tally
from evenhand.web.office.presenters.shield import calm_card
from evenhand.web.office.shield import Calm

WEB = Path(__file__).parents[2] / "src/evenhand/web"
# What no page may promise of what was written, in either language.
PROMISES = re.compile(
    r"(you are|it is|they are|everybody is|is now|sind|bist|ist jetzt) (safe|sicher)\b|no threats?\b|all clear|"
    r"nothing to (fear|worry)|keine drohung|entwarnung",
    re.IGNORECASE,
)


def words_for_people() -> Iterator[tuple[str, str]]:
    """Yield (where, text) of every template and of every message, in both languages."""
    for path in sorted(WEB.rglob("*.html")):
        yield str(path.relative_to(WEB)), path.read_text("utf-8")
    for path in sorted(WEB.rglob("django.po")):
        yield (
            str(path.relative_to(WEB)),
            " ".join(re.findall(r'^(?:msgid |msgstr(?:\[\d\])? )?"(.*)"$', path.read_text("utf-8"), re.M)),
        )
    for path in sorted(WEB.rglob("presenters/*.py")):
        yield str(path.relative_to(WEB)), path.read_text("utf-8")


def test_no_page_says_that_somebody_is_safe() -> None:
    said = list(words_for_people())
    assert len(said) > 100
    assert [(where, found[0]) for where, text in said if (found := PROMISES.search(text))] == []
    assert PROMISES.search("There are no threats."), "the search finds what it is for"


def calm(*tallies: Tally) -> Calm:
    hours: list[tuple[datetime, int]] = []
    return Calm("ana", posts=0, danger=0, accounts=0, few=0, share=0, hours=hours, tallies=list(tallies), letters=[])


@pytest.mark.parametrize(
    ("tallies", "words"),
    [
        ([], "No post has been screened yet, so nothing can be said about what was written."),
        ([Tally("ana", "read", 3)], "All 3 posts aimed at protected people could be read."),
        ([Tally("ana", "read", 2_786), Tally("ana", "no_text", 214)], "214 posts of 3,000"),
    ],
)
def test_nothing_found_says_how_much_was_not_read(tallies: list[Tally], words: str) -> None:
    card = calm_card(calm(*tallies))
    assert "nothing in what it could read" in card.headline
    assert any(words in line for line in card.lines)
    if len(tallies) > 1:
        assert any(re.search(r"could not be read: 214 \w+", line) for line in card.lines), "and why"


@pytest.mark.slow
def test_the_leads_page_says_it_with_and_without_leads(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    room = evening(desk, monkeypatch)
    assert "could not be read" in text_of(signed_in(room.officer).get("/desk/leads"))


@pytest.mark.slow
def test_the_empty_leads_page_says_that_nothing_was_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    room: Room = furnished(desk)
    one_clock(room, monkeypatch)
    from evenhand.web.people import second_step

    monkeypatch.setattr(second_step, "passed", lambda _request: True)
    page = text_of(signed_in(room.officer).get("/desk/leads"))
    assert "No lead is waiting." in page and "nothing can be said about what was written" in page
