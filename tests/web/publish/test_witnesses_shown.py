"""/ledger lists every witness that is asked, where, and since when it has not cosigned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.databases import Desk

from evenhand.context import Context
from evenhand.ledger.notes import KeyType, Signer
from evenhand.ledger.policy import NamedWitness, parse_policy
from evenhand.web.publish.presenters import shown_witness
from evenhand.web.record.witnesses import Standing, name_witness

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "answer", "words"),
    [
        (None, None, "Has not cosigned yet."),
        (None, "no_answer", "Has not cosigned yet."),
        (1, "cosigned", "Cosigned at"),
        (25, "no_answer", "Cosigned at"),
        (27, "no_answer", "Not cosigned since"),
        (1, "fork_detected", "Does not cosign: what it was shown before is not what this record holds now."),
        (None, "rollback_detected", "Does not cosign"),
    ],
)
def test_how_it_stands_in_words(ctx: Context, hours: int | None, answer: str | None, words: str) -> None:
    key = Signer.generate("witness.example.org", ctx, KeyType.COSIGNER).verifier
    at = None if hours is None else NOW - timedelta(hours=hours)
    standing = Standing(NamedWitness(key, "https://w"), 7, at, "2026-03-04T08:00:00Z", 7, answer, "")
    shown = shown_witness(standing, NOW)
    assert str(shown.words).startswith(words)
    assert (shown.name, shown.url, shown.at, shown.entries) == ("witness.example.org", "https://w", at, 7)


@pytest.mark.slow
def test_the_page_and_the_policy_name_whom_we_ask(desk: Desk) -> None:
    client = Client(headers={"host": "localhost"})
    page = client.get("/ledger").content.decode()
    assert "Nobody outside cosigns this record yet, and nothing of it is sent anywhere by itself." in page
    key = Signer.generate("witness.example.org", desk.ctx, KeyType.COSIGNER).verifier
    name_witness(vkey=str(key), url="https://witness.example.org/w", ctx=desk.ctx)
    page = client.get("/ledger").content.decode()
    assert "Has not cosigned yet." in page and "<code>https://witness.example.org/w</code>" in page
    policy = parse_policy(client.get("/ledger/policy").content)
    assert policy.witnesses == {b"witness.example.org": key} and policy.quorum == b"none"
