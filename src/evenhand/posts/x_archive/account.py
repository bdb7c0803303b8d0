"""Whose archive it is: the tweets do not say it, `account.js` does."""

from __future__ import annotations

from typing import Any

from evenhand.posts.archives import Archive
from evenhand.posts.limits import Limits
from evenhand.posts.reader import Report
from evenhand.posts.record import Row
from evenhand.posts.x_archive.manifest import Part
from evenhand.posts.x_archive.members import elements


def owner_of(parts: list[Part], archive: Archive, limits: Limits) -> Row:
    """Return the author fields of the owner; mail address, phone and addresses are never taken.

    Its records are no posts, so they count nowhere; without the table the author is unknown.
    """
    for part in parts:
        for element in elements(part, archive, limits, Report(part.member.path)):
            account = element.value.get("account") if isinstance(element.value, dict) else None
            if isinstance(account, dict):
                return {
                    "author_id": _text(account.get("accountId")),
                    "author_handle": _text(account.get("username")),
                    "author_display": _text(account.get("accountDisplayName")),
                    "author_basis": "archive_owner",
                }
    return {"author_basis": "archive_owner"}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
