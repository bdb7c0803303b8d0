"""A case with canaries in everything its sender said, and the browser of the person complained about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.test import Client
from tests.cast import visitor
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.cases import story_room
from tests.web.cases.story_room import CODE, Story, begin

from evenhand.web.cases.access import code_digest
from evenhand.web.cases.models import Case, Party
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.sealed import open_texts

FACT = "1234"  # the end of the number in story_room's register
CANARIES = {
    "explanation": "Canary-explanation: I am the treasurer and he called me a muppet.",
    "contact": "canary-contact@quillhaven.example",
    "excluded_words": "Canary-excluded words about the branch secretary",
    "name": "Canary Sendername",
}


@dataclass
class Told:
    """A case whose respondent was told, and the code that was in the letter."""

    story: Story
    code: str

    @property
    def party(self) -> Party:
        return Party.objects.select_related("case").get(case=self.case, side="respondent")

    @property
    def case(self) -> Case:
        return Case.objects.get(pk=self.story.case.id)

    def enter(self, *, fact: str = FACT, code: str | None = None) -> Client:
        """Return a browser in which the code and the fact were typed."""
        client = visitor()
        client.post("/answer", {"code": code or self.code, "fact": fact})
        return client


def told(room: Desk, clock: MovingClock, *, formal: bool = False) -> Told:
    """Return a case that was opened (N3), or whose allegations are formal (N5); its sender has CODE."""
    story = begin(room, clock, code_digest=code_digest(CODE), **CANARIES)
    story_room.to_assessor(story)
    story_room.to_assessed(story)
    story_room.to_investigation(story)
    if formal:
        story_room.to_formal(story)
    story.case.refresh_from_db()
    return Told(story, code_of(story))


def code_of(story: Story) -> str:
    """Return the code printed in the first letter to the respondent, read as the system: nobody has opened it."""
    from evenhand.web.notices.models import Letter

    party = Party.objects.get(case=story.case, side="respondent")
    first = Letter.objects.get(party=party.id, notice="N3")
    html = open_texts([first.html], actor=SYSTEM, purpose="test", ctx=story.ctx)[first.html]
    found = re.search(r"\b([a-z2-7]{4}(?:-[a-z2-7]{4}){3})\b", html)
    assert found, html
    return found.group(1)


def every_page(client: Client) -> dict[str, object]:
    """Return address -> response of every page behind the code, letters included."""
    first = client.get("/answer")
    links = set(re.findall(r'href="(/answer[^"#]*)"', first.content.decode()))
    points = {f"/answer/reply/{n}" for n in (1, 2, 3)}
    wanted = (
        links
        | points
        | {"/answer/reply", "/answer/reply/check", "/answer/readers", "/answer/ring", "/answer/companion"}
    )
    pdf = {address for address in wanted if address.endswith("/pdf")}
    return {"/answer": first} | {address: client.get(address, follow=True) for address in sorted(wanted - pdf)}
