"""What an erasure takes from the record: documents, openings, texts, names; and which rows must be said anew after.

The leaves stay. Called by the vault alone, inside its own unit, whose document names every leaf in `ref`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from evenhand.errors import DoesNotHold
from evenhand.ledger.checking import Verdict
from evenhand.ledger.commitment import Opening as Opened
from evenhand.web.record.checks.documents import Keys, check_documents, open_opening
from evenhand.web.record.deleting import held
from evenhand.web.record.ids import KeyId, SealedId
from evenhand.web.record.models import CountingRow, Opening, Pseudonym, Record, SealedText
from evenhand.web.record.projections import Folding
from evenhand.web.record.store import DjangoStore

REFS: Final = 16
"""How many leaves one leaf may refer to."""
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Left:
    """What an erasure leaves to do: the rows to say anew, and the texts that went with their documents."""

    rows: list[list[Any]]
    texts: frozenset[SealedId]


def keep_writers_waiting() -> None:
    """Take the lock of the log's head before its turn: until the caller's unit ends no other one comes to its end.

    Without it PostgreSQL shows each statement what was committed the moment before, so that rows were read with the
    acts of another unit and documents without. SQLite has one writer at a time already.
    """
    DjangoStore(connection).lock_head()


def leaves_under(keys: Collection[KeyId]) -> frozenset[int]:
    """Return the leaves whose documents are sealed under these keys."""
    return frozenset(Record.objects.filter(key_id__in=list(keys)).values_list("seq", flat=True))


def left_without(leaves: Collection[int], *, purpose: str) -> Left:
    """Return which rows no document says any more once these leaves' documents are gone, and the texts they named.

    Reads every document (about 150 µs each). Raises DoesNotHold where a document or a row is not what the record says.
    Call `check_rows` before the unit changes anything: else a change behind the record's back would be said anew.
    """
    left, keys = Folding(), Keys(purpose)
    texts: set[SealedId] = set()
    for checked in check_documents(keys):
        if any(finding.verdict is Verdict.FAILED for finding in checked.findings):
            raise DoesNotHold(checked.findings[0].words, where=checked.row.place, mend="Run: evenhand ledger verify.")
        if checked.document is None:
            continue
        if checked.row.seq in leaves:
            texts.update(checked.document.sealed)
        else:
            left.take(checked.document)
    return Left(left.restatement(), frozenset(texts))


def outliving(texts: Collection[SealedId], keys: Collection[KeyId]) -> list[SealedId]:
    """Return which texts are there and lie under none of these keys, so that somebody else may still need them."""
    rows = SealedText.objects.filter(id__in=list(texts)).exclude(key_id__in=list(keys))
    return [SealedId(text) for text in rows.order_by("id").values_list("id", flat=True)]


def check_rows(*, purpose: str) -> None:
    """Raise DoesNotHold unless every row is as the documents say; for right before an erasure changes any.

    Call `keep_writers_waiting` first: else another unit ends between two of the reads.
    """
    folding, keys = Folding(), Keys(purpose)
    for checked in check_documents(keys):
        if checked.document is not None:
            folding.take(checked.document)
    for difference in folding.differences():
        where = f"{difference.table} id {difference.key}"
        raise DoesNotHold(f"{difference.words}; nothing was erased", where=where, mend="Run: evenhand ledger verify.")


def take(leaves: Collection[int], *, keys: Collection[KeyId], texts: Collection[SealedId]) -> int:
    """Delete for ever the documents and openings of leaves, all that lies under some keys, and single texts.

    Return how many documents that were. Raises what the holders of `deleting` raise where they cannot tell.
    """
    held([])
    gone = 0
    for part in _parts(sorted(leaves)):
        Opening.objects.filter(seq__in=part).delete()
        gone += Record.objects.filter(seq__in=part).delete()[0]
    for model in (SealedText, Opening, Pseudonym):
        model.objects.filter(key_id__in=list(keys)).delete()
    for named in _parts(sorted(texts)):
        SealedText.objects.filter(id__in=named).delete()
    return gone


def keep_count(leaf: int) -> None:
    """Keep the figures of a case that went beside their leaf, its nonce in the clear; nothing where they are there.

    `leaf`: of type `retention.purged`, whose `c.count` commits to them.
    """
    if CountingRow.objects.filter(seq=leaf).exists():
        return
    opening = count_of(leaf)
    CountingRow.objects.create(seq=leaf, nonce=opening.nonce, value=opening.value.decode())


def count_of(leaf: int) -> Opened:
    """Return the opening of a leaf's `c.count`; the figures in it are nobody's."""
    row = Opening.objects.get(seq=leaf, field="count")
    data_key = Keys("erase").get(row.key_id)
    if data_key is None:
        raise DoesNotHold("there is no such key", where=f"opening seq {leaf}")
    return open_opening(leaf, "count", row.sealed, data_key)


def counts() -> list[tuple[int, str]]:
    """Return (leaf, figures as canonical JSON) of every case that went."""
    return list(CountingRow.objects.order_by("seq").values_list("seq", "value"))


def in_refs(leaves: Iterable[int]) -> list[list[int]]:
    """Return leaves in the portions that one leaf's `ref` may hold, ascending."""
    ordered = sorted(leaves)
    return [ordered[first : first + REFS] for first in range(0, len(ordered), REFS)]


def _parts(things: list[Any]) -> Iterable[list[Any]]:
    return (things[first : first + _AT_ONCE] for first in range(0, len(things), _AT_ONCE))
