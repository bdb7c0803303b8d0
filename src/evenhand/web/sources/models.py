"""The manifest of the corpus and the files it was read from. All rows are projections of the record."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Import(models.Model):
    """One file as it came in. Its name and its basis are sealed; its bytes lie sealed in the corpus folder.

    `key_id`, `sealed_name` and `wrapped_key` are empty once the sealed copy is gone: only digest and counts stay.
    After an erasure another file may be held in its place, `copy_id`, in which `blanked` records are blanked.
    """

    id = models.CharField(max_length=32, primary_key=True)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    source_format = models.CharField(max_length=40)
    imported_at = models.DateTimeField()
    key_id = models.CharField(max_length=32, blank=True)
    name_id = models.CharField(max_length=32, blank=True)
    basis_id = models.CharField(max_length=32, blank=True)
    wrapped_key = models.CharField(max_length=120, blank=True)
    posts = models.BigIntegerField()
    control = models.BigIntegerField()
    merged = models.BigIntegerField()
    suppressed = models.BigIntegerField()
    refused = models.BigIntegerField()
    copy_id = models.CharField(max_length=32, blank=True, default="")
    copy_sha256 = models.CharField(max_length=64, blank=True, default="")
    blanked = models.BigIntegerField(default=0)

    class Meta:
        db_table = "sources_import"
        constraints = [
            models.CheckConstraint(
                condition=(Q(key_id="") & Q(wrapped_key="") & Q(name_id=""))
                | (~Q(key_id="") & ~Q(wrapped_key="") & ~Q(name_id="")),
                name="sources_import_sealed_or_gone",
            ),
            models.CheckConstraint(
                condition=Q(copy_id="", copy_sha256="", blanked=0)
                | (~Q(copy_id="") & ~Q(copy_sha256="") & Q(blanked__gt=0)),
                name="sources_import_copy_whole",
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="sources_import_sha256")]

    @property
    def held_as(self) -> str:
        """The id under which its sealed file lies: its own, or that of the copy that took its place."""
        return self.copy_id or self.id

    def __str__(self) -> str:
        """Return what may be shown in a log: never the name."""
        return f"import {self.id}"


class Suppressed(models.Model):
    """That a post was erased and never comes in again: a keyed hash of its record key, and since when."""

    hash = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField()

    class Meta:
        db_table = "sources_suppressed"

    def __str__(self) -> str:
        """Return the hash."""
        return self.hash


class SameAct(models.Model):
    """What a person said of two records of overlapping exports: one act, or two. The last answer counts.

    `answer` is "open" once it was taken back; both keys are empty once one of the records was erased.
    """

    id = models.CharField(max_length=32, primary_key=True)
    record = models.TextField()
    same_as = models.TextField()
    answer = models.CharField(max_length=9)
    reason_id = models.CharField(max_length=32, blank=True)
    told_by = models.CharField(max_length=64)
    told_at = models.DateTimeField()

    class Meta:
        db_table = "sources_same_act"
        constraints = [
            models.CheckConstraint(condition=Q(answer__in=["same", "different", "open"]), name="sources_same_answer"),
            models.UniqueConstraint(fields=["record"], condition=~Q(record=""), name="sources_same_once"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return self.id


class CorpusFile(models.Model):
    """One committed file of the corpus: this row is what makes it part of the corpus."""

    name = models.CharField(max_length=120, primary_key=True)
    kind = models.CharField(max_length=20)
    rows = models.BigIntegerField()
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    oldest_import = models.BigIntegerField()

    class Meta:
        db_table = "sources_corpus_file"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["observations", "events"]), name="sources_corpus_file_kind"),
        ]

    def __str__(self) -> str:
        """Return the file's name below the corpus folder."""
        return self.name
