"""Driving Debian's chromium: the server thread, signing in, and what every page must pass.

`assert_page_is_good(site, "/desk", member="officer")` is the whole examination of one page: status, axe, 320
pixels, 400 % zoom, without JavaScript, by keyboard, in print. A test of a new page calls it and then does what
a reader would do.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler

from playwright.sync_api import expect

# Without windows the same pages cost half the processor time; where only the whole browser is, that one.
_SHELL, _WHOLE = Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")
CHROMIUM = Path(os.environ.get("CHROMIUM") or (_SHELL if _SHELL.exists() else _WHOLE))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 640}  # also 1,280 pixels at 400 % zoom (WCAG 1.4.10)
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass(slots=True)
class Site:
    """The served site: its address, the browser, the cast, and the sessions of those who signed in."""

    base: str
    browser: Any
    cast: dict[str, Any]
    sessions: dict[str, Any] = field(default_factory=dict)

    def at(self, path: str) -> str:
        """Return the whole address of a path."""
        return self.base + path

    @contextmanager
    def page(self, member: str = "", *, viewport: dict[str, int] | None = None, scripts: bool = True) -> Iterator[Any]:
        """Give a fresh page of a fresh browser context, signed in as a member of the cast ("" = nobody).

        At its end nothing may have been blocked by the content security policy, and no script have failed.
        """
        context = self.browser.new_context(
            viewport=viewport or WIDE, java_script_enabled=scripts, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        complaints: list[str] = []
        try:
            if member:
                context.add_cookies(self._session(member))
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: _note(complaints, said))
            yield page
        finally:
            context.close()
        assert not complaints, complaints

    def _session(self, member: str) -> Any:
        """Return a member's cookies, signing them in at first: once, because a code works once."""
        if member not in self.sessions:
            context = self.browser.new_context(viewport=WIDE)
            context.set_default_timeout(PATIENCE_MS)
            sign_in(context.new_page(), self, member)
            self.sessions[member] = context.cookies()
            context.close()
        return self.sessions[member]


def _note(complaints: list[str], said: Any) -> None:
    """Keep what a page must never say; a refused page's own status is no complaint."""
    if said.type == "error" and "Failed to load resource" not in said.text:
        complaints.append(said.text)


def sign_in(page: Any, site: Site, member: str) -> None:
    """Sign a member in by typing: name, password, and the code that their app shows."""
    from tests.cast import code_now, needs_code

    who = site.cast[member]
    page.goto(site.at("/account/login/"))
    page.get_by_label("Sign-in name").fill(who.username)
    page.get_by_label("Password").fill(who.password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    while needs_code(who) and page.url.endswith("/second-step/code/"):
        page.get_by_label("Code from your app").fill(code_now(who.person))
        page.get_by_role("button", name="Sign in").click()
        if page.get_by_role("alert").count():  # the half minute ended between reading and typing
            page.wait_for_timeout(1_000)


@contextmanager
def serving() -> Iterator[str]:
    """Serve the application, as gunicorn would load it, from a thread of this process; give its address."""
    from django.core.servers.basehttp import ThreadedWSGIServer
    from django.core.wsgi import get_wsgi_application

    class Server(ThreadedWSGIServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: pytest shows what matters."""


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Debian's chromium and give it; the caller opens contexts."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; Django would refuse to touch the database from it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            yield browser
            browser.close()
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@contextmanager
def opened(browser: Any, desk: Any) -> Iterator[Site]:
    """Make the standing cast in an installation, serve it, and give the site."""
    from tests.cast import standing_cast

    cast = standing_cast(desk)
    with serving() as base:
        yield Site(base, browser, cast)


def assert_page_is_good(site: Site, path: str, *, member: str = "", status: int = 200) -> None:
    """Examine one page: status and title, axe, 320 pixels, without JavaScript, by keyboard, in print."""
    with site.page(member) as page:
        answer = page.goto(site.at(path))
        assert answer.status == status, f"{path}: {answer.status}"
        assert page.url == site.at(path), f"{path} led to {page.url}"
        assert_frame(page)
        assert_accessible(page)
        assert_keyboard(page)
        page.emulate_media(media="print")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    with site.page(member, viewport=NARROW) as page:
        page.goto(site.at(path))
        assert_no_sideways(page)
        assert_accessible(page)
    with site.page(member, scripts=False) as page:
        page.goto(site.at(path))
        assert_frame(page)


def assert_frame(page: Any) -> None:
    """One main heading, a title that ends with our name, a language, a way to skip to the content."""
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.title().endswith(" – Evenhand") and len(page.title()) > 15
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("link", name="Skip to main content").count() == 1
    assert page.locator("[style]").count() == 0


def assert_accessible(page: Any) -> None:
    """No violation found by axe, run inside the page with its content security policy on."""
    from axe_core_python.base import AXE_SCRIPT

    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("async () => (await axe.run()).violations")
    assert not found, "\n".join(f"{v['id']}: {v['help']}: {[n['html'] for n in v['nodes']]}" for v in found)


def assert_no_sideways(page: Any) -> None:
    """Nothing is wider than the window, so nobody has to scroll sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} pixels too wide"


def assert_keyboard(page: Any) -> None:
    """Tab reaches the skip link first and then every link, button and field; each shows where the focus is."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    waiting = page.evaluate(_FOCUSABLE)
    seen = 1
    for _ in range(waiting + 5):
        page.keyboard.press("Tab")
        at = page.evaluate(_FOCUSED)
        if at is None:
            break
        assert at["ring"], f"no visible focus on {at['html']}"
        seen += 1
    assert seen >= waiting, f"the keyboard reached {seen} of {waiting} things"


_FOCUSABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter((e) => e.type !== 'hidden' && !e.disabled && e.checkVisibility()
        && !(e.type === 'radio' && e.name && e !== document.getElementsByName(e.name)[0])).length"""
_FOCUSED = """() => {
    const e = document.activeElement;
    if (!e || e === document.body || e.classList.contains('eh-skip-link')) return null;
    const s = getComputedStyle(e);
    return { ring: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2, html: e.outerHTML.slice(0, 120) };
}"""
