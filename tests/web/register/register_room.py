"""What the tests of the register stand on: a small file, and people who may and may not look into it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tests.cast import standing_cast

from evenhand.context import Context
from evenhand.membership import Register, read_register
from evenhand.web.record.ids import ActorId
from evenhand.web.register.actions import load
from evenhand.web.register.lookup import LookupResult, look_up

CASE = "c" * 32
NUMBER = "2026-0014"
HEAD = "member_id,joined,left,deceased,handles,email,name\n"
ROWS = (
    "Q100007,2015-04-01,,,x:harbour_voice_qvh x:id=4711 bluesky:id=did:plc:abc,q100007@members.example,Mirelda Toskett",
    "Q100014,2012-01-10,2019-06-30,,x:old_lock_qvh,,Tobin Quenby",
    "Q100014,2023-02-01,,,,,",
    "Q100021,2001-05-05,,2025-11-02,x:gone_qvh,,Asta Bramhaw",
    "Q100028,2018-03-03,,,x:shared_qvh,,Corwin Wickmore",
    "Q100035,2018-03-03,,,x:shared_qvh,,Philippa Wickmore",
    "B1,1999-12-31,,,,b1@members.example,Ludo Sarnby",
)
NAMES = ("Mirelda", "Toskett", "Tobin", "Asta", "Corwin", "harbour_voice", "Q100007", "q100007@", "did:plc")


def file(*rows: str) -> str:
    """Return a register as CSV text."""
    return HEAD + "\n".join(rows or ROWS) + "\n"


def register(*rows: str) -> Register:
    """Return a register as read."""
    return read_register(file(*rows))


@dataclass(frozen=True, slots=True)
class People:
    """Those the tests need."""

    officer: ActorId
    officer_2: ActorId
    keeper: ActorId
    auditor: ActorId
    chair: ActorId


def people(desk: Any) -> People:
    """Make the cast and return those the tests need."""
    cast = {name: ActorId(member.person) for name, member in standing_cast(desk).items()}
    return People(cast["officer"], cast["officer_2"], cast["case_keeper"], cast["auditor"], cast["chair"])


def loaded(desk: Any, *rows: str) -> People:
    """Make the people, load a register as the officer and return the people."""
    who = people(desk)
    load(register=register(*rows), actor=who.officer, ctx=desk.ctx)
    return who


def ask(desk: Any, who: People, account: str = "", *, number: str = "", on: date = date(2026, 2, 1)) -> LookupResult:
    """Look an account or a number up as the second officer, approved by the case keeper."""
    return look_up(
        number=NUMBER, on_day=on, purpose="was the author a member that day", approver=who.keeper, actor=who.officer_2,
        ctx=desk.ctx, account=account, member_ref=number,
    )  # fmt: skip


def later(ctx: Context, **by: int) -> Context:
    """Return the same context some time later."""
    now = ctx.now() + timedelta(**by)
    return replace(ctx, now=lambda: now)
