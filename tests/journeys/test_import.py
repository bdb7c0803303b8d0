"""A person with a zip and no knowledge: they drag it into the page, and read what became of it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.fixtures import make_x
from tests.journeys.browser import NARROW, Site, assert_accessible, assert_no_sideways

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
