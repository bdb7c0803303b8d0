"""What everybody can see: good pages, and the words that must be on them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.journeys.browser import assert_page_is_good

from evenhand.web.record.queries import latest_checkpoint

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("path", ["/", "/ledger", "/account/login/", "/account/signup/"])
def test_a_public_page_is_good(site, path):
    assert_page_is_good(site, path)


def test_an_address_that_is_not_there_is_a_good_page_with_a_way_out(site):
    assert_page_is_good(site, "/no/such/page", status=404)
    with site.page() as page:
        page.goto(site.at("/no/such/page"))
        page.get_by_role("button", name="Go to the first page").click()
        assert page.url == site.at("/")


def test_a_reader_without_javascript_finds_the_checkpoint_and_what_it_cannot_show(site):
    newest = latest_checkpoint()
    assert newest is not None
    with site.page(scripts=False) as page:
        page.goto(site.at("/"))
        page.get_by_role("link", name="See the record and how to check it").click()
        assert page.locator("pre").first.inner_text().strip() == newest.note.decode().strip()
        hidden = page.get_by_text("It does not show that nothing was left out")
        expect(hidden).not_to_be_visible()
        page.get_by_text("What this can show, and what it cannot").click()
        expect(hidden).to_be_visible()
