"""Signing in as people do it: with mistakes, with a phone, by keyboard, with no JavaScript."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect
from tests.cast import code_now
from tests.journeys.browser import assert_accessible, assert_frame, assert_no_sideways, assert_page_is_good

from evenhand.web.people.actions import create_person, grant_role
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIGN_IN = "/account/login/"


@pytest.mark.parametrize(
    ("member", "path"),
    [
        ("officer", "/account/"),
        ("chair", "/account/"),
        ("outsider", "/account/"),
        ("officer", "/account/password/"),
        ("officer", "/account/second-step/"),
        ("officer", "/account/second-step/confirm/"),
        ("officer", "/account/logout/"),
        ("respondent", "/account/confirm/"),
        ("respondent", "/account/second-step/"),
        ("respondent", "/account/second-step/set-up/"),
    ],
)
def test_a_page_of_ones_own_account_is_good(site, member, path):
    assert_page_is_good(site, path, member=member)


@pytest.mark.parametrize("member", ["chair", "auditor", "sysadmin", "outsider", "respondent"])
def test_a_refused_page_is_good_and_says_what_to_do(site, member):
    assert_page_is_good(site, "/desk", member=member, status=403)


def test_what_was_left_out_is_said_on_top_and_beside_the_field(site):
    with site.page() as page:
        page.goto(site.at(SIGN_IN))
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        summary = page.get_by_role("alert")
        expect(summary).to_be_focused()
        assert_frame(page)
        assert_accessible(page)
        summary.get_by_role("link", name="Enter your password.").click()
        expect(page.get_by_label("Password")).to_be_focused()
        assert page.get_by_label("Password").get_attribute("aria-invalid") == "true"


def test_a_whole_sign_in_by_keyboard_alone(site):
    officer = site.cast["delegate"]
    with site.page() as page:
        page.goto(site.at(SIGN_IN))
        page.get_by_label("Sign-in name").focus()
        page.keyboard.type(officer.username)
        page.keyboard.press("Tab")
        page.keyboard.type(officer.password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/second-step/code/")
        assert_accessible(page)
        page.get_by_label("Code from your app").focus()
        page.keyboard.type(code_now(officer.person))
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/")
        expect(page.get_by_text("Signed in as Delegate")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_text("You are signed out.")).to_be_visible()
        page.goto(site.at("/account/"))
        assert "/account/login/" in page.url


def test_the_first_sign_in_sets_up_the_second_step_without_javascript(site, ctx):
    password = "four calm words here"
    person = create_person(username="new-officer", password=password, ctx=ctx).pk
    grant_role(person=PersonId(person), role=Role.OFFICER, actor=SYSTEM, ctx=ctx)
    with site.page(scripts=False, viewport={"width": 320, "height": 640}) as page:
        page.goto(site.at(SIGN_IN))
        page.get_by_label("Sign-in name").fill("new-officer")
        page.get_by_label("Password").fill(password)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Set up the second step")).to_be_visible()
        page.goto(site.at("/desk"))
        expect(page.get_by_role("heading", name="Set up the second step")).to_be_visible()
        type_first_code(page)
        if page.get_by_role("alert").count():  # the half minute ended between reading and typing
            type_first_code(page)
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        assert page.locator(".eh-codes li").count() == 10
        page.get_by_role("button", name="I have kept them: go on").click()
        expect(page.get_by_role("heading", name="Your account", exact=True)).to_be_visible()
    with site.page() as page:
        page.goto(site.at(SIGN_IN))
        page.get_by_label("Sign-in name").fill("new-officer")
        page.get_by_label("Password").fill(password)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/second-step/code/")


def type_first_code(page: Any) -> None:
    page.get_by_text("I cannot use a camera").click()
    page.get_by_label("Code from your app").fill(code_for(page.locator("code").inner_text()))
    page.get_by_role("button", name="Set up").click()


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_recovery_codes_are_good_pages(site):
    with site.page("officer") as page:
        page.goto(site.at("/account/second-step/"))
        page.get_by_role("link", name="Make new recovery codes").click()
        assert_accessible(page)
        page.get_by_role("button", name="Make new codes").click()
        page.wait_for_url("**/recovery/")
        assert_accessible(page)
        page.set_viewport_size({"width": 320, "height": 640})
        assert_no_sideways(page)
        page.get_by_role("link", name="Second step").click()
        page.get_by_role("link", name="Move to another phone").click()
        assert_accessible(page)
