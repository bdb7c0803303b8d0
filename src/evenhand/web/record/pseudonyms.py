"""Pseudonyms: the random name a person bears in the leaves of one key's documents (so: one per person per case).

The row that leads from the person to the name is found by a blind index and sealed under the same key; when the row
or the key goes, nobody can join the name to the person again.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from evenhand.context import Context
from evenhand.web.record.crypto import blind_index, open_sealed, seal
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.models import Pseudonym

PSEUDONYM_BYTES = 16


def pseudonyms(wanted: Iterable[tuple[KeyId, ActorId, bytes]], ctx: Context) -> dict[tuple[KeyId, ActorId], bytes]:
    """Return (key, actor) -> 16 random bytes for each wanted (key, actor, data key), making what is not there.

    Rows are made in the order of their index, so that two units making the same ones cannot deadlock.
    """
    places = {blind_index(data_key, "pseudonym", actor): (key, actor, data_key) for key, actor, data_key in wanted}
    found = {bytes(row.lookup): row for row in Pseudonym.objects.filter(lookup__in=list(places))}
    missing = sorted(lookup for lookup in places if lookup not in found)
    for lookup in missing:
        _insert(lookup, places[lookup][0], places[lookup][2], ctx)
    if missing:
        found |= {bytes(row.lookup): row for row in Pseudonym.objects.filter(lookup__in=missing)}
    return {(key, actor): opened(found[lookup], data_key) for lookup, (key, actor, data_key) in places.items()}


def opened(row: Pseudonym, data_key: bytes) -> bytes:
    """Return the name in a stored row; DoesNotHold if the row was changed or is another's."""
    return open_sealed(data_key, row.sealed, bound_to=_bound(bytes(row.lookup)))


def _insert(lookup: bytes, key: KeyId, data_key: bytes, ctx: Context) -> None:
    sealed = seal(data_key, ctx.random(PSEUDONYM_BYTES), bound_to=_bound(lookup), random=ctx.random)
    with connection.cursor() as cursor:
        # Another unit may make the same one at this moment: wait for it and take its name.
        cursor.execute(
            "INSERT INTO pseudonym (lookup, key_id, sealed) VALUES (%s, %s, %s) ON CONFLICT (lookup) DO NOTHING",
            [lookup, key, sealed],
        )


def _bound(lookup: bytes) -> bytes:
    return b"evenhand/pseudonym/v1\n" + lookup
