"""The figures as everybody meets them: before and after something was published, without JavaScript, on a telephone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from tests.journeys.browser import NARROW, Site, assert_accessible, assert_no_sideways, assert_page_is_good
from tests.web.publish.statistics_room import MEMBERS, report

from evenhand.context import Context
from evenhand.statistics import Period
from evenhand.web.publish.statistics.publishing import publish

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FIRST, LATER = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 4, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def figures(site: Site) -> Site:
    assert_page_is_good(site, "/statistics")
    ctx = Context.repeatable("figures", FIRST)
    for number in range(22):
        report(ctx, number)
    publish(period=Period.quarter(2026, 1), members=MEMBERS, ctx=Context(now=lambda: LATER, random=ctx.random))
    return site


def test_the_page_of_figures_is_good(figures: Site) -> None:
    assert_page_is_good(figures, "/statistics")
    assert_page_is_good(figures, "/audit/figures?period=2026-Q1", member="auditor")


def test_a_journalist_without_javascript_finds_a_sentence_with_its_address(figures: Site) -> None:
    with figures.page(scripts=False) as page:
        page.goto(figures.at("/"))
        page.get_by_role("link", name="Figures").first.click()
        picture = page.get_by_role("img", name="Messages, items, people and cases in the first quarter of 2026")
        expect(picture).to_be_visible()
        sentence = page.get_by_text("In the first quarter of 2026 there were about 20 submissions received.")
        expect(sentence).not_to_be_visible()
        page.get_by_text("All sentences with their addresses").click()
        expect(sentence).to_be_visible()
        expect(page.get_by_text(figures.at("/statistics?period=2026-Q1#m1-end-submission-total"))).to_be_visible()
        page.goto(figures.at("/statistics?period=2026-Q1#m1-end-submission-total"))
        expect(page.locator("#m1-end-submission-total")).to_be_visible()


def test_the_page_in_german_on_a_telephone(figures: Site) -> None:
    context = figures.browser.new_context(viewport=NARROW, locale="de-DE", reduced_motion="reduce")
    try:
        page = context.new_page()
        page.goto(figures.at("/statistics"))
        assert page.locator("html").get_attribute("lang") == "de"
        page.get_by_text("Alle Sätze mit ihren Adressen").click()
        assert_no_sideways(page)
        assert_accessible(page)
    finally:
        context.close()
