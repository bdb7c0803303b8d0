"""Asking for the keys of mail: one answer for each name whatever the resolver does, and nothing but the name leaves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import dns.exception
import dns.resolver
import pytest

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.cases.mail_keys import fetch_keys

NAMES = ("s1._domainkey.post.example", "s2._domainkey.gone.example", "s3._domainkey.slow.example", "s4.odd.example")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, list[str], int]]:
    """A resolver that knows one name; whom it was and for what it was asked."""
    seen: list[tuple[str, str, list[str], int]] = []

    def resolve(self: Any, name: str, kind: str, *, raise_on_no_answer: bool) -> Any:
        seen.append((name, kind, self.nameservers, self.port))
        if "gone" in name:
            raise dns.resolver.NXDOMAIN
        if "slow" in name:
            raise dns.exception.Timeout
        if "odd" in name:
            raise OSError("no way there")
        return [SimpleNamespace(strings=(b"v=DKIM1; ", b"p=AAAA\xff"))]

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", resolve)
    return seen


def test_each_name_has_its_answer(asked: list[Any]) -> None:
    ctx = Context.system()
    answers = fetch_keys(NAMES, resolver="192.0.2.53:5353", ctx=ctx)
    assert [(each.name, each.state) for each in answers] == list(
        zip(NAMES, ["found", "no_key", "no_answer", "no_answer"], strict=True)
    )
    assert answers[0].text == "v=DKIM1; p=AAAA\ufffd" and answers[0].resolver == "192.0.2.53:5353"
    assert asked == [(name, "TXT", ["192.0.2.53"], 5353) for name in NAMES]


def test_a_resolver_is_an_address(asked: list[Any]) -> None:
    for wrong in ("resolver.example", "192.0.2.53:x", "http://192.0.2.53"):
        with pytest.raises(UsageError, match="no address of a resolver"):
            fetch_keys(NAMES, resolver=wrong, ctx=Context.system())
    assert asked == []
