"""Sealed text: free text, names, contacts, handles and snapshots, stored as ciphertext only, each reading logged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.record.crypto import blind_index, open_sealed, seal
from evenhand.web.record.deleting import held
from evenhand.web.record.documents import text_bound
from evenhand.web.record.ids import ActorId, KeyId, SealedId
from evenhand.web.record.keys import unwrap
from evenhand.web.record.models import SealedText
from evenhand.web.record.reads import log_reads, noting_refusal
from evenhand.web.record.unit import Recorder


def seal_text(r: Recorder, *, key: KeyId, field: str, text: str) -> SealedId:
    """Seal one text under a data key and return its id (hex32); the next document of the unit names it."""
    return seal_texts(r, key=key, field=field, texts=[text])[0]


def seal_texts(r: Recorder, *, key: KeyId, field: str, texts: Sequence[str]) -> list[SealedId]:
    """Seal many texts of one field in one statement and return their ids in order; cost grows with their number."""
    data_key = r.data_key(key)
    rows = []
    for text in texts:
        text_id = SealedId(r.ctx.new_id())
        sealed = seal(
            data_key, text.encode("utf-8", "surrogatepass"), bound_to=text_bound(text_id, field), random=r.ctx.random
        )
        rows.append(SealedText(id=text_id, key_id=key, field=field, ciphertext=sealed))
    SealedText.objects.bulk_create(rows, batch_size=500)
    ids = [SealedId(row.id) for row in rows]
    for text_id in ids:
        r.note(text_id)
    return ids


def open_texts(ids: Iterable[str], *, actor: ActorId, purpose: str, ctx: Context) -> dict[str, str]:
    """Return id -> text for those that are still there; an erased one is absent.

    Each text is one read row, committed before this returns. The key service checks the actor's seat per key.
    Raises KeyRefused without a seat, NoKeyService, UsageError inside a transaction. One commit per call: ask once
    for a whole page.
    """
    rows = list(SealedText.objects.filter(id__in=list(dict.fromkeys(ids))))
    read = [(row.id, KeyId(row.key_id)) for row in rows]
    with noting_refusal(read, actor=actor, purpose=purpose, ctx=ctx):
        keys = {row.key_id: unwrap(KeyId(row.key_id), actor=actor, purpose=purpose) for row in _one_per_key(rows)}
    if rows:
        log_reads(read, actor=actor, purpose=purpose, ctx=ctx)
    return {row.id: _open(row, keys[row.key_id]) for row in rows}


def search_value(r: Recorder, *, key: KeyId, field: str, value: str) -> bytes:
    """Return the 32-byte blind index of a value under a key: equal values meet, nothing is told without the key."""
    return blind_index(r.data_key(key), field, value)


def still_there(ids: Iterable[str]) -> frozenset[SealedId]:
    """Return which of these texts were not erased; opens none."""
    rows = SealedText.objects.filter(id__in=list(ids)).values_list("id", flat=True)
    return frozenset(map(SealedId, rows))


def erase_texts(r: Recorder, ids: Sequence[str]) -> int:
    """Delete sealed texts for ever and return how many there were; the unit adds the document that says why.

    Raises UsageError where one of them is held, or where nobody can tell: then nothing is deleted.
    """
    if held(ids):
        raise UsageError("a text is under a legal hold; nothing was deleted", mend="Run: evenhand vault list.")
    return SealedText.objects.filter(id__in=list(ids)).delete()[0]


def _one_per_key(rows: Sequence[SealedText]) -> list[SealedText]:
    return list({row.key_id: row for row in rows}.values())


def _open(row: SealedText, data_key: bytes) -> str:
    opened = open_sealed(data_key, row.ciphertext, bound_to=text_bound(row.id, row.field))
    return opened.decode("utf-8", "surrogatepass")
