"""The public pages: what they say about the record, and whether the process can take work."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from tests.cast import visitor

import evenhand.web.publish.views as views
from evenhand.context import Context
from evenhand.web.publish.home_page import home_page
from evenhand.web.publish.presenters import ledger_page
from evenhand.web.record.checkpoints import keyring_lines, make_checkpoint
from evenhand.web.record.durability import UnsafeSettings
from evenhand.web.record.queries import checkpoints, latest_checkpoint

pytestmark = pytest.mark.slow
# EVIDENCE §0: what the system never claims about itself.
FORBIDDEN = re.compile(r"\b(authentic|genuine|tamper-?proof|forgery-?proof|court-?proof)\b", re.I)


def at(monkeypatch, moment: datetime) -> None:
    real = Context.system()
    monkeypatch.setattr(views.Context, "system", lambda: replace(real, now=lambda: moment))


def test_before_the_first_checkpoint_the_page_says_so(desk_db):
    page = visitor().get("/ledger").content.decode()
    assert "No checkpoint yet" in page
    assert visitor().get("/ledger/checkpoint").status_code == 404


def test_the_newest_checkpoint_is_there_as_it_was_signed(desk):
    made = latest_checkpoint() or make_checkpoint(desk.ctx)
    assert visitor().get("/ledger/checkpoint").content == made.note
    page = visitor().get("/ledger").content.decode()
    assert made.note.decode().splitlines()[2] in page.replace("&#x27;", "'")
    assert "How to check" in page and "evenhand ledger verify --against" in page


def test_the_page_gives_the_key_against_which_a_bundle_is_checked(desk):
    (line,) = keyring_lines(desk.home)
    page = visitor().get("/ledger").content.decode()
    assert sha256(line["vkey"].encode()).hexdigest() in page and "in use" in page
    assert f"\nlog {line['vkey']}\nquorum none\n" in visitor().get("/ledger/policy").content.decode()
    assert visitor().get("/ledger/keyring.json").json() == [line]


def test_without_a_known_key_the_page_shows_none(desk_db):
    assert "Fingerprint" not in visitor().get("/ledger").content.decode()
    assert [visitor().get(f"/ledger/{name}").status_code for name in ("policy", "keyring.json")] == [404, 404]


@pytest.mark.parametrize(("hours", "old"), [(0, False), (47, False), (48, False), (49, True), (1000, True)])
def test_a_checkpoint_older_than_two_days_is_called_old(desk, hours, old):
    if latest_checkpoint() is None:
        make_checkpoint(desk.ctx)
    newest = latest_checkpoint()
    assert newest is not None
    made_at = datetime.fromisoformat(newest.made_at)
    page = ledger_page(checkpoints(15), made_at + timedelta(hours=hours))
    assert page.old is old


def test_the_page_says_when_the_newest_is_old(desk, monkeypatch):
    newest = latest_checkpoint() or make_checkpoint(desk.ctx)
    made_at = datetime.fromisoformat(newest.made_at)
    at(monkeypatch, made_at + timedelta(hours=50))
    assert "No checkpoint for 48 hours" in visitor().get("/ledger").content.decode()
    at(monkeypatch, made_at + timedelta(hours=1))
    assert "No checkpoint for 48 hours" not in visitor().get("/ledger").content.decode()


def test_alive_needs_no_database(monkeypatch):
    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.ensure_connection", None)
    assert visitor().get("/healthz").content == b"ok\n"


def test_ready_names_what_does_not_hold(desk, monkeypatch):
    assert json.loads(visitor().get("/readyz").content) == {
        "ready": True,
        "checks": {"database": True, "durability": True, "guards": True},
    }

    def unsafe(_connection: object) -> None:
        raise UnsafeSettings("SQLite's synchronous is 1; it must be FULL")

    monkeypatch.setattr("evenhand.web.publish.queries.check_durability", unsafe)
    answer = visitor().get("/readyz")
    assert answer.status_code == 503
    assert json.loads(answer.content)["checks"] == {"database": True, "durability": False, "guards": True}
    assert "SQLite" not in answer.content.decode()


LEDGER = ("/ledger", "/ledger/checkpoint", "/ledger/policy", "/ledger/keyring.json")


@pytest.mark.parametrize("address", ["/", "/code", "/procedure", "/healthz", "/readyz", *LEDGER])
def test_public_pages_answer_readers_only(desk_db, address):
    assert visitor().post(address).status_code == 405
    assert visitor().head(address).status_code in {200, 404}


def test_the_first_page_says_what_is_here_and_what_is_not(desk):
    page = visitor().get("/").content.decode()
    for words in ("the same right of reply", "emergency number", "Criticism is not abuse", "not offered here, since"):
        assert words in page
    for address in ("/report", "/report/danger", "/follow", "/check-a-letter", "/answer", "/code", "/procedure"):
        assert f'href="{address}"' in page, address
    assert "<form" not in page[page.index("<main") : page.index("</main>")]


def test_what_is_switched_off_is_read_from_the_table(desk):
    from evenhand.procedure.transitions import OVERLAYS, TABLE

    page = home_page()
    assert page.since == desk.ctx.now()
    (appeals,) = (words for words in page.off if words.startswith("appeals"))
    assert "as the letter about the decision says" in appeals, "that letter promises them"
    assert len(set(page.off)) == len(page.off)
    here = {edge.id for edge in TABLE if edge.offered}
    off = {edge.id for edge in TABLE} - here | {rule.id for rule in OVERLAYS if not rule.offered}
    assert len(page.off) <= len(off) and bool(page.off) == bool(off)
    assert "Legal hold" not in page.off, "whoever may hold something has a page for it"
    # A step with one open way is offered; nobody reads that panels are never drawn.
    assert "Draw the panel" not in page.off


def test_no_page_claims_more_than_the_record_can_show():
    for template in Path("src/evenhand/web").rglob("templates/**/*.*"):
        assert not FORBIDDEN.search(template.read_text()), template
