"""Keys of clients: made, found by their hash, changed, revoked. The key itself is shown once and never stored."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any, Final

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.perspective.quantiles import QuantileMap
from evenhand.perspective.quota import Allowance, Bucket, take
from evenhand.perspective.store import Store

PREFIX: Final = "ehp_"
LONGEST_NAME: Final = 80
MOST_PER_MINUTE: Final = 1_000_000
MOST_COUNTED: Final = 1_000  # different rows of `not_read` for one key; what comes after counts as 'other'


@dataclass(frozen=True, slots=True)
class Key:
    """One client's key and how its requests are answered.

    `number` is the project number of quota messages. `spans` is 'phrase' or 'sentence', `unsupported` 'error' or
    'omit'; `aliases` lets *_EXPERIMENTAL and TOXICITY_FAST stand for the production attribute.
    """

    id: str
    number: int
    name: str
    created: str
    revoked: str | None
    analyze: Allowance
    suggest: Allowance
    spans: str
    unsupported: str
    aliases: bool
    quantile_map: QuantileMap | None

    def to_dict(self) -> dict[str, Any]:
        """Return what an operator may see: everything but the key, which nobody has."""
        return {
            "id": self.id, "name": self.name, "number": self.number, "created": self.created, "revoked": self.revoked,
            "per_minute": self.analyze.per_minute, "burst": self.analyze.burst,
            "suggest_per_minute": self.suggest.per_minute, "spans": self.spans,
            "unsupported_attributes": self.unsupported, "aliases": self.aliases,
            "quantile_map": self.quantile_map.id if self.quantile_map else None,
        }  # fmt: skip


def create(store: Store, ctx: Context, name: str, allowance: Allowance | None = None) -> tuple[Key, str]:
    """Make a key; return it and the secret, which is 160 random bits and can never be shown again."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError("a key needs a name.", mend=f"Say whose it is, in 1 to {LONGEST_NAME} printable characters.")
    secret = PREFIX + base64.b32encode(ctx.random(20)).decode().lower()
    key_id = "key-" + ctx.random(4).hex()
    allowed = _checked(allowance or Allowance())
    with store.writing() as connection:
        connection.execute(
            "INSERT INTO keys (id, name, hash, created, per_minute, burst, suggest_per_minute, spans, unsupported,"
            " aliases) VALUES (?, ?, ?, ?, ?, ?, ?, 'phrase', 'error', 0)",
            (key_id, name.strip(), _digest(secret), ctx.now().isoformat(), allowed.per_minute, allowed.burst,
             allowed.per_minute),
        )  # fmt: skip
    return by_id(store, key_id), secret


def by_secret(store: Store, secret: str) -> Key | None:
    """Return the key that was made with this secret, revoked or not, or None."""
    rows = store.rows("SELECT * FROM keys WHERE hash = ?", (_digest(secret),))
    return _key(rows[0]) if rows else None


def by_id(store: Store, key_id: str) -> Key:
    """Return the key of an id; raises UsageError if there is none."""
    rows = store.rows("SELECT * FROM keys WHERE id = ?", (key_id,))
    if not rows:
        raise UsageError(f"there is no key {key_id!r}.", mend="See: evenhand perspective keys")
    return _key(rows[0])


def all_keys(store: Store) -> Sequence[Key]:
    """Return every key, oldest first."""
    return [_key(row) for row in store.rows("SELECT * FROM keys ORDER BY number")]


def revoke(store: Store, ctx: Context, key_id: str) -> Key:
    """Revoke a key for good; from the next request on it is refused. Revoking twice keeps the first day."""
    by_id(store, key_id)
    with store.writing() as connection:
        connection.execute("UPDATE keys SET revoked = coalesce(revoked, ?) WHERE id = ?",
                           (ctx.now().isoformat(), key_id))  # fmt: skip
    return by_id(store, key_id)


def change(
    store: Store,
    key_id: str,
    *,
    per_minute: int | None = None,
    burst: int | None = None,
    suggest_per_minute: int | None = None,
    spans: str | None = None,
    unsupported: str | None = None,
    aliases: bool | None = None,
) -> Key:
    """Change how a key is answered; what is None stays. Counts from the next request on."""
    key = by_id(store, key_id)
    _checked(Allowance(per_minute or 1, burst or 1))
    _checked(Allowance(suggest_per_minute or 1, 1))
    values = {
        "per_minute": per_minute, "burst": burst, "suggest_per_minute": suggest_per_minute, "spans": spans,
        "unsupported": unsupported, "aliases": None if aliases is None else int(aliases),
    }  # fmt: skip
    with store.writing() as connection:
        for column, value in values.items():
            if value is not None:
                connection.execute(f"UPDATE keys SET {column} = ? WHERE id = ?", (value, key.id))  # noqa: S608 the columns named above
    return by_id(store, key_id)


def set_map(store: Store, key_id: str, new: QuantileMap | None) -> Key:
    """Give a key a quantile map, or take it away (None): raw scores again."""
    key = by_id(store, key_id)
    text = json.dumps(new.to_dict(), sort_keys=True) if new else None
    with store.writing() as connection:
        connection.execute("UPDATE keys SET quantile_map = ? WHERE id = ?", (text, key.id))
    return by_id(store, key_id)


def spend(store: Store, key_id: str, kind: str, allowance: Allowance, now: float) -> int:
    """Take one unit of a key's quota; return 0, or the seconds to wait. Holds for all processes together."""
    with store.writing(durable=False) as connection:
        row = connection.execute("SELECT level, at FROM buckets WHERE key_id = ? AND kind = ?",
                                 (key_id, kind)).fetchone()  # fmt: skip
        bucket, wait = take(Bucket(*row) if row else None, now, allowance)
        if not wait:
            after = key_id, kind, bucket.level, bucket.at
            connection.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?, ?)", after)
    return wait


def count_not_read(store: Store, key_id: str, attribute: str, language: str) -> None:
    """Count one refusal for its language; no text. Many different rows of one key end in 'other'."""
    with store.writing(durable=False) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM not_read WHERE key_id = ?", (key_id,)).fetchone()
        named = attribute, language if rows < MOST_COUNTED else "other"
        connection.execute(
            "INSERT INTO not_read VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1", (key_id, *named)
        )


def not_read(store: Store, key_id: str) -> list[dict[str, Any]]:
    """Return how often a key was refused, per attribute and language."""
    rows = store.rows(
        "SELECT attribute, language, count FROM not_read WHERE key_id = ? ORDER BY attribute, language", (key_id,)
    )
    return [dict(row) for row in rows]


def _digest(secret: str) -> bytes:
    # The secret is random, so a plain hash cannot be searched; surrogates may come in from a query string.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _checked(allowance: Allowance) -> Allowance:
    if not 1 <= allowance.per_minute <= MOST_PER_MINUTE or not 1 <= allowance.burst <= MOST_PER_MINUTE:
        raise UsageError("a quota is a whole number.", mend=f"Give 1 to {MOST_PER_MINUTE} a minute, and so for burst.")
    return allowance


def _key(row: Row) -> Key:
    quantiles = QuantileMap.from_dict(json.loads(row["quantile_map"])) if row["quantile_map"] else None
    return Key(
        id=row["id"], number=row["number"], name=row["name"], created=row["created"], revoked=row["revoked"],
        analyze=Allowance(row["per_minute"], row["burst"]),
        suggest=Allowance(row["suggest_per_minute"], row["burst"]),
        spans=row["spans"], unsupported=row["unsupported"], aliases=bool(row["aliases"]), quantile_map=quantiles,
    )  # fmt: skip
