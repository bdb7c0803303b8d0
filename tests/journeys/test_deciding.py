"""Those who weigh a case, in a browser: the assessor blind and then open, and three panel members to their vote.

One case goes through the file from top to bottom. Each page is examined before its form is sent; forms are sent with
scripts, without them, and on a narrow screen.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.clock import MovingClock
from tests.conftest import NOW
from tests.databases import Template
from tests.journeys.browser import (
    NARROW,
    WIDE,
    Site,
    assert_accessible,
    assert_no_sideways,
    assert_page_is_good,
    serving,
)
from tests.web.cases import story_room
from tests.web.cases.story_room import Story

from evenhand.context import Context
from evenhand.procedure.roles import CaseRole

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ACCUSED = "Robin Quill"
MEMBERS = ("chair_of_three", "second", "third")
WAYS = ({"viewport": WIDE}, {"viewport": WIDE, "scripts": False}, {"viewport": NARROW, "scripts": False})


@pytest.fixture(scope="module")
def story(sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A case whose assessor has been drawn."""
    from evenhand.web.people import second_step

    clock = MovingClock(NOW)
    ctx = Context(now=clock, random=secrets.token_bytes)
    with (
        pytest.MonkeyPatch.context() as patch,
        sqlite_template.installed(tmp_path_factory.mktemp("site") / "home", patch, ctx) as desk,
    ):
        patch.setattr(Context, "system", lambda: desk.ctx)
        patch.setattr(second_step, "passed", lambda _request: True)
        told = story_room.begin(desk, clock)
        story_room.to_assessor(told)
        yield told


@pytest.fixture(scope="module")
def site(story: Story, browser: Any) -> Iterator[Site]:
    """The served site of that case."""
    with serving() as base:
        yield Site(base, browser, {})


def come_in(site: Site, story: Story, name: str, person: str) -> str:
    """Let a person be signed in under this name; that is another file's journey."""
    cookies = story.client(person).cookies
    site.sessions[name] = [{"name": key, "value": said.value, "url": site.base} for key, said in cookies.items()]
    return name


def at(story: Story, slug: str = "") -> str:
    return f"/cases/{story.case.id}{slug and '/'}{slug}"


def choose(page: Any, question: str, answer: str) -> None:
    page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()


def send(page: Any, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=button, exact=True).click()


def assert_fits(page: Any) -> None:
    """A page on a narrow screen: nothing that axe finds, nothing beside the window."""
    assert_accessible(page)
    assert_no_sideways(page)


def test_the_assessor_reads_a_copy_without_names_before_the_file_opens(site: Site, story: Story) -> None:
    assessor = come_in(site, story, "assessor", story.sits(CaseRole.ASSESSOR))
    assert_page_is_good(site, at(story, "blind"), member=assessor)
    with site.page(assessor) as page:
        page.goto(site.at(at(story, "items")))
        expect(page.get_by_role("main")).to_contain_text("blind")
        expect(page.get_by_role("group", name="What links the account to the person?")).to_have_count(0)
        page.goto(site.at(at(story)))
        page.get_by_role("link", name="Read the blind copy first").click()
        page.get_by_text("Show the blind copy").click()
        expect(page.get_by_role("main")).not_to_contain_text(ACCUSED)
        choose(page, "What does this show?", "If it is so, it breaks a rule")
        page.get_by_label("Why, in a sentence or two").fill("Name-calling, twice.")
        send(page, "Save it; then the open file opens")


def test_then_each_item_and_what_the_file_shows_without_scripts(site: Site, story: Story) -> None:
    assert_page_is_good(site, at(story, "items"), member="assessor")
    with site.page("assessor", viewport=NARROW, scripts=False) as page:
        page.goto(site.at(at(story, "items")))
        page.locator("input[name=link][value=B]").check()
        page.locator("input[name=act][value=wrote]").check()
        page.get_by_label("I have seen it at its address myself, today").check()
        for number in range(1, 15):
            page.locator(f"input[name=G{number}][value=pass]").check()
        send(page, "Record the assessment of this item")
    with site.page("assessor", viewport=NARROW) as page:
        page.goto(site.at(at(story, "route")))
        assert_fits(page)
        choose(page, "Now that you know the whole file: what does it show?", "If it is so, it breaks a rule")
        page.get_by_label("The exact words the person complained about would be shown").fill(
            "Somebody was called a name."
        )
        send(page, "Save")
    story.case.refresh_from_db()
    assert story.case.state == "evidence_assessment"


def test_three_members_say_whether_they_can_be_fair(site: Site, story: Story) -> None:
    story_room.to_investigation(story)
    story_room.to_formal(story)
    story_room.to_drawn(story)
    for name, person, way in zip(MEMBERS, story.panel(), WAYS, strict=True):
        come_in(site, story, name, person)
        if name == MEMBERS[0]:
            assert_page_is_good(site, at(story, "conflict"), member=name)
        with site.page(name, **way) as page:
            page.goto(site.at("/desk"))
            expect(page.get_by_role("heading", level=1)).to_contain_text("1 case asks for your answer")
            page.goto(site.at(at(story, "conflict")))
            page.get_by_label("Yes. I have no link to anybody in it").check()
            send(page, "Answer")
    story.case.refresh_from_db()
    assert story.case.state == "panel_set"


def test_the_chair_announces_and_opens_the_hearing(site: Site, story: Story) -> None:
    chair = come_in(site, story, MEMBERS[0], story.panel()[0])
    day = story_room.first_day_of(story)
    assert_page_is_good(site, at(story, "hearing"), member=chair)
    with site.page(chair) as page:
        page.goto(site.at(at(story, "hearing")))
        page.get_by_label("On which day?").fill(day.isoformat())
        send(page, "Announce it to both sides")
        story.clock.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        come_in(site, story, MEMBERS[0], story.panel()[0])
    with site.page(chair, viewport=NARROW) as page:
        page.goto(site.at(at(story, "hearing")))
        send(page, "Open the hearing")
        page.goto(site.at(at(story, "papers")))
        assert_fits(page)


def test_each_votes_alone_and_the_chair_writes_why(site: Site, story: Story) -> None:
    names = [come_in(site, story, name, person) for name, person in zip(MEMBERS, story.panel(), strict=True)]
    for name in names:
        with site.page(name, scripts=False) as page:
            page.goto(site.at(at(story, "papers")))
            expect(page.get_by_role("heading", name="Allegation 1")).to_be_visible()
    story.clock.move(minutes=10)
    assert_page_is_good(site, at(story, "vote"), member=names[0])
    for name, way in zip(names, WAYS, strict=True):
        with site.page(name, **way) as page:
            page.goto(site.at(at(story, "vote")))
            choose(page, "Did anybody without a seat speak to you about this case?", "No, nobody")
            choose(page, "Allegation 1", "It happened and broke the rule")
            send(page, "Save my votes")
    with site.page(names[0], viewport=NARROW) as page:
        page.goto(site.at(at(story, "find")))
        assert_fits(page)
        page.get_by_label("Allegation 1: It happened and broke the rule. Why?").fill("The post stands there.")
        send(page, "Record the findings")


def test_only_now_earlier_findings_and_what_follows(site: Site, story: Story) -> None:
    assert_page_is_good(site, at(story, "what-follows"), member=MEMBERS[0])
    for name, way in zip(MEMBERS, WAYS, strict=True):
        with site.page(name, **way) as page:
            page.goto(site.at(at(story, "what-follows")))
            choose(page, "Did anybody without a seat speak to you about this case?", "No, nobody")
            page.locator("input[name=rung][value=L1]").check()
            send(page, "Save my vote")
    with site.page(MEMBERS[0], viewport=NARROW) as page:
        page.goto(site.at(at(story, "what-follows")))
        assert_fits(page)
        page.get_by_label("Why this, and not less").fill("It was deleted at once.")
        send(page, "Record what follows")
        page.goto(site.at(at(story, "reasons")))
        assert_fits(page)
