"""The desk's tables. All are projections: `evenhand ledger verify` folds the record again and compares.

Plain columns hold ids, words of closed vocabularies, times and counts; what somebody wrote, and who, lies
only in `sealed_text` under the protected person's key.
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from evenhand.web.desk.words import Act, Answer, Band, Reason, Source, Status

_ID: Final = 32


class Protected(models.Model):
    """Somebody whose declared accounts are watched over; only what is addressed to those is screened."""

    id = models.CharField(primary_key=True, max_length=_ID)
    key = models.CharField(max_length=_ID, unique=True)
    label = models.CharField(max_length=_ID)
    accounts = models.CharField(max_length=_ID)
    declared_by = models.CharField(max_length=_ID)
    declared_at = models.DateTimeField()

    class Meta:
        db_table = "desk_protected"


class Lead(models.Model):
    """One flagged post aimed at one protected person, waiting for a person to look at it."""

    id = models.CharField(primary_key=True, max_length=_ID)
    batch = models.CharField(max_length=_ID)
    target = models.CharField(max_length=_ID)
    record_key = models.TextField()
    observation = models.CharField(max_length=64)
    act = models.CharField(max_length=16, choices=[(a.value, a.value) for a in Act])
    posted_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField()
    band = models.PositiveSmallIntegerField(choices=[(b.value, b.name) for b in Band])
    score = models.PositiveSmallIntegerField()
    categories = models.CharField(max_length=200)
    frame = models.CharField(max_length=24)
    aim = models.CharField(max_length=16)
    model = models.CharField(max_length=80)
    calibration = models.CharField(max_length=80)
    source = models.CharField(max_length=_ID)
    key = models.CharField(max_length=_ID)
    snapshot = models.CharField(max_length=_ID)
    author = models.CharField(max_length=_ID)
    status = models.CharField(max_length=16, choices=[(s.value, s.value) for s in Status])
    reason = models.CharField(max_length=24, null=True)
    disposed_by = models.CharField(max_length=_ID, null=True)
    disposed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "desk_lead"
        constraints = [
            UniqueConstraint(fields=["record_key", "observation"], name="desk_lead_one_per_observation"),
            CheckConstraint(condition=Q(band__in=[b.value for b in Band]), name="desk_lead_band"),
            CheckConstraint(condition=Q(act__in=[a.value for a in Act]), name="desk_lead_act"),
            CheckConstraint(condition=Q(score__lte=1000), name="desk_lead_score"),
            CheckConstraint(
                condition=Q(status=Status.WAITING, disposed_by=None, disposed_at=None, reason=None)
                | Q(
                    status=Status.DROPPED,
                    disposed_by__isnull=False,
                    disposed_at__isnull=False,
                    reason__in=[r.value for r in Reason],
                ),
                name="desk_lead_who_and_when",
            ),
            CheckConstraint(
                condition=Q(disposed_at=None) | Q(disposed_at__gte=F("found_at")), name="desk_lead_found_first"
            ),
        ]
        indexes = [
            Index(fields=["status", "band"], name="desk_lead_queue"),
            Index(fields=["record_key"], name="desk_lead_of_post"),
            Index(fields=["disposed_by", "disposed_at"], name="desk_lead_undo"),
        ]


class Reading(models.Model):
    """How many posts of one run, aimed at one person, were read, or could not be and why.

    `outcome` is `read` or the reason word of the abstention, so that nothing unread is counted as harmless.
    """

    id = models.CharField(primary_key=True, max_length=160)
    batch = models.CharField(max_length=_ID)
    target = models.CharField(max_length=_ID)
    outcome = models.CharField(max_length=48)
    posts = models.PositiveIntegerField()

    class Meta:
        db_table = "desk_reading"
        constraints = [
            UniqueConstraint(fields=["batch", "target", "outcome"], name="desk_reading_one_per_outcome"),
            CheckConstraint(condition=Q(posts__gt=0), name="desk_reading_counts"),
        ]


class Screening(models.Model):
    """One run over the posts that came in since the run before: doing it again adds nothing.

    `upto` is the latest `imported_at` (UTC microseconds) that the run saw; the next one starts behind it.
    """

    batch = models.CharField(primary_key=True, max_length=_ID)
    at = models.DateTimeField()
    upto = models.BigIntegerField()
    posts = models.PositiveIntegerField()
    leads = models.PositiveIntegerField()
    model = models.CharField(max_length=80)

    class Meta:
        db_table = "desk_screening"
        constraints = [CheckConstraint(condition=Q(leads__lte=F("posts")), name="desk_screening_counts")]


class Example(models.Model):
    """A post that made no lead: drawn at random from those of a run, or brought by an officer as missed abuse."""

    id = models.CharField(primary_key=True, max_length=_ID)
    source = models.CharField(max_length=16, choices=[(s.value, s.value) for s in Source])
    batch = models.CharField(max_length=_ID, null=True)
    target = models.CharField(max_length=_ID)
    record_key = models.TextField(null=True)
    observation = models.CharField(max_length=64, null=True)
    key = models.CharField(max_length=_ID)
    snapshot = models.CharField(max_length=_ID)
    made_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)  # since then the words are erased

    class Meta:
        db_table = "desk_example"
        constraints = [
            CheckConstraint(
                condition=Q(source=Source.SAMPLE, batch__isnull=False) | Q(source=Source.MISSED, batch=None),
                name="desk_example_source",
            ),
            UniqueConstraint(fields=["batch", "record_key"], name="desk_example_once_a_run"),
        ]


class Label(models.Model):
    """What one person says of one post: an example of ours, or a lead that somebody else put aside."""

    id = models.CharField(primary_key=True, max_length=_ID)
    example = models.CharField(max_length=_ID)
    by = models.CharField(max_length=_ID)
    answer = models.CharField(max_length=16, choices=[(a.value, a.value) for a in Answer])
    kinds = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        db_table = "desk_label"
        constraints = [
            UniqueConstraint(fields=["example", "by"], name="desk_label_one_each"),
            CheckConstraint(condition=Q(answer=Answer.ABUSE) | Q(kinds=""), name="desk_label_kinds_of_abuse"),
        ]


class LocalRefit(models.Model):
    """One refit that somebody proposed to use: in use from the second person's approval until somebody ends it."""

    id = models.CharField(primary_key=True, max_length=_ID)
    package = models.CharField(max_length=_ID)
    digest = models.CharField(max_length=64)
    proposed_by = models.CharField(max_length=_ID)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=_ID, null=True)
    approved_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=_ID, null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "desk_local_refit"
        constraints = [
            CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=F("proposed_by")),
                name="desk_local_refit_two_people",
            ),
            CheckConstraint(
                condition=Q(ended_by=None, ended_at=None) | Q(ended_by__isnull=False, ended_at__isnull=False),
                name="desk_local_refit_ended",
            ),
        ]
