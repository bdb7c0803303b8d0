"""What the proofs stand on: reports sent through the pages, sides opened, a page made comparable."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client
from tests.cast import visitor
from tests.clock import MovingClock
from tests.databases import Desk
from tests.remembered import remembered
from tests.web.cases.cases_room import company
from tests.web.intake.test_report_pages import code_in, draft_in

from evenhand.codes import builtin_text
from evenhand.context import Context
from evenhand.membership.register import read_register
from evenhand.web.cases.access import enter
from evenhand.web.cases.models import Party
from evenhand.web.record.ids import ActorId
from evenhand.web.register.actions import load
from evenhand.web.rules.actions import publish_code

ANSWERS: dict[str, dict[str, str]] = {
    "unseen": {"anybody": "nobody"},
    "what": {"explanation": "He called me a muppet in front of everybody.", "happened_on": "2026-02-27"},
    "where": {"places": "https://chirp.example/a/1"},
    "whom": {"known": "yes", "name": "@harbour_gull"},
    "you": {"sender": "target"},
    "reach": {"reach": "code"},
    "check": {"bona_fide": "on"},
}
REGISTER = (
    "member_id,joined,left,deceased,handles,name\n"
    "1001,2019-05-01,,,chirp:harbour_gull,Robin Quill\n"
    "1002,2019-05-01,2024-01-31,,chirp:harbour_tern,Sam Tern\n"
    "1009,2027-01-01,,,chirp:harbour_skua,Kit Skua\n"
)
# What differs between any two pages: tokens, numbers of cases, ids, codes, dates, times, hashes.
_VARIES = (
    (re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"'), "TOKEN"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "ID"),
    (re.compile(r"\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}\b|\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b"), "CODE"),
    (re.compile(r"\b\d{4}-\d+\b"), "NUMBER"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|\+00:00)?"), "MOMENT"),
    (re.compile(r"[A-Za-z0-9_-]{43}"), "HASH"),
    (re.compile(r"\d+"), "N"),
)  # fmt: skip


def as_party(party: Party, ctx: Context) -> Client:
    """Return a browser in which this side is open, as its code opens it."""
    client = visitor()
    session = client.session
    enter(session, party, now=ctx.now())
    session.save()
    client.cookies["sessionid"] = session.session_key
    return client


def reported(client: Client, *, begin: str = "report", **changed: dict[str, str]) -> Any:
    """Send a report through the pages and return its receipt; `what={...}` changes the answers of one page."""
    page = client.post("/report", {"begin": begin})
    for _ in range(len(ANSWERS)):
        hidden = draft_in(page.content.decode())
        if not hidden:
            return page
        answers = ANSWERS | {"danger": ANSWERS["what"]} | changed
        page = client.post("/report", hidden | answers[hidden["page"]])
    return page


def received_code(page: Any) -> str:
    return code_in(page.content.decode())


def comparable(html: str) -> str:
    """Return a page with everything replaced that differs between any two cases."""
    for pattern, word in _VARIES:
        html = pattern.sub(word, html)
    return html


@remembered
def demonstration(desk: Desk, clock: MovingClock) -> dict[str, str]:
    """Build the demonstration's cases, the last told now; return stage -> case."""
    from evenhand.cli.demo_cases import make_cases

    day, ctx = clock.now, desk.ctx
    clock.now = day - timedelta(days=140)
    people = company(ctx, nonces=200)
    publish_code(
        text=builtin_text("general"), first_signer=people["officer_5"], second_signer=people["keeper"], ctx=ctx
    )
    load(register=read_register(REGISTER), actor=people["officer_5"], ctx=ctx)
    named = {name: ActorId(person) for name, person in people.ids.items()}
    named |= {"officer": people["officer_1"], "officer_2": people["officer_2"]}
    plays: dict[str, str] = {}
    clock.now = day
    make_cases(
        told_on=day, people=named, members=[("1001", "Robin Quill")],
        codes=lambda stage, play: plays.__setitem__(stage, play.case_id),
    )  # fmt: skip
    return plays
