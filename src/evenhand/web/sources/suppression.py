"""What was erased never comes in again: keyed hashes of the record keys, asked at every import (FORMATS §2.7).

Only the key service's holder can tell whether a post is on the list; nobody can read from it which posts are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import Final

from evenhand.context import Context
from evenhand.corpus import Terms
from evenhand.web.record.crypto import blind_index
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.keys import unwrap
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.sealed import search_value
from evenhand.web.record.unit import recording
from evenhand.web.sources.models import Suppressed
from evenhand.web.sources.same_acts import forget_answers

_FIELD: Final = "corpus.suppressed"
_PURPOSE: Final = "keep erased posts out"
_AT_ONCE: Final = 10_000  # one document says so many
_REMEMBERED: Final = 1 << 13


def keep_out(posts: Collection[str], ctx: Context) -> int:
    """Put posts (by record key) on the list and return how many are new on it. Idempotent."""
    named = sorted(posts)
    return sum(_keep_out(named[at : at + _AT_ONCE], ctx) for at in range(0, len(named), _AT_ONCE))


def _keep_out(posts: Collection[str], ctx: Context) -> int:
    with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        hashes = {search_value(r, key=ORGANISATION, field=_FIELD, value=post).hex() for post in posts}
        new = sorted(hashes - set(Suppressed.objects.filter(pk__in=hashes).values_list("hash", flat=True)))
        rows = [Suppressed(hash=each, since=ctx.now().replace(microsecond=0)) for each in new]
        Suppressed.objects.bulk_create(rows)
        forget_answers(r, posts, SYSTEM)
        if rows:
            digest = sha256("\n".join(new).encode()).digest()
            body = {ROWS: [said(row) for row in rows]}
            r.add(type="corpus.rewritten", key=ORGANISATION, body=body, commitments={"content": digest})
    return len(new)


def with_erasures(terms: Terms) -> Terms:
    """Return the terms of an import that also drops what was erased. Nothing is opened while nothing was."""
    hashes = frozenset(Suppressed.objects.values_list("hash", flat=True))
    if not hashes:
        return terms
    key = unwrap(ORGANISATION, actor=SYSTEM, purpose=_PURPOSE)

    @lru_cache(_REMEMBERED)  # a file names the same authors again and again
    def is_suppressed(name: str) -> bool:
        return blind_index(key, _FIELD, name).hex() in hashes

    return replace(terms, is_suppressed=is_suppressed)
