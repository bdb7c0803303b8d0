"""Opening one commitment of a leaf singly: the nonce and value that its holder may show to anybody."""

from __future__ import annotations

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.commitment import Opening as Opened
from evenhand.web.record.crypto import open_sealed
from evenhand.web.record.documents import opening_bound
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.keys import unwrap
from evenhand.web.record.models import Opening
from evenhand.web.record.reads import log_reads, noting_refusal

_NONCE = 32


def open_commitment(seq: int, field: str, *, actor: ActorId, purpose: str, ctx: Context) -> Opened:
    """Return the opening of one field of the leaf `seq`; it verifies against the leaf without us.

    One read row, committed first. Raises UsageError where it was erased or never was, KeyRefused without a seat.
    """
    row = Opening.objects.filter(seq=seq, field=field).first()
    if row is None:
        raise UsageError("there is no such opening; it may have been erased", where=f"entry {seq}")
    read = [(f"{seq:032x}", KeyId(row.key_id))]
    with noting_refusal(read, actor=actor, purpose=purpose, ctx=ctx):
        key = unwrap(KeyId(row.key_id), actor=actor, purpose=purpose)
    log_reads(read, actor=actor, purpose=purpose, ctx=ctx)
    plain = open_sealed(key, row.sealed, bound_to=opening_bound(seq, field))
    return Opened(field, plain[:_NONCE], plain[_NONCE:])
