"""The published reports of figures. A report is its digest; its row is never changed nor deleted (INV-39)."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint


class PublishedReport(models.Model):
    """One report of one period; `id` is the SHA-256 (hex) of `text`, as everybody can compute it.

    A corrected report is a row of its own that names the one before it: a chain per period, without a fork.
    """

    id = models.CharField(primary_key=True, max_length=64)
    period = models.CharField(max_length=8)  # 2026-Q3 or 2026
    text = models.TextField()  # public: the JSON document as published
    csv = models.TextField()  # public: the same rows for spreadsheets; its digest stands in `text`
    published_at = models.DateTimeField()
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    first_signer = models.CharField(max_length=32, null=True)
    second_signer = models.CharField(max_length=32, null=True)

    class Meta:
        db_table = "publish_report"
        constraints = [
            UniqueConstraint(fields=["period"], condition=Q(corrects=None), name="publish_report_first_once"),
            UniqueConstraint(fields=["corrects"], name="publish_report_corrected_once"),
            CheckConstraint(
                condition=Q(first_signer=None, second_signer=None)
                | Q(first_signer__isnull=False, second_signer__isnull=False) & ~Q(first_signer=F("second_signer")),
                name="publish_report_two_people",
            ),
        ]
        indexes = [Index(fields=["period", "published_at"], name="publish_report_period")]
