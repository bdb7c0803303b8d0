"""The page that says how anybody checks their own posts: only platforms we read, the rules in force, both languages."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.cast import text_of, visitor
from tests.web.rules.rules_room import signers

from evenhand.codes import builtin_text, load
from evenhand.web.publish import own_posts
from evenhand.web.rules.actions import publish_code

pytestmark = pytest.mark.slow


@pytest.fixture
def client(desk) -> Client:
    return visitor()


def test_the_page_names_the_steps_and_the_command(client) -> None:
    said = text_of(client.get("/your-own-posts"))
    for words in ("1. Get the export of your account", "X (Twitter)", "Download an archive of your data",
                  "evenhand archive check export.zip --html report.html", "A finding is a question to you, no verdict",
                  "We have published no rules yet"):  # fmt: skip
        assert words in said, words
    assert "/your-own-posts" in client.get("/").content.decode()


def test_the_rules_in_force_can_be_saved_for_the_check(desk, client) -> None:
    who = signers(desk)
    publish_code(text=builtin_text("quillhaven"), first_signer=who.officer, second_signer=who.keeper, ctx=desk.ctx)
    answer = client.get("/your-own-posts")
    assert "--code rules.toml" in text_of(answer)
    assert 'href="/code/3/text"' in answer.content.decode()
    assert load(client.get("/code/3/text").content.decode()).slug == "quillhaven"


def test_only_platforms_with_a_reader_are_named(client, monkeypatch) -> None:
    readers = [reader for reader in own_posts.READERS if not reader.source_format.startswith("x_archive")]
    monkeypatch.setattr(own_posts, "READERS", tuple(readers))
    assert "X (Twitter)" not in text_of(client.get("/your-own-posts"))


def test_every_way_leads_to_a_reader(client) -> None:
    assert len(own_posts.ways()) == len(own_posts._EVERY)


def test_in_german(client) -> None:
    said = text_of(client.get("/your-own-posts", headers={"accept-language": "de"}))
    assert "Prüfen Sie Ihre eigenen Beiträge, bevor es andere tun" in said
    assert "Ein Archiv deiner Daten herunterladen" in said
