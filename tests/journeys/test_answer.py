"""The person complained about, 68 and frightened: a letter, a code, one calm page, an answer. No account."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.conftest import NOW
from tests.databases import Template
from tests.journeys.browser import NARROW, Site, assert_accessible, assert_no_sideways, assert_page_is_good, serving

from evenhand.context import Context

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BEHIND = ("/answer", "/answer/ring", "/answer/companion", "/answer/readers", "/answer/reply/1", "/answer/reply/check")


@pytest.fixture(scope="module")
def site(sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[Site]:
    """The served site with one case in it whose allegations are formal; `site.cast` holds the code of the letter."""
    from tests.clock import MovingClock
    from tests.web.answer.answer_room import told

    from evenhand.web.people import second_step

    ctx = Context.repeatable("answer journey", NOW)
    with (
        pytest.MonkeyPatch.context() as patch,
        sqlite_template.installed(tmp_path_factory.mktemp("site") / "home", patch, ctx) as desk,
    ):
        clock = MovingClock(NOW)
        room = replace(desk, ctx=Context(now=clock, random=secrets.token_bytes))
        with pytest.MonkeyPatch.context() as building:
            building.setattr(Context, "system", lambda: room.ctx)
            building.setattr(second_step, "passed", lambda _request: True)
            case = told(room, clock, formal=True)
        with serving() as base:
            ready = Site(base, browser, {"code": case.code})
            with ready.page() as page:
                enter(page, ready)
                ready.sessions["respondent"] = page.context.cookies()
            yield ready


def enter(page: Any, site: Site) -> None:
    """Type the code and the fact, as somebody does who has the letter before them."""
    page.goto(site.at("/answer"))
    page.get_by_label("The code in your letter").fill(site.cast["code"].upper().replace("-", " "))
    page.get_by_label("The last four letters or figures of your membership number").fill("1234")
    page.get_by_role("button", name="Open").click()


def test_the_page_that_asks_for_the_code_is_good(site: Site) -> None:
    assert_page_is_good(site, "/answer")


@pytest.mark.parametrize("path", BEHIND)
def test_every_page_behind_the_code_is_good(site: Site, path: str) -> None:
    assert_page_is_good(site, path, member="respondent")


def test_what_it_is_about_is_hidden_until_asked_for_and_the_page_prints(site: Site) -> None:
    with site.page("respondent", viewport=NARROW) as page:
        page.goto(site.at("/answer"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Somebody has complained. Nothing has been decided.")
        words = page.get_by_text("you muppet").first
        expect(words).not_to_be_visible()
        page.get_by_text("Show what was reported").first.click()
        expect(words).to_be_visible()
        assert_accessible(page)
        assert_no_sideways(page)
        page.emulate_media(media="print")
        expect(words, "what was opened is printed").to_be_visible()
        expect(page.get_by_role("button", name="Send the message")).not_to_be_visible()
        expect(page.get_by_text("Leave this page quickly")).not_to_be_visible()
        expect(page.get_by_text("The most that can follow").first).to_be_visible()


def test_it_fits_a_telephone_in_german_too(site: Site) -> None:
    """German words are longer, and its dates carry the name of a zone."""
    with site.page("respondent", viewport=NARROW) as page:
        page.set_extra_http_headers({"Accept-Language": "de"})
        for path in BEHIND:
            page.goto(site.at(path))
            assert page.locator("html").get_attribute("lang") == "de"
            assert_no_sideways(page)


@pytest.mark.parametrize("scripts", [False, True])
def test_somebody_answers(site: Site, scripts: bool) -> None:
    """Without JavaScript the answer is saved; with it, it is completed."""
    with site.page(scripts=scripts) as page:
        page.goto(site.at("/answer"))
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_text("Type the code from your letter.").first).to_be_visible()
        enter(page, site)
        expect(page.get_by_text("It admits nothing")).to_be_visible()
        page.get_by_role("link", name="Go on with your answer" if scripts else "Answer here").first.click()
        if not scripts:
            page.get_by_label("No, that was not me").check()
            page.get_by_role("button", name="Save and continue").click()
            page.get_by_label("I do not accept it").check()
            page.get_by_label("Your words").fill("I was at my sister's that week.")
            page.get_by_role("button", name="Save and continue").click()
        page.get_by_role("button", name="Save and continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Check your answer")
        expect(page.get_by_text("I was at my sister's that week.")).to_be_visible()
        if scripts:
            page.get_by_role("button", name="My answer is complete").click()
            expect(page.get_by_text("You have said that your answer is complete.")).to_be_visible()
            page.get_by_role("button", name="Close").click()
            expect(page.get_by_label("The code in your letter")).to_be_visible()


def big_note() -> dict[str, Any]:
    """Return a text of two parts and a half, as a person chooses it."""
    return {"name": "note.txt", "mimeType": "text/plain", "buffer": b"They wrote to me first.\n" * 110_000}


def test_a_file_goes_up_in_parts_and_goes_on_after_the_connection_was_lost(site: Site) -> None:
    with site.page("respondent", viewport=NARROW) as page:
        page.goto(site.at("/answer"))
        sent: list[str] = []

        def lossy(route: Any) -> None:
            sent.append(route.request.url)
            route.abort() if len(sent) == 3 else route.continue_()

        page.route("**/answer/file/part", lossy)
        page.get_by_label("File", exact=True).set_input_files([big_note()])
        assert_accessible(page)
        with page.expect_navigation():
            page.get_by_role("button", name="Add the file").click()
        expect(page.get_by_role("main")).to_contain_text("note.txt")
        assert len(sent) >= 6, "begun, three parts of which one twice, ended"


def test_a_file_is_sent_whole_without_scripts(site: Site) -> None:
    with site.page("respondent", viewport=NARROW, scripts=False) as page:
        page.goto(site.at("/answer"))
        page.get_by_label("File", exact=True).set_input_files([big_note() | {"name": "whole.txt"}])
        page.get_by_role("button", name="Add the file").click()
        expect(page.get_by_role("main")).to_contain_text("whole.txt")
