"""Whom a post is aimed at, among the declared protected accounts. Pure.

Only what was addressed to somebody counts: an answer to them, a mention, a quotation of their post. Posts that
merely speak about somebody are never looked for (no surveillance: DESIGN §10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a protected person: by its stable id, its handle, or both."""

    platform: str
    id: str | None = None
    handle: str | None = None


@dataclass(slots=True)
class Accounts:
    """All declared accounts, findable by id and by handle (whatever its case)."""

    by_id: dict[tuple[str, str], str] = field(default_factory=dict)
    by_handle: dict[tuple[str, str], str] = field(default_factory=dict)
    without_id: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, declared: Mapping[str, Iterable[Account]]) -> Accounts:
        """Return the accounts of person id -> accounts."""
        accounts = cls()
        for person, owned in declared.items():
            for account in owned:
                accounts._add(person, account)
        return accounts

    def _add(self, person: str, account: Account) -> None:
        if account.id:
            self.by_id[account.platform, account.id] = person
        if account.handle:
            name = (account.platform, _folded(account.handle))
            self.by_handle[name] = person
            if not account.id:
                self.without_id.add(name)

    def names(self) -> list[str]:
        """Return every declared account as `platform#id` and `platform@handle`, for narrowing a query."""
        ids = [f"{platform}#{id}" for platform, id in self.by_id]
        return ids + [f"{platform}@{handle}" for platform, handle in self.by_handle]

    def owner(self, platform: str, *, id: str | None, handle: str | None) -> str | None:
        """Return whose account this is, None if nobody's.

        Where both sides have an id it decides: the same handle under another id is somebody else.
        """
        if id and (platform, id) in self.by_id:
            return self.by_id[platform, id]
        name = (platform, _folded(handle or ""))
        if id and name not in self.without_id:
            return None
        return self.by_handle.get(name)


def aimed_at(post: Mapping[str, Any], accounts: Accounts) -> str | None:
    """Return the protected person a post is aimed at, None if it is aimed at none of them.

    `post` has the columns of the Post record, and `answered_id`, `answered_handle`, `quoted_id`,
    `quoted_handle`: who wrote the post that it answers or quotes, where the corpus holds that. The person
    answered comes first, then whoever is quoted, then the mentions in their order. What people write to
    themselves is aimed at nobody.
    """
    platform = post["platform"]
    writer = accounts.owner(platform, id=post["author_id"], handle=post["author_handle"])
    for account, handle in _addressed(post):
        person = accounts.owner(platform, id=account, handle=handle)
        if person is not None and person != writer:
            return person
    return None


def _addressed(post: Mapping[str, Any]) -> Iterable[tuple[str | None, str | None]]:
    yield dict(post["side"] or ()).get("reply_to_author"), post["target_unresolved"]
    yield post["answered_id"], post["answered_handle"]
    yield post["quoted_id"], post["quoted_handle"]
    for mention in post["mentions"] or ():
        yield mention["id"], mention["handle"]


def _folded(handle: str) -> str:
    return handle.lstrip("@").casefold()
