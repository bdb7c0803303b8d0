"""An officer goes through the leads: with a mouse, with keys alone, without JavaScript, at 320 pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.conftest import NOW
from tests.databases import Desk
from tests.journeys.browser import NARROW, Site, assert_accessible, assert_no_sideways, assert_page_is_good

from evenhand.context import Context
from evenhand.web.home import Home

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THREAT = "we will find you, Councillor"
INSULTS = [f"you idiot, number {n}" for n in range(4)]


@pytest.fixture(scope="module")
def room(site: Site) -> Iterator[Any]:
    """Leads at two protected people, and posts that could not be read."""
    from tests.web.desk.desk_room import furnished, one_clock, post

    ctx = replace(Context.repeatable("desk journeys", NOW))
    made = furnished(Desk(Home.here(), ctx))
    long_word = "a" * 120
    made.bring_in(
        [post(text) for text in [*INSULTS, THREAT, f"you idiot {long_word}", "ok", None]]
        + [post("hm", at="1002"), post("a calm word about the budget", at="1002")]
    )
    made.screen()
    with pytest.MonkeyPatch.context() as patch:
        one_clock(made, patch)
        yield made


def test_the_empty_page_is_good(site: Site) -> None:
    assert_page_is_good(site, "/desk/leads", member="officer")


def test_the_leads_page_and_its_form_are_good(site: Site, room: Any) -> None:
    assert_page_is_good(site, "/desk/leads", member="officer")
    with site.page("officer") as page:
        page.goto(site.at("/desk/leads"))
        address = page.get_by_role("link", name="Not abuse").first.get_attribute("href")
    assert_page_is_good(site, address, member="officer")


def test_harmful_words_are_hidden_until_asked_for_also_in_print_and_without_javascript(site: Site, room: Any) -> None:
    for scripts in (True, False):
        with site.page("officer", scripts=scripts) as page:
            page.goto(site.at("/desk/leads"))
            words = page.get_by_text("we will", exact=False).first
            expect(words).not_to_be_visible()
            page.emulate_media(media="print")
            expect(words).not_to_be_visible()
            page.emulate_media(media="screen")
            page.get_by_text("Show what was written").first.click()
            expect(words).to_be_visible()
            expect(page.locator("mark").first).to_be_visible()


def test_the_opened_words_are_accessible_and_fit_a_small_screen(site: Site, room: Any) -> None:
    with site.page("officer", viewport=NARROW) as page:
        page.goto(site.at("/desk/leads"))
        for summary in page.get_by_text("Show what was written").all():
            summary.click()
        assert_no_sideways(page)
        assert_accessible(page)


def test_by_keys_alone(site: Site, room: Any) -> None:
    with site.page("officer") as page:
        page.goto(site.at("/desk/leads"))
        page.keyboard.press("j")
        focused = page.locator("[data-item]:focus")
        expect(focused).to_have_count(1)
        expect(focused).to_contain_text("1.")
        page.keyboard.press("o")
        expect(focused.locator("mark")).to_be_visible()
        page.keyboard.press("o")
        expect(focused.locator("mark")).not_to_be_visible()
        page.keyboard.press("j")
        expect(focused.get_by_role("heading")).to_contain_text("2.")
        page.keyboard.press("k")
        expect(focused.get_by_role("heading")).to_contain_text("1.")
        help_words = page.get_by_text("Keys, when a lead has the focus")
        shown = help_words.is_visible()
        page.keyboard.press("?")
        expect(help_words).to_be_visible(visible=not shown)
        page.keyboard.press("n")
        page.wait_for_url("**/not-abuse")


def test_not_abuse_and_undo_without_javascript(site: Site, room: Any) -> None:
    with site.page("officer", scripts=False) as page:
        page.goto(site.at("/desk/leads"))
        before = page.get_by_role("listitem").filter(has_text="Aimed at").count()
        page.get_by_role("link", name="Not abuse").last.click()
        page.get_by_role("button", name="Put this lead aside").click()
        page.get_by_role("link", name="Choose the reason that fits best.").click()
        page.get_by_label("Criticism, however harsh", exact=False).check()
        page.get_by_role("button", name="Put this lead aside").click()
        assert page.url.split("#")[0] == site.at("/desk/leads")
        expect(page.get_by_text("The lead was put aside.")).to_be_visible()
        assert page.locator("[data-item]").count() == before - 1
        page.get_by_role("button", name="Undo").first.click()
        expect(page.get_by_text("The lead is back among the leads.")).to_be_visible()
        assert page.locator("[data-item]").count() == before


def test_the_page_just_after_putting_aside_is_good(site: Site, room: Any) -> None:
    with site.page("officer") as page:
        page.goto(site.at("/desk/leads"))
        page.get_by_role("link", name="Not abuse").last.click()
        page.get_by_label("The detector misread the words", exact=False).check()
        page.get_by_role("button", name="Put this lead aside").click()
        assert_accessible(page)
        assert_no_sideways(page)
        page.get_by_role("button", name="Undo").first.click()


def test_a_lead_that_somebody_else_put_aside_is_refused_in_words_with_a_way_out(site: Site, room: Any) -> None:
    from evenhand.web.desk.actions import put_aside
    from evenhand.web.desk.models import Lead
    from evenhand.web.desk.words import Reason

    with site.page("officer") as page:
        page.goto(site.at("/desk/leads"))
        page.get_by_role("link", name="Not abuse").last.click()
        lead = page.url.split("/")[-2]
        assert Lead.objects.get(id=lead).status == "waiting"
        put_aside(lead=lead, reason=Reason.NOT_AIMED, actor=room.colleague, ctx=room.ctx)
        page.get_by_label("Criticism, however harsh", exact=False).check()
        page.get_by_role("button", name="Put this lead aside").click()
        expect(page.get_by_text("This lead has already been put aside.")).to_be_visible()
        assert_accessible(page)
