"""The public rules and procedure, and the pages of those who sign rules and load the register: good pages all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.conftest import NOW
from tests.journeys.browser import NARROW, Site, assert_accessible, assert_no_sideways, assert_page_is_good

from evenhand.codes import builtin_text
from evenhand.context import Context
from evenhand.procedure.choices import builtin_text as procedure_text

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def published(site: Site) -> Iterator[Site]:
    """Three versions of a code and a procedure, signed; a proposal that waits."""
    from evenhand.web.people.models import User
    from evenhand.web.record.ids import ActorId
    from evenhand.web.rules.actions import Kind, propose, publish_code, publish_procedure

    ctx = Context.repeatable("rules journeys", NOW)
    ids = {name: ActorId(pk) for name, pk in User.objects.values_list("username", "id")}
    both = {"first_signer": ids["officer"], "second_signer": ids["case_keeper"]}
    publish_code(text=builtin_text("quillhaven"), ctx=ctx, **both)
    publish_procedure(text=procedure_text("default"), ctx=ctx, **both)
    propose(kind=Kind.CODE, text=builtin_text("general"), actor=ids["officer"], ctx=ctx)
    yield site


@pytest.mark.parametrize(
    "path", ["/", "/code", "/code/1", "/code/2", "/code/3", "/code/3?beside=1", "/procedure", "/your-own-posts"]
)
def test_a_public_page_is_good(published, path):
    assert_page_is_good(published, path)


MEMBERS = [("/register", "officer"), ("/rules", "officer"), ("/rules", "case_keeper")]


@pytest.mark.parametrize(("path", "member"), MEMBERS)
def test_a_page_of_the_unit_is_good(published, path, member):
    assert_page_is_good(published, path, member=member)


def test_a_reader_without_javascript_lays_two_versions_side_by_side(published):
    with published.page(scripts=False) as page:
        page.goto(published.at("/"))
        page.get_by_role("link", name="The rules of conduct").first.click()
        page.get_by_role("link", name="Version 3").click()
        page.get_by_label("Lay it beside").select_option("1")
        page.get_by_role("button", name="Compare").click()
        expect(page.get_by_role("heading", name="What is different from version 1")).to_be_visible()


def test_the_second_signer_reads_the_whole_text_before_signing(published):
    with published.page("case_keeper", viewport=NARROW) as page:
        page.goto(published.at("/rules"))
        page.get_by_role("link", name="Rules of conduct, signed first by: Officer").click()
        assert page.locator("pre").inner_text().strip() == builtin_text("general").strip()
        assert_no_sideways(page)
        assert_accessible(page)


def test_an_officer_checks_a_register(published, tmp_path: Any):
    file = tmp_path / "register.csv"
    file.write_text("member_id,joined\nQ1,2020-01-01\n")
    with published.page("officer") as page:
        page.goto(published.at("/register"))
        page.get_by_label("The register as a CSV file").set_input_files(file)
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_text("Nothing has been changed yet")).to_be_visible()
        assert_accessible(page)
