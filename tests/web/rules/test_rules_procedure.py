"""Publishing a procedure: the lint speaks first, a case's day decides which one it pins, nothing published changes."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256

import pytest
from tests.web.rules.rules_room import at, signers

from evenhand.errors import UsageError
from evenhand.ledger.checking import Verdict
from evenhand.procedure.choices import builtin_text, digest, load
from evenhand.web.record.verify import verify
from evenhand.web.rules.actions import publish_procedure
from evenhand.web.rules.queries import procedure_in_force, procedure_text, procedures

pytestmark = pytest.mark.slow


def edited(version: str, since: str, published: str) -> str:
    """Return the shipped procedure under another number, pinned again."""
    text = builtin_text("default").replace('version = "1.0.0"', f'version = "{version}"')
    text = text.replace("published = 2025-12-01, in_force", f"published = {published}, in_force")
    text = text.replace("in_force_from = 2026-01-01", f"in_force_from = {since}")
    return text.replace(load(text).pinned, digest(load(text)))


def publish(desk, who, text: str, days: int = 0) -> str:
    later = at(desk.ctx, desk.ctx.now() + timedelta(days=days))
    return publish_procedure(text=text, first_signer=who.keeper, second_signer=who.officer, ctx=later)


def test_the_procedure_of_the_day_is_the_one_a_case_pins(desk):
    who = signers(desk)
    first = publish(desk, who, builtin_text("default"))
    assert first == sha256(builtin_text("default").encode()).hexdigest()
    second = publish(desk, who, edited("1.1.0", "2026-06-01", "2026-03-12"), days=10)
    assert procedure_in_force(date(2026, 5, 31)).id == first
    assert procedure_in_force(date(2026, 6, 1)).id == second
    assert procedure_text(first).text == builtin_text("default")
    assert [each.version for each in procedures()] == ["1.0.0", "1.1.0"]
    with pytest.raises(UsageError, match="no procedure was in force"):
        procedure_in_force(date(2025, 12, 31))
    with pytest.raises(UsageError, match="no published procedure"):
        procedure_text("0" * 64)
    assert verify(desk.ctx).verdict is Verdict.VERIFIED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (builtin_text("default"), "published already"),
        (edited("2", "2026-02-01", "2026-01-20"), "before today"),
        (edited("2", "2025-12-31", "2025-12-30"), "not begin after"),
        (edited("2", "2026-08-01", "2026-03-02").replace('aim = "1d"', 'aim = "40d"', 1), "PL2"),
        ("procedure = 3", "procedure"),
    ],
)
def test_what_cannot_be_published(desk, text, words):
    who = signers(desk)
    publish(desk, who, builtin_text("default"))
    with pytest.raises(UsageError, match=words):
        publish(desk, who, text, days=1)
    assert len(procedures()) == 1
