"""The tables of the record. Append-only ones are guarded by triggers (triggers/*.sql); nobody else touches them.

Ids are 32 lower-case hex digits (16 random bytes); times are UTC; `sealed` columns are AES-256-GCM
(nonce, ciphertext and tag).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class LedgerEntry(models.Model):
    """One leaf: its exact bytes and its hash. `seq` counts from 0 without a gap."""

    seq = models.BigIntegerField(primary_key=True)
    leaf_hash = models.BinaryField(max_length=32)
    data = models.BinaryField(max_length=4096)

    class Meta:
        db_table = "ledger_entry"
        constraints = [models.CheckConstraint(condition=Q(seq__gte=0), name="ledger_entry_from_zero")]


class LedgerTile(models.Model):
    """Up to 256 hashes of one level, side by side."""

    pk = models.CompositePrimaryKey("level", "idx")
    level = models.SmallIntegerField()
    idx = models.BigIntegerField()
    hashes = models.BinaryField(max_length=8192)

    class Meta:
        db_table = "ledger_tile"


class LedgerHead(models.Model):
    """The one row that says how long the log is; `frontier` holds the roots of its complete subtrees."""

    id = models.SmallIntegerField(primary_key=True)
    size = models.BigIntegerField()
    frontier = models.BinaryField(max_length=2048)

    class Meta:
        db_table = "ledger_head"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="ledger_head_one_row")]


class LedgerCheckpoint(models.Model):
    """A signed note about the tree of one size."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_checkpoint"


class LedgerCosignature(models.Model):
    """A witness's signature line over a checkpoint of ours."""

    pk = models.CompositePrimaryKey("size", "key_name", "key_id")
    size = models.BigIntegerField()
    key_name = models.CharField(max_length=255)
    key_id = models.BinaryField(max_length=4)
    line = models.TextField()

    class Meta:
        db_table = "ledger_cosignature"


class LogWitness(models.Model):
    """A witness that is asked to cosign, from when until when; `disabled_at` is null while it is asked."""

    id = models.CharField(primary_key=True, max_length=32)
    vkey = models.TextField()
    url = models.TextField()
    enabled_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "log_witness"


class Record(models.Model):
    """One document, sealed under the key of its case, subject or the organisation; `seq` is its leaf."""

    id = models.CharField(primary_key=True, max_length=32)
    seq = models.BigIntegerField(unique=True)
    key_id = models.CharField(db_index=True, max_length=32)
    sealed = models.BinaryField()

    class Meta:
        db_table = "record"


class Opening(models.Model):
    """The nonce and value behind one commitment of a leaf, sealed; erasable, never changed."""

    pk = models.CompositePrimaryKey("seq", "field")
    seq = models.BigIntegerField()
    field = models.CharField(max_length=64)
    key_id = models.CharField(db_index=True, max_length=32)
    sealed = models.BinaryField()

    class Meta:
        db_table = "opening"


class ReadRow(models.Model):
    """One reading of a sealed object, written before the first byte leaves; chained by `previous`."""

    seq = models.BigIntegerField(primary_key=True)
    actor = models.CharField(max_length=32)
    object_id = models.CharField(max_length=32)
    key_id = models.CharField(max_length=32)
    purpose = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    previous = models.BinaryField(max_length=32)

    class Meta:
        db_table = "read_row"
        indexes = [models.Index(fields=["key_id"], name="read_row_key")]


class ReadWindowRow(models.Model):
    """Says that a read row stands in the document `document_id` (record.read) of its closed window."""

    row = models.BigIntegerField(primary_key=True)
    document_id = models.CharField(db_index=True, max_length=32)

    class Meta:
        db_table = "read_window_row"


class CountingRow(models.Model):
    """What is left of an erased case: non-personal figures, committed in its leaf, the nonce beside it."""

    seq = models.BigIntegerField(primary_key=True)
    nonce = models.BinaryField(max_length=32)
    value = models.TextField()

    class Meta:
        db_table = "counting_row"


class SealedText(models.Model):
    """Free text, names, contacts, handles, snapshots: ciphertext only."""

    id = models.CharField(primary_key=True, max_length=32)
    key_id = models.CharField(db_index=True, max_length=32)
    field = models.CharField(max_length=64)
    ciphertext = models.BinaryField()

    class Meta:
        db_table = "sealed_text"


class KeySeat(models.Model):
    """Who may open what is under a key, in which role, from when until when; `until` is open while null."""

    id = models.CharField(primary_key=True, max_length=32)
    key_id = models.CharField(db_index=True, max_length=32)
    actor = models.CharField(db_index=True, max_length=32)
    role = models.CharField(max_length=48)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "key_seat"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="key_seat_ends_after_it_begins",
            )
        ]


class Pseudonym(models.Model):
    """A person's random name in one case: found by a keyed blind index, sealed, erasable."""

    lookup = models.BinaryField(primary_key=True, max_length=32)
    key_id = models.CharField(db_index=True, max_length=32)
    sealed = models.BinaryField()

    class Meta:
        db_table = "pseudonym"


class SchemaManifest(models.Model):
    """The hash of all triggers and indexes as the last migration left them."""

    id = models.SmallIntegerField(primary_key=True)
    digest = models.CharField(max_length=64)

    class Meta:
        db_table = "schema_manifest"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="schema_manifest_one_row")]
