"""Pictures of every page, for people: `make screenshots` writes them into screenshots/.

Each page is taken wide, at 320 pixels and as it prints. Run as a module: python -m tests.journeys.screenshots
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOW, SESSION_HOME, ensure_django
from tests.databases import Template
from tests.journeys.browser import CHROMIUM, NARROW, WIDE, Site, chromium, opened

FOLDER = Path("screenshots")
# Who looks, at what, and the name of the picture. The signing-in pages are taken on the way.
PAGES: tuple[tuple[str, str, str], ...] = (
    ("", "/", "first-page"),
    ("", "/ledger", "record"),
    ("", "/account/login/", "sign-in"),
    ("", "/account/signup/", "no-sign-up"),
    ("", "/no/such/page", "nothing-here"),
    ("officer", "/account/", "account-officer"),
    ("chair", "/account/", "account-restricted"),
    ("auditor", "/desk", "not-open-to-you"),
    ("officer", "/account/password/", "change-password"),
    ("officer", "/account/second-step/", "second-step"),
    ("officer", "/account/logout/", "sign-out"),
    ("officer", "/desk/leads", "leads"),
    ("officer", "/desk", "desk"),
)


def main() -> int:
    """Take every picture; return 0, or 4 where there is no chromium."""
    if not CHROMIUM.exists():
        sys.stderr.write(f"No {CHROMIUM}: `make browser` installs Debian's chromium.\n")
        return 4
    ensure_django()
    from evenhand.context import Context

    FOLDER.mkdir(exist_ok=True)
    template = Template.sqlite(SESSION_HOME / "templates")
    ctx = Context.repeatable("journeys", NOW)
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        template.installed(Path(folder) / "home", patch, ctx) as desk,
        chromium() as browser,
        opened(browser, desk) as site,
    ):
        for member, path, name in PAGES:
            take(site, member, path, name)
        take_faults(site)
    sys.stdout.write(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}/\n")
    return 0


def take(site: Site, member: str, path: str, name: str) -> None:
    """Take one page three times: wide, narrow, printed."""
    for form, viewport in (("wide", WIDE), ("narrow", NARROW), ("print", WIDE)):
        with site.page(member, viewport=viewport) as page:
            page.emulate_media(media="print" if form == "print" else "screen")
            page.goto(site.at(path))
            shoot(page, f"{name}-{form}")


def take_faults(site: Site) -> None:
    """Take what a person sees who left the form empty, and the second step being set up."""
    with site.page() as page:
        page.goto(site.at("/account/login/"))
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        shoot(page, "sign-in-faults-wide")
    with site.page("respondent") as page:
        page.goto(site.at("/account/second-step/set-up/"))
        shoot(page, "second-step-set-up-wide")


def shoot(page: Any, name: str) -> None:
    """Write the whole page as a picture."""
    page.screenshot(path=str(FOLDER / f"{name}.png"), full_page=True)


if __name__ == "__main__":
    sys.exit(main())
