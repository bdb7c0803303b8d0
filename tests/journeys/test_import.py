"""A person with a zip and no knowledge: they drag it into the page, and read what became of it."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.conftest import NOW
from tests.fixtures import make_x
from tests.journeys.browser import NARROW, Site, assert_accessible, assert_no_sideways
from tests.web.cases.test_contact_step import png

from evenhand.corpus.aim import Account
from evenhand.web.record import outbox
from evenhand.web.record.outbox import run_pending
from evenhand.web.sources.actions import SCREEN_POSTS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DROP = """([form, data, name]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name));
  form.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(autouse=True)
def nobody_screens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading the detector costs seconds, and what it says of the posts is another test's matter."""
    monkeypatch.setitem(outbox._JOBS, SCREEN_POSTS, lambda *_: None)


def export(folder: Path) -> Path:
    tweets = [make_x.archive_tweet(str(101 + at), f"said {at}") for at in range(3)]
    return make_x.archive(folder / "twitter.zip", {"tweets.js": make_x.script("tweets", tweets)})


def test_a_zip_is_dragged_in_and_its_story_read(site: Site, tmp_path: Path) -> None:
    with site.page("officer") as page:
        page.goto(site.at("/imports"))
        assert_accessible(page)
        page.locator("[data-drop]").evaluate("form => form.dataset.size = 300")  # many pieces of a small file
        data = base64.b64encode(export(tmp_path).read_bytes()).decode()
        page.locator("[data-drop]").evaluate(f"(form, rest) => ({DROP})([form, ...rest])", [data, "twitter.zip"])
        expect(page.get_by_role("heading", level=1)).to_have_text("twitter.zip")
        run_pending()
        expect(page.get_by_role("heading", name="What was found")).to_be_visible()
        expect(page.get_by_text("New posts: 3.")).to_be_visible()
        expect(page.get_by_role("heading", name="What to do next")).to_be_visible()
        assert_accessible(page)
        page.set_viewport_size(NARROW)
        assert_no_sideways(page)


def test_the_same_without_script(site: Site, tmp_path: Path) -> None:
    with site.page("officer", scripts=False) as page:
        page.goto(site.at("/imports"))
        page.get_by_label("The export: a zip, JSON or CSV file").set_input_files(export(tmp_path))
        page.get_by_role("button", name="Bring it in").click()
        run_pending()
        page.get_by_role("link", name="Look again").click()
        expect(page.get_by_text("Nothing: all of it was held already.")).to_be_visible()


def test_one_post_from_a_phone_in_two_taps_is_seen_by_an_officer(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from evenhand.context import Context
    from evenhand.web.desk.protection import declare
    from evenhand.web.office.shield import show_to

    ctx = Context(lambda: NOW, secrets.token_bytes)  # the key service's clock: a seat counts from its moment on
    monkeypatch.setattr(Context, "system", classmethod(lambda _cls: ctx))
    officer, ana = site.cast["officer"], site.cast["protected"]
    target = declare(label="Councillor, ward 3", accounts=[Account("x", "1001")], actor=officer.person, ctx=ctx)
    show_to(target=target, username=ana.username, actor=officer.person, ctx=ctx)
    with site.page("protected", viewport=NARROW) as phone:
        phone.goto(site.at("/my"))
        phone.get_by_role("link", name="Put a post, words or screenshots into your shield").click()
        assert_accessible(phone)
        assert_no_sideways(phone)
        # What the phone's share menu posts, as the manifest describes it.
        phone.get_by_label("Words").fill("see https://x.com/somebody/status/5001 a mild word")
        picture = {"name": "shot.png", "mimeType": "image/png", "buffer": png()}
        phone.get_by_label("Screenshots").set_input_files([picture])
        phone.get_by_role("button", name="Go on").click()  # the first tap: Evenhand, in the share menu
        assert_accessible(phone)
        assert_no_sideways(phone)
        phone.get_by_role("button", name="Into my shield").click()  # the second
        expect(phone.get_by_text("It is in your shield")).to_be_visible()
    with site.page("officer", viewport=NARROW) as page:
        page.goto(site.at("/handed-in"))
        assert_accessible(page)
        page.get_by_role("link", name="Shared by the person themselves").click()
        assert_accessible(page)
        assert_no_sideways(page)
        shown = page.get_by_role("img", name="Shared picture 1")
        expect(shown).not_to_be_visible()
        page.get_by_text("Show picture 1").click()
        expect(shown).to_be_visible()
        page.wait_for_function("document.querySelector('main img').naturalWidth > 0")
