"""Where mail goes: a server by its address, or files in the home."""

from __future__ import annotations

import pytest

from evenhand.errors import UsageError
from evenhand.web.home import Home
from evenhand.web.notices.transport import connection_here, sender, sender_here, server


def test_an_address_says_everything() -> None:
    found = server("smtp://unit%40x:p%2Fw@mail.example.org?from=unit@example.org")
    assert (found["host"], found["port"], found["username"], found["password"]) == (
        "mail.example.org", 587, "unit@x", "p/w",
    )  # fmt: skip
    assert found["use_tls"] and not found["use_ssl"]
    safe = server("smtps://mail.example.org:4650?from=unit@example.org")
    assert (safe["port"], safe["use_ssl"], safe["use_tls"]) == (4650, True, False)
    assert sender("smtps://h?from=unit@example.org") == "unit@example.org"


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://x", "smtp://", "smtp://h:no", "smtp://h:99999", "smtp:///x"]
)
def test_what_is_no_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        server(url)
    assert "EVENHAND_EMAIL_URL" in str(refused.value) and "smtp://name:password" in str(refused.value)


@pytest.mark.parametrize("url", ["smtp://h", "smtp://h?from=", "smtp://h?from=nobody"])
def test_a_sender_is_needed(url: str) -> None:
    with pytest.raises(UsageError, match="no sender"):
        sender(url)


def test_without_a_server_mail_becomes_files(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVENHAND_EMAIL_URL", raising=False)
    way = connection_here(Home(tmp_path))
    assert type(way).__module__.endswith("filebased")
    assert (tmp_path / "outbox").stat().st_mode & 0o777 == 0o700
    assert sender_here() == "letters@localhost"
    monkeypatch.setenv("EVENHAND_EMAIL_URL", "smtps://mail.example.org?from=unit@example.org")
    assert type(connection_here(Home(tmp_path))).__module__.endswith("smtp")
    assert sender_here() == "unit@example.org"
