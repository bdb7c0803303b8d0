"""Ana (x 1001) is protected, and so is the unit's mailbox; records in X's shape that are aimed at her or at nobody."""

from __future__ import annotations

import json
from collections.abc import Collection

from tests.fixtures.make_x import v1_tweet

from evenhand.corpus.aim import Account, Accounts
from evenhand.live import Arrived, Declared
from evenhand.live.sift import Shielding

UNIT = "unit@quillhaven.example"
PRIVATE = "s-abcdefghijklmnop@in.quillhaven.example"
ACCOUNTS = Accounts.of(
    {"ana": [Account("x", "1001", "ana"), Account("bluesky", "did:plc:ana"), Account("activitypub", None, "ana")]}
)
DECLARED = Declared(ACCOUNTS, frozenset({UNIT}), {PRIVATE: Shielding("ana", frozenset({"ana@home.example"}))})


def to_ana(native_id: str, text: str = "a word for you") -> Arrived:
    return line(v1_tweet(native_id, text, in_reply_to_user_id_str="1001", in_reply_to_status_id_str="77"))


def to_nobody(native_id: str) -> Arrived:
    return line(v1_tweet(native_id, f"something else {native_id}"))


def line(value: object) -> Arrived:
    return Arrived(json.dumps(value).encode())


def none_held(_keys: Collection[str]) -> set[str]:
    return set()


def mail(number: int, *, to: str = UNIT, sender: str = "ana@home.example", text: str = "hello") -> bytes:
    return (
        f"From: Ana <{sender}>\r\nTo: {to}\r\nSubject: note {number}\r\nMessage-ID: <{number}@home.example>\r\n"
        f"Date: Mon, 02 Mar 2026 08:00:00 +0000\r\n\r\n{text} {number}\r\n"
    ).encode()
