"""Somebody who fears the branch's officers reports, alone and without a name, and follows what becomes of it.

Who must not see this comes first; there is a quick way out on every page; nothing needs JavaScript, a mouse or a wide
screen; and before the other side could learn who it was, the exact words are shown and may be refused.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.conftest import NOW
from tests.databases import Template
from tests.journeys.browser import (
    NARROW,
    Site,
    assert_accessible,
    assert_keyboard,
    assert_no_sideways,
    assert_page_is_good,
    serving,
)

from evenhand.context import Context

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASKED = "asks-asks-asks-asks"  # the code of the case whose sender is asked
FEAR = "The branch secretary, and whoever answers the telephone at the harbour office"
TITLES = (
    "Who must not see this?", "What happened", "Where it can be found", "Who did it", "Who it was aimed at",
    "How we can reach you", "Check your report and send it",
)  # fmt: skip


@dataclass(frozen=True)
class Room:
    """The served site, and the case whose sender is asked."""

    site: Site
    story: Any


@pytest.fixture(scope="module")
def room(sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[Room]:
    """The site with everybody who handles a case, and one case whose sender is asked about the exact words."""
    from tests.clock import MovingClock, on_one_clock
    from tests.web.cases import story_room
    from tests.web.cases.story_room import begin

    from evenhand.web.cases.access import code_digest

    clock = MovingClock(NOW)
    ctx = Context(now=clock, random=secrets.token_bytes)
    home = tmp_path_factory.mktemp("report") / "home"
    with (
        pytest.MonkeyPatch.context() as patch,
        sqlite_template.installed(home, patch, ctx) as desk,
        serving() as base,
    ):
        on_one_clock(desk, patch)
        story = begin(desk, clock, code_digest=code_digest(ASKED))
        story_room.to_assessor(story)
        story_room.to_assessed(story)
        yield Room(Site(base, browser, {}), story)


@pytest.fixture(scope="module")
def site(room: Room) -> Site:
    """The served site."""
    return room.site


def press(page: Any, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def heading(page: Any) -> str:
    return str(page.get_by_role("heading", level=1).inner_text())


def fill(page: Any, seen: Any) -> str:
    """Fill in the whole report, calling `seen(page)` on each page; return the code of the receipt."""
    page.get_by_role("button", name="Begin", exact=True).click()
    assert heading(page) == TITLES[0]
    seen(page)
    press(page, "Continue")
    expect(
        page.get_by_text("Choose one of the answers, so that nobody reads this who should not.").first
    ).to_be_visible()
    page.get_by_label("Yes, certain people. I name them below").check()
    page.get_by_label("Who must not see it?").fill(FEAR)
    press(page, "Continue")
    assert heading(page) == TITLES[1]
    seen(page)
    page.get_by_label("What happened?").fill("He wrote “you muppet” to me in front of the whole quay.")
    press(page, "Continue")
    seen(page)
    page.get_by_label("Where can it be found?").fill("https://chirp.example/quay/1")
    press(page, "Continue")
    seen(page)
    page.get_by_label("I know who, or the name of the account").check()
    page.get_by_label("Name or account").fill("@harbour_gull")
    press(page, "Continue")
    seen(page)
    page.get_by_label("At me").check()
    press(page, "Continue")
    seen(page)
    page.get_by_label("Only on this site, with a code", exact=False).check()
    press(page, "Continue")
    assert heading(page) == TITLES[6]
    expect(page.get_by_text(FEAR), "what was answered is read back before it is sent").to_be_visible()
    seen(page)
    page.get_by_label("What I have written is true as far as I know").check()
    press(page, "Send")
    expect(page.get_by_role("heading", name="We have your report").first).to_be_visible()
    seen(page)
    return str(page.locator(".eh-code").inner_text())


def good(page: Any) -> None:
    """One heading, the way out, nothing wider than the window, no fault that axe knows."""
    assert page.get_by_role("heading", level=1).count() == 1
    expect(page.get_by_role("link", name="Leave this page quickly")).to_be_visible()
    assert_no_sideways(page)
    assert_accessible(page)


@pytest.mark.parametrize("address", ["/report", "/report/danger", "/follow"])
def test_the_doors_are_good(site: Site, room: Any, address: str) -> None:
    assert_page_is_good(site, address)


def test_reporting_on_a_small_screen_and_each_page_is_good(site: Site, room: Any) -> None:
    with site.page(viewport=NARROW) as page:
        page.goto(site.at("/report"))
        good(page)
        code = fill(page, good)
        assert re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}", code)
        page.emulate_media(media="print")
        expect(page.locator(".eh-code"), "the receipt can be printed with its code").to_be_visible()
        expect(page.get_by_role("link", name="Leave this page quickly")).not_to_be_visible()


@pytest.fixture(scope="module")
def code(site: Site, room: Any) -> str:
    """A report sent without JavaScript, and its code."""
    with site.page(scripts=False) as page:
        page.goto(site.at("/report"))
        return fill(page, lambda shown: None)


def enter(page: Any, site: Site, code: str) -> None:
    page.goto(site.at("/follow"))
    page.get_by_label("Your code").fill(code.upper())
    press(page, "Open")
    assert heading(page).startswith("Your report ")


@pytest.mark.parametrize("scripts", [True, False])
def test_following_writing_and_adding_a_file(site: Site, code: str, scripts: bool) -> None:
    with site.page(scripts=scripts, viewport=NARROW) as page:
        enter(page, site, code)
        if scripts:
            good(page)
        expect(page.get_by_text("we have your report, first checks")).to_be_visible()
        page.get_by_label("Your message").fill("Please do not write to my office.")
        press(page, "Send the message")
        expect(page.get_by_text("Please do not write to my office.").first).to_be_visible()
        page.get_by_label("File", exact=True).set_input_files(
            {"name": "quay.txt", "mimeType": "text/plain", "buffer": b"a picture in words"}
        )
        press(page, "Add the file")
        expect(page.get_by_text("nobody has looked at it yet").first).to_be_visible()
        press_close(page)
        expect(page.get_by_label("Your code")).to_be_visible()
        page.go_back()
        page.reload()
        expect(page.get_by_label("Your code"), "after closing, nothing is left behind the back button").to_be_visible()


def press_close(page: Any) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Close", exact=True).click()


def test_by_keys_alone(site: Site, code: str) -> None:
    with site.page() as page:
        page.goto(site.at("/follow"))
        assert_keyboard(page)
        page.get_by_label("Your code").focus()
        page.keyboard.type(code)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert heading(page).startswith("Your report ")
        assert_keyboard(page)


def test_a_letter_opens_as_it_was_sent(site: Site, code: str) -> None:
    with site.page(viewport=NARROW) as page:
        enter(page, site, code)
        page.get_by_role("list").get_by_role("link").filter(
            has_text=re.compile("receipt|received", re.IGNORECASE)
        ).first.click()
        assert_accessible(page)
        assert_no_sideways(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_quick_way_out_closes_the_report_behind_itself(site: Site, code: str, scripts: bool) -> None:
    """Whoever comes to the keyboard next and presses "back" is asked for the code."""
    went: list[str] = []

    def elsewhere(route: Any) -> None:
        went.append(route.fetch(max_redirects=0).headers["location"])
        route.fulfill(body="<title>elsewhere</title>", content_type="text/html")

    with site.page(scripts=scripts) as page:
        page.route("**/leave", elsewhere)
        enter(page, site, code)
        page.get_by_role("link", name="Leave this page quickly").click()
        page.wait_for_url("**/leave")
        assert page.title() == "elsewhere" and went == ["https://www.wikipedia.org/"]
        page.go_back()
        page.reload()
        expect(page.get_by_label("Your code")).to_be_visible()
        assert "Your report 2" not in page.content()


def test_the_exact_words_are_shown_before_anybody_is_told(site: Site, room: Room) -> None:
    """The identity step: the words first, then the question; refusing asks why, and nothing goes out meanwhile."""
    from evenhand.web.cases.models import Identity

    with site.page(viewport=NARROW) as page:
        enter(page, site, ASKED)
        good(page)
        section = page.locator("#identity")
        expect(section.get_by_text("Somebody was called a muppet, twice.")).to_be_visible()
        assert section.bounding_box()["y"] < page.get_by_role("heading", name="Letters").bounding_box()["y"]
        section.get_by_label("No: I ask that my identity is protected", exact=False).check()
        press(page, "Send my answer")
        expect(page.get_by_text("Say in a few words what you fear.").first).to_be_visible()
        good(page)
        page.locator("#identity").get_by_role("textbox", name="Why").fill("There are four of us at that quay.")
        press(page, "Send my answer")
        expect(page.get_by_text("Your answer was recorded.", exact=False)).to_be_visible()
        assert page.locator("#identity").count() == 0
    row = Identity.objects.get(case=room.story.case)
    assert (row.answer, row.protection) == ("protect", "pending")


def test_in_german(site: Site, room: Any) -> None:
    with site.page(viewport=NARROW) as page:
        page.goto(site.at("/report"))
        page.get_by_role("button", name="Deutsch").click()
        page.wait_for_url("**/report")
        assert page.locator("html").get_attribute("lang") == "de"
        assert_accessible(page)
        assert_no_sideways(page)
        page.get_by_role("button", name="Beginnen").click()
        assert heading(page) == "Wer darf das nicht sehen?"
        assert_no_sideways(page)
