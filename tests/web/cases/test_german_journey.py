"""One whole case in German: no page and no letter that a party reads says an English word of ours.

The people of the unit work in English all the while, so that whatever a step writes into a row in their language shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.cast import visitor
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.cases import story_room
from tests.web.cases.german_room import english_in, fragments, in_german
from tests.web.cases.story_room import Story, begin
from tests.web.notices.notices_room import LETTERS_TOML

from evenhand.web.cases.access import code_digest
from evenhand.web.cases.steps.decide.closing import afterwards_due
from evenhand.web.rules.queries import clauses_on

pytestmark = pytest.mark.slow

CODE, OTHER = "aaaa-aaaa-aaaa-aaaa", "bbbb-bbbb-bbbb-bbbb"
TYPED = (
    "He called me a muppet, twice.", "Somebody was called a muppet, twice.", "Name-calling, twice.", "You muppet",
    "On that day you wrote “you muppet” under the treasurer's post, twice.", "https://chirp.example/1",
    "What it answered", "Nothing before it.", "Robin Quill wrote it twice and deleted it on the next day.",
    "It stands there.", "The post stands there under their own name.", "It was deleted at once.", "Two posts.",
    "Nothing was found but the deletion.", "The ombuds council of the federation.", "All five points.", "Ash",
    "Unit", "Harbour Road", "Complaints Unit, 1 Harbour Road, Quillhaven", "Evenhand",
)  # fmt: skip


class Reader:
    """A party in a German browser: every page behind its door, every letter."""

    def __init__(self, door: str, code: str, fact: str) -> None:
        self.door = door
        self.client = in_german(visitor())
        self.entered = {"code": code, "fact": fact}

    def pages(self) -> Iterator[tuple[str, str]]:
        self.client.post(self.door, self.entered)
        first = self.client.get(self.door)
        assert first.status_code == 200
        yield self.door, first.content.decode()
        links = set(re.findall(rf'href="({self.door}/[^"#]*)"', first.content.decode()))
        links |= {f"{self.door}/reply/{n}" for n in (1, 2, 3)} if self.door == "/answer" else set()
        for link in sorted(links):
            if not link.endswith(("/pdf", "/proof")):
                page = self.client.get(link, follow=True)
                assert page.status_code == 200, link
                yield link, page.content.decode()


def readers(story: Story) -> list[Reader]:
    found = [Reader("/follow", CODE, "")]
    from evenhand.web.cases.models import Party

    party = Party.objects.filter(case=story.case, side="respondent").first()
    if party is not None:
        # The code stands in N3 alone; the test gives the party one that it knows.
        Party.objects.filter(pk=party.pk).update(code_digest=code_digest(OTHER))
        found.append(Reader("/answer", OTHER, "1234"))
    return found


def left_over(story: Story) -> list[tuple[str, str, str]]:
    """Return (where the case stands, address, English fragment) for everything both parties can read now."""
    rules = [text for clause in clauses_on(story.clock.now.date()) for text in (clause.title, clause.text)]
    typed = (*TYPED, *rules, *story.people.ids)
    return [
        (story.case.state, address, fragment)
        for reader in readers(story)
        for address, html in reader.pages()
        for fragment in english_in(html, typed)
    ]


def german(room: Desk, clock: MovingClock, **changed: object) -> Story:
    story = begin(room, clock, locale="de", code_digest=code_digest(CODE), **changed)
    (room.home.root / "letters.toml").write_text(f'language = "de"\n{LETTERS_TOML}')
    return story


def test_a_whole_case_reads_german_to_both_sides(room: Desk, clock: MovingClock) -> None:
    story = german(room, clock, protected_characteristic=True)
    found = left_over(story)
    for step in story_room.STEPS:
        step(story)
        story.case.refresh_from_db()
        found += left_over(story)
    story_room.past_review(story)
    assert story.case.state == "decided"
    found += left_over(story)
    clock.move(days=400)
    for _ in range(3):
        afterwards_due(story.ctx)
    story.case.refresh_from_db()
    found += left_over(story)
    assert sorted(set(found)) == []


def test_the_test_sees_english(room: Desk, clock: MovingClock) -> None:
    """The same page in English is found to be full of it."""
    german(room, clock)
    client = visitor()
    client.post("/follow", {"code": CODE})
    html = client.get("/follow").content.decode()
    assert "<h1>" in html
    found = english_in(html, TYPED)
    assert {"Letters", "Messages", "Show what I sent"} <= set(found)
    assert len(found) > len(fragments(html)) / 2
