"""The published versions. A version is its digest; its rows are never changed nor deleted (INV-25)."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint


class CodeVersion(models.Model):
    """One published version of a code of conduct; `id` is the SHA-256 (hex) of its canonical text."""

    id = models.CharField(primary_key=True, max_length=64)
    slug = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    in_force_from = models.DateField()
    in_force_until = models.DateField(null=True)  # the last day, when a later version said so at its adoption
    published_at = models.DateTimeField()
    first_signer = models.CharField(max_length=32)
    second_signer = models.CharField(max_length=32)
    text = models.TextField()  # public: the TOML as published

    class Meta:
        db_table = "rules_code_version"
        constraints = [
            UniqueConstraint(fields=["slug", "version"], name="rules_code_version_once"),
            CheckConstraint(condition=~Q(first_signer=F("second_signer")), name="rules_code_version_two_people"),
            CheckConstraint(
                condition=Q(in_force_until=None) | Q(in_force_until__gte=F("in_force_from")),
                name="rules_code_version_forward",
            ),
        ]


class Clause(models.Model):
    """One clause of one published version; `id` is `<digest>:<clause>`, so a case pins text and version at once."""

    id = models.CharField(primary_key=True, max_length=110)
    code = models.ForeignKey(CodeVersion, on_delete=models.PROTECT, related_name="+")
    clause = models.CharField(max_length=40)
    in_force_from = models.DateField()
    in_force_until = models.DateField(null=True)

    class Meta:
        db_table = "rules_clause"


class ProcedureVersion(models.Model):
    """One published version of the organisation's procedure; `id` is the SHA-256 (hex) of its text."""

    id = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    table_version = models.SmallIntegerField()
    in_force_from = models.DateField()
    published_at = models.DateTimeField()
    first_signer = models.CharField(max_length=32)
    second_signer = models.CharField(max_length=32)
    text = models.TextField()

    class Meta:
        db_table = "rules_procedure_version"
        constraints = [
            CheckConstraint(condition=~Q(first_signer=F("second_signer")), name="rules_procedure_version_two_people")
        ]


class Proposal(models.Model):
    """A text somebody signed and a second person has yet to sign; settled once, by publication or withdrawal."""

    id = models.CharField(primary_key=True, max_length=32)
    kind = models.CharField(max_length=40)  # code, procedure
    text = models.TextField()  # public once it is published
    proposed_by = models.CharField(max_length=32)
    proposed_at = models.DateTimeField()
    outcome = models.CharField(max_length=40, null=True)  # published, withdrawn
    settled_by = models.CharField(max_length=32, null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rules_proposal"
        constraints = [
            CheckConstraint(
                condition=Q(outcome=None, settled_by=None, settled_at=None)
                | Q(outcome="withdrawn", settled_by__isnull=False, settled_at__isnull=False)
                | Q(outcome="published", settled_by__isnull=False, settled_at__isnull=False)
                & ~Q(settled_by=F("proposed_by")),
                name="rules_proposal_two_people",
            )
        ]
