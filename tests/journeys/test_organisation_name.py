"""A long name of an organisation, in one word, still fits on a telephone."""

from __future__ import annotations

import pytest
from django.conf import settings
from tests.journeys.browser import assert_page_is_good

from evenhand.web.ui.organisation import MOST_CHARACTERS, organisation_file

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_page_stays_good_under_the_longest_name(site):
    name = "W" * MOST_CHARACTERS
    organisation_file(settings.HOME).write_text(name)
    with site.page() as page:
        page.goto(site.at("/"))
        assert page.content().count(name) == 2
    assert_page_is_good(site, "/")
