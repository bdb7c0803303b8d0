"""Records of two exports that may be one act: what is suggested to a person, who tells. Nothing is ever merged here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from evenhand.corpus.store import Corpus
from evenhand.posts.ids import FINGERPRINT

MOST: Final = 200
# The second of two twins in one export answers to the second in the other: they are two acts, in both.
_SQL: Final = """
WITH made AS (
    SELECT record_key, source_sha256, imported_at, platform, record_kind, author_display, author_handle,
           claimed_at_raw, text_norm, element_at(side, $name)[1] AS print, locator
    FROM observations
    WHERE id_is_synthetic AND visibility <> 'direct'
    QUALIFY row_number() OVER (PARTITION BY record_key ORDER BY imported_at, locator) = 1
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY print, source_sha256 ORDER BY length(locator), locator) AS nth
    FROM made WHERE print IS NOT NULL
)
SELECT new.record_key AS record, held.record_key AS same_as, new.platform, new.record_kind AS kind,
       coalesce(new.author_display, new.author_handle, '') AS author, coalesce(new.claimed_at_raw, '') AS said_at,
       coalesce(new.text_norm, '') AS text,
       epoch_us(held.imported_at) AS first_us, epoch_us(new.imported_at) AS later_us
FROM placed AS new JOIN placed AS held
  ON held.print = new.print AND held.nth = new.nth AND held.source_sha256 <> new.source_sha256
 AND (held.imported_at, held.source_sha256) < (new.imported_at, new.source_sha256)
WHERE NOT list_contains($told, new.record_key)
QUALIFY row_number() OVER (PARTITION BY new.record_key ORDER BY held.imported_at, held.record_key) = 1
ORDER BY new.imported_at, new.record_key
LIMIT $most
"""


@dataclass(frozen=True, slots=True)
class Alike:
    """Two records with the same words, author and time: the later one, and the one that was there first."""

    record: str
    same_as: str
    platform: str
    kind: str
    author: str
    said_at: str  # as the export has it
    text: str
    first_us: int  # when the first came in (UTC microseconds), and when the later one did
    later_us: int


def alike(corpus: Corpus, told: Collection[str] = ()) -> list[Alike]:
    """Return the first 200 pairs of which nobody has told yet (`told` are later records), oldest first.

    Private messages are not among them. One pass over the records without an id of their own.
    """
    found = corpus.query(_SQL, {"name": FINGERPRINT, "told": [*told], "most": MOST})
    return [Alike(**row) for row in found.to_pylist()]
