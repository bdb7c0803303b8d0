"""The registry: the specification's families and their acts, no more, no less; and its reference page."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.ledger.errors import Reason
from evenhand.ledger.leaf import _NAME, _WORD
from evenhand.ledger.registry import PUB_KEYS, REGISTRY, Need, registry_table

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "ledger.md"

FAMILIES = {
    "submission": "received acknowledged triaged merged",
    "danger": "recorded",
    "welfare": "called",
    "lookup": "made",
    "case": "opened scope_recorded assessment_recorded info_asked info_received informal_recorded notice_sent "
    "charge_assessed allegations_set reply_received panel_assigned recused hearing_recorded deliberation_recorded "
    "review_recorded decided appealed appeal_decided term_recorded closed frozen withdrawn resumed",
    "blind": "recorded",
    "open": "recorded",
    "vote": "recorded",
    "notice": "served",
    "dialogue": "recorded",
    "message": "sent",
    "interim": "recorded",
    "pause": "set ended",
    "clock": "recorded",
    "pool": "appointed frozen",
    "draw": "nonce_committed committed made",
    "seat": "declared changed",
    "contact": "flagged filed",
    "disclosure": "recorded",
    "reopening": "recorded",
    "conduct": "review_recorded",
    "matter": "linked",
    "party": "recorded",
    "statement": "recorded",
    "referral": "recorded",
    "rights": "recorded",
    "breach": "recorded",
    "lead": "disposed",
    "wave": "filed",
    "evidence": "sealed batch_sealed derived redacted accessed exported integrity_failed assessed graded asked "
    "quarantined cleared restricted erasure_started erased",
    "hold": "placed reviewed released",
    "retention": "locked purged",
    "corpus": "imported rewritten",
    "register": "loaded",
    "record": "read",
    "breakglass": "used",
    "role": "changed",
    "mandate": "changed",
    "owner": "changed",
    "training": "recorded",
    "sample": "drawn",
    "shadow": "recorded",
    "invariants": "run",
    "code": "adopted",
    "procedure": "adopted",
    "policy": "changed",
    "stats": "published corrected",
    "key": "added retired revoked",
    "log": "started restored audited",
}


def test_the_registry_holds_the_specified_acts_in_their_order() -> None:
    wanted = [f"{family}.{act}" for family, acts in FAMILIES.items() for act in acts.split()]
    assert list(REGISTRY) == wanted


@pytest.mark.parametrize("row", REGISTRY.values(), ids=lambda row: row.name)
def test_a_row_is_well_formed(row) -> None:
    assert row.name == f"{row.family}.{row.name.partition('.')[2]}"
    assert row.when
    assert "|" not in row.when
    assert all(_NAME.fullmatch(name) for name in row.needs | row.may)
    assert len(row.needs | row.may) <= 16
    assert row.pub_needs | row.pub_may <= PUB_KEYS
    assert all(_WORD.fullmatch(word) for word in row.why)
    assert not row.needs & row.may
    assert ("doc" in row.needs) is (row.family not in ("key", "log"))
    assert row.vkey is (row.family == "key")
    assert row.last is (row.name in ("key.retired", "key.revoked"))
    assert row.batch is (row.name == "evidence.batch_sealed")


OUTCOMES = {"upheld", "dismissed", "guilty", "sanctioned", "rejected", "accepted", "proven", "granted", "refused"}


def test_no_name_and_no_reason_word_says_how_an_act_ended() -> None:
    words = {
        part for row in REGISTRY.values() for word in (row.name.split(".")[1], *row.why) for part in word.split("_")
    }
    assert not words & OUTCOMES


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("submission.received", "why", ("form", "mail", "letter", "telephone", "officer")),
        ("submission.received", "needs", {"doc", "sent"}),
        ("lookup.made", "needs", {"doc", "purpose", "approver"}),
        ("case.opened", "pub_needs", {"code", "procedure"}),
        ("case.decided", "needs", {"doc", "contacts", "reasons"}),
        ("draw.committed", "needs", {"doc", "pool", "constraints"}),
        ("draw.made", "ref", Need.MUST),
        ("notice.served", "why", ("delivered", "posted", "opened", "bounced")),
        ("clock.recorded", "why", ("extended", "expired", "escalated")),
        ("evidence.erased", "why", ("erasure_request", "retention", "lawful_destruction")),
        ("evidence.erased", "ref", Need.MUST),
        ("retention.purged", "needs", {"doc", "count"}),
        ("record.read", "needs", {"doc", "reads"}),
        ("stats.published", "pub_needs", {"document"}),
    ],
)
def test_fields_of_the_specification(name: str, field: str, value: object) -> None:
    assert getattr(REGISTRY[name], field) == value


def test_the_reference_page_shows_the_table_of_the_code() -> None:
    assert registry_table() in PAGE.read_text("utf-8"), "the page says how to renew its table"


def test_the_reference_page_names_every_reason() -> None:
    page = PAGE.read_text("utf-8")
    assert [reason for reason in Reason if f"| `{reason}` |" not in page] == []
