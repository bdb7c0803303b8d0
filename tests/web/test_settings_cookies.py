"""Sign-in cookies travel over TLS alone as soon as hosts are named; no header of a visitor's makes it so."""

from __future__ import annotations

import runpy
from typing import Any

import pytest

from evenhand.web import settings

pytestmark = pytest.mark.slow


def settings_with(monkeypatch: pytest.MonkeyPatch, hosts: str | None) -> dict[str, Any]:
    if hosts is None:
        monkeypatch.delenv("EVENHAND_ALLOWED_HOSTS", raising=False)
    else:
        monkeypatch.setenv("EVENHAND_ALLOWED_HOSTS", hosts)
    return runpy.run_path(settings.__file__)


@pytest.mark.parametrize(
    ("hosts", "secure", "answered"),
    [
        (None, False, ["localhost", "127.0.0.1", "[::1]"]),
        ("", False, ["localhost", "127.0.0.1", "[::1]"]),
        (",", False, ["localhost", "127.0.0.1", "[::1]"]),
        ("desk.example", True, ["desk.example"]),
        ("desk.example,www.desk.example", True, ["desk.example", "www.desk.example"]),
    ],
)
def test_cookies_are_secure_exactly_where_hosts_are_named(monkeypatch, hosts, secure, answered):
    made = settings_with(monkeypatch, hosts)
    assert made["SESSION_COOKIE_SECURE"] is made["CSRF_COOKIE_SECURE"] is secure
    assert made["ALLOWED_HOSTS"] == answered


def test_a_header_that_anybody_can_write_is_never_trusted(monkeypatch):
    assert "SECURE_PROXY_SSL_HEADER" not in settings_with(monkeypatch, "desk.example")
