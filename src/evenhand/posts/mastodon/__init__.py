"""Readers of Mastodon and other ActivityPub servers: the owner's archive, and what the API and reports say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from evenhand.posts.documents import elements
from evenhand.posts.fields import dict_of, text_of
from evenhand.posts.json_records import peek_members
from evenhand.posts.mastodon.activities import KNOWN_ELSEWHERE, row_of_activity, row_of_like
from evenhand.posts.mastodon.api import Api
from evenhand.posts.part_reader import PartReader, built, safely, value_of_member
from evenhand.posts.parts import Part
from evenhand.posts.reader import Direction, Head, Report, Sign
from evenhand.posts.record import Row
from evenhand.posts.said import Said, by_keys, sign_at

_ITEMS: Final = "orderedItems"


class MastodonArchive(PartReader):
    """The archive a server gives to the owner of an account: what the owner wrote and shared, direct posts too."""

    source_format = "mastodon_archive/1"
    direction = Direction.OWNER_OUTGOING
    platform = "activitypub"
    note = "An archive holds what its owner wrote: no replies received, no counts, nothing that was deleted."

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign if the file, or a member, is a collection of activities."""
        for path, values in peek_members(head):
            for value in values:
                reason = self.known(value)
                if reason:
                    # The archive has three such lists: a collection by itself is one all the same.
                    return Sign(self.source_format, 0.95, (sign_at(reason, path),))
        return None

    def known(self, value: Any) -> str | None:
        """Return by what this is a collection."""
        is_one = isinstance(value, dict) and _ITEMS in value
        return by_keys(_ITEMS) if is_one else None

    def all_rows(self, parts: dict[str, Part], report: Report) -> Iterator[Row]:
        """Yield the rows of the owner's lists; who the owner is, `actor.json` says."""
        owner = _owner_of(parts, report)
        for path, part in parts.items():
            name = path.rpartition("/")[2]
            if name.startswith("bookmarks"):
                report.note(Said("%(place)s: bookmarks are no acts; not read", place=path))
            elif name != "actor.json" and (not path or name.endswith(".json")):
                yield from safely(self._rows(part, owner, report), part, report)

    def _rows(self, part: Part, owner: Row, report: Report) -> Iterator[Row]:
        base = self.base(part) | {"author_basis": "archive_owner", **owner}
        for record in elements(part, report, _ITEMS):
            if isinstance(record.value, str):
                if str(dict_of(record.beside).get("id") or "").rpartition("/")[2].startswith("bookmarks"):
                    report.control += 1
                else:
                    yield from built(row_of_like, record, base, report, part)
            elif text_of(dict_of(record.value).get("type")) in KNOWN_ELSEWHERE:
                report.control += 1
            else:
                yield from built(partial(row_of_activity, owner=owner), record, base, report, part)


def _owner_of(parts: dict[str, Part], report: Report) -> Row:
    """Return the author fields of whoever the archive belongs to; never the address or the key."""
    for path, part in parts.items():
        if path.rpartition("/")[2] == "actor.json":
            actor = dict_of(value_of_member(part, report))
            return {
                "author_id": text_of(actor.get("id")),
                "author_handle": text_of(actor.get("preferredUsername")),
                "author_display": text_of(actor.get("name")),
            }
    return {}


class MastodonApi(PartReader):
    """What a server's API says: statuses, notifications, streams, reports, and `Flag` activities from elsewhere."""

    source_format = "mastodon_api/1"
    platform = "activitypub"
    provenance = "platform_api"

    def known(self, value: Any) -> str | None:
        """Return by what this is an answer of the API."""
        return Api.known(value)

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per status, share and report."""
        return Api(self.base(part), part, report).rows()
