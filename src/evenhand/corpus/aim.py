"""Whom a post is aimed at, among the declared protected accounts. Pure.

Only what was addressed to somebody counts: an answer to them, a mention, a quotation of their post, and what they
themselves handed in. Posts that merely speak about somebody are never looked for (no surveillance: DESIGN §10).
The one rule for both what a live source may store and what the desk screens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SHIELD: Final = "shield"
"""The `side` key under which a record names the protected person who handed it in."""
_AT_URI: Final = "bluesky:at://"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a protected person: by its stable id, its handle, or both."""

    platform: str
    id: str | None = None
    handle: str | None = None


@dataclass(slots=True)
class Accounts:
    """All declared accounts, findable by id and by handle (whatever its case)."""

    people: set[str] = field(default_factory=set)
    by_id: dict[tuple[str, str], str] = field(default_factory=dict)
    by_handle: dict[tuple[str, str], str] = field(default_factory=dict)
    without_id: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, declared: Mapping[str, Iterable[Account]]) -> Accounts:
        """Return the accounts of person id -> accounts."""
        accounts = cls()
        for person, owned in declared.items():
            accounts.people.add(person)
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
        """Return every declared account as `platform#id` and `platform@handle`, for narrowing a query.

        `shield#person` stands for what a person handed in themselves.
        """
        ids = [f"{platform}#{id}" for platform, id in self.by_id]
        handles = [f"{platform}@{handle}" for platform, handle in self.by_handle]
        return [*ids, *handles, *(f"{SHIELD}#{person}" for person in self.people)]

    def of_platform(self, platform: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the declared ids and the declared handles (folded) of one platform."""
        ids = frozenset(id for named, id in self.by_id if named == platform)
        return ids, frozenset(handle for named, handle in self.by_handle if named == platform)

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

    `post` has the columns of the Post record, and may have `answered_id`, `answered_handle`, `quoted_id`,
    `quoted_handle`: who wrote the post that it answers or quotes, where the corpus holds that. The person
    answered comes first, then whoever is quoted, then the mentions in their order. What people write to
    themselves is aimed at nobody; what they handed in is aimed at them.
    """
    platform = post["platform"]
    handed_in_by = dict(post["side"] or ()).get(SHIELD)
    if handed_in_by in accounts.people:
        return str(handed_in_by)
    writer = accounts.owner(platform, id=post["author_id"], handle=post["author_handle"])
    for account, handle in _addressed(post):
        person = accounts.owner(platform, id=account, handle=handle)
        if person is not None and person != writer:
            return person
    return None


def _addressed(post: Mapping[str, Any]) -> Iterable[tuple[str | None, str | None]]:
    yield dict(post["side"] or ()).get("reply_to_author"), post["target_unresolved"]
    yield post.get("answered_id"), post.get("answered_handle")
    yield _repository_of(post.get("reply_to")), None
    yield post.get("quoted_id"), post.get("quoted_handle")
    yield _repository_of(post.get("quote_of")), None
    for mention in post["mentions"] or ():
        yield mention["id"], mention["handle"]


def _repository_of(record_key: str | None) -> str | None:
    """Return whose post a Bluesky key names: its at-uri begins with the author's own id."""
    if record_key is None or not record_key.startswith(_AT_URI):
        return None
    return record_key.removeprefix(_AT_URI).partition("/")[0]


def _folded(handle: str) -> str:
    return handle.lstrip("@").casefold()
