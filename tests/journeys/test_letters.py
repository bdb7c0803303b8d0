"""Letters as readers meet them: on a small screen and on paper; and the page that says whether one is real."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest
from playwright.sync_api import expect
from tests.journeys.browser import NARROW, assert_accessible, assert_no_sideways, assert_page_is_good
from tests.web.notices.notices_room import FIELDS

from evenhand.context import Context
from evenhand.procedure.notices import NoticeId
from evenhand.web.home import Home
from evenhand.web.notices.wording import LOCALES

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def letter(site):
    """A letter that the served installation has sent."""
    from tests.conftest import NOW
    from tests.databases import Desk
    from tests.web.notices.notices_room import furnished

    ctx = replace(Context.repeatable("letters", NOW), random=secrets.token_bytes)
    return furnished(Desk(Home.here(), ctx)).send(NoticeId.N3)


def test_the_page_that_checks_a_letter_is_good(site) -> None:
    assert_page_is_good(site, "/check-a-letter")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_reader_checks_a_letter(site, letter, scripts: bool) -> None:
    with site.page(scripts=scripts) as page:
        page.goto(site.at("/check-a-letter"))
        page.get_by_role("button", name="Check the letter").click()
        expect(page.get_by_text("Enter the check code that is printed on the letter.").first).to_be_visible()
        page.get_by_label("Check code").fill("AAAA-BBBB-CCCC-DDDD")
        page.get_by_role("button", name="Check the letter").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("No, we sent no letter with this code")
        page.get_by_role("button", name="Check another letter").click()
        page.get_by_label("Check code").fill(letter.check_code.lower())
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Yes, we sent a letter with this code")
        if scripts:
            assert_accessible(page)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_letter_is_good_on_a_small_screen_and_on_paper(site, locale: str) -> None:
    from tests.web.notices.test_notices_composing import written

    with site.page(viewport=NARROW) as page:
        for notice in FIELDS:
            page.set_content(written(notice, locale).html)
            assert_accessible(page)
            assert_no_sideways(page)
            assert page.get_by_role("heading", level=1).count() == 1


def test_paper_shows_the_words_that_the_screen_hides(site) -> None:
    from tests.web.notices.test_notices_composing import written

    with site.page() as page:
        page.set_content(written(NoticeId.N3).html)
        words = page.get_by_text("the treasurer is a clown")
        expect(words).not_to_be_visible()
        page.get_by_text("Show the words").click()
        expect(words).to_be_visible()
        page.get_by_text("Show the words").click()
        page.emulate_media(media="print")
        expect(words).to_be_visible()


def test_the_first_page_stands_alone_on_a4(site) -> None:
    from tests.web.notices.test_notices_composing import written

    with site.page() as page:
        page.set_content(written(NoticeId.N3).html)
        page.emulate_media(media="print")
        assert page.locator(".front").evaluate("e => getComputedStyle(e).breakAfter") == "page"
        # A4 less its margins is 251 mm high: 949 pixels.
        assert page.locator(".front").evaluate("e => e.getBoundingClientRect().bottom") < 949
