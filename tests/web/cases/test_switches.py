"""A switch of the environment that lets something out is on record when it changes, once."""

from __future__ import annotations

import json

import pytest
from tests.databases import Desk

from evenhand.web.cases.switches import record_switches
from evenhand.web.record.queries import log_size, log_store
from evenhand.web.record.verify import verify


def test_the_resolver_is_put_on_record_when_it_changes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert record_switches(desk.ctx) == 0, "off from the beginning is no change"
    for value, count in (("192.0.2.53", 1), ("192.0.2.53", 0), ("192.0.2.54", 1), ("", 1), ("", 0)):
        monkeypatch.setenv("EVENHAND_MAIL_RESOLVER", value)
        assert record_switches(desk.ctx) == count
    leaves = [json.loads(entry.data) for entry in log_store().entries(0, log_size())]
    assert [leaf["t"] for leaf in leaves[-3:]] == ["policy.changed"] * 3 and "192.0.2" not in str(leaves)
    assert verify(desk.ctx).exit_code == 0
