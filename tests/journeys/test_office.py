"""The first screens in a browser: good pages, and what an officer does in the first minute of a day."""

from __future__ import annotations

import secrets
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.conftest import NOW
from tests.journeys.browser import Site, assert_accessible, assert_no_sideways, assert_page_is_good

from evenhand.context import Context
from evenhand.web.home import Home

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def cases(site: Site) -> Iterator[list[str]]:
    """Three reports, one of danger, one of them with the officer already; a file and a message in it."""
    from tests.web.cases.cases_room import received
    from tests.web.notices.notices_room import LETTERS_TOML

    from evenhand.procedure.roles import CaseRole
    from evenhand.web.cases.models import Party
    from evenhand.web.cases.seats import take
    from evenhand.web.cases.steps.dialogue import Kind, say

    ctx = Context(lambda: NOW, secrets.token_bytes)
    found = [
        received(ctx, danger_claimed=True, subjects=("Ada Fenn",), contact=None, anonymous=True),
        received(ctx, subjects=("Kim Hale",)),
        received(ctx),
    ]
    mine = found[2].cases[0]
    take(case=mine, role=CaseRole.INTAKE, person=site.cast["officer"].person, ctx=ctx)
    say(party=Party.objects.get(case=mine), text="When do I hear from you?", kind=Kind.MESSAGE, ctx=ctx)
    (Home.here().root / "letters.toml").write_text(LETTERS_TOML)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Context, "system", classmethod(lambda _cls: ctx))
        yield [opened.cases[0] for opened in found]


@pytest.mark.parametrize(
    ("member", "path"),
    [
        ("officer", "/desk"),
        ("officer", "/desk/acknowledge"),
        ("officer", "/desk/unit"),
        ("officer", "/desk/away"),
        ("officer", "/desk/waves"),
        ("officer", "/contact"),
        ("chair", "/contact"),
        ("panel_1", "/desk"),
        ("auditor", "/audit"),
        ("case_keeper", "/keeper"),
    ],
)
def test_a_first_screen_is_good(site: Site, cases: list[str], member: str, path: str) -> None:
    assert_page_is_good(site, path, member=member)


@pytest.mark.parametrize("step", ["contact", "recuse", "dialogue", "files"])
def test_what_can_be_done_at_any_time_is_a_good_page(site: Site, cases: list[str], step: str) -> None:
    assert_page_is_good(site, f"/cases/{cases[2]}/{step}", member="officer")


def test_danger_first_then_a_note_in_four_answers(site: Site, cases: list[str]) -> None:
    with site.page("officer", scripts=False) as page:
        page.goto(site.at("/desk"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("1 danger report is waiting.")
        page.get_by_role("button", name="Somebody spoke to me about a case").click()
        page.get_by_label("Number of the case").fill("2026-0003")
        page.get_by_label("The leader, or a deputy").check()
        page.get_by_label("In one line").fill("Asked how long it takes. I said nothing.")
        page.get_by_role("button", name="Put it on record").click()
        expect(page.get_by_text("Your note is on record.")).to_be_visible()


def test_what_was_left_out_of_a_note_is_said(site: Site, cases: list[str]) -> None:
    with site.page("officer", viewport={"width": 320, "height": 640}) as page:
        page.goto(site.at("/contact"))
        page.get_by_role("button", name="Put it on record").click()
        page.get_by_role("alert").get_by_role("link", name="Choose who spoke to you.").click()
        assert_accessible(page)
        assert_no_sideways(page)


def test_reports_are_opened_on_one_word(site: Site, cases: list[str]) -> None:
    with site.page("officer_2", scripts=False) as page:
        page.goto(site.at("/desk/acknowledge"))
        page.get_by_label("Your name in these cases").fill("Birch")
        page.get_by_role("button", name="Open these and tell their senders").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("2 reports are opened")
        assert_named(page)


def assert_named(page: Any) -> None:
    """The page after a press has one heading and a title too."""
    assert page.title().endswith(" – Evenhand")


def test_a_case_is_handed_out_and_checked_outside(site: Site, cases: list[str], tmp_path: Path) -> None:
    from evenhand.web.record.outbox import run_pending

    address = f"/cases/{cases[2]}/bundle"
    assert_page_is_good(site, address, member="officer")
    with site.page("officer", scripts=False) as page:
        page.goto(site.at(f"/cases/{cases[2]}"))
        page.get_by_role("link", name="Hand out the case as a bundle").click()
        page.get_by_role("button", name="Make the bundle").click()
        expect(page.get_by_role("alert")).to_contain_text("Say who gets it")
        page.get_by_label("Everything that may be handed out").check()
        page.get_by_label("Who gets it?").fill("The sender’s solicitor")
        page.get_by_label("Why?").fill("She acts for the sender.")
        page.get_by_role("button", name="Make the bundle").click()
        expect(page.get_by_role("main")).to_contain_text("It is not ready yet.")
        run_pending()
        page.get_by_role("link", name="Look again").click()
        with page.expect_download() as got:
            page.get_by_role("link", name="Save this bundle").click()
        got.value.save_as(tmp_path / "bundle.zip")
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        archive.extractall(tmp_path)
    (program,) = tmp_path.glob("case-*/verify.py")
    done = subprocess.run([sys.executable, "-I", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split(".")[0]) == (0, "VERIFIED"), done.stdout
