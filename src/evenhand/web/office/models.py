"""Who stands in for whom, and wave files. All are projections of the record; nothing here says what a post says."""

from __future__ import annotations

from typing import Any, Final

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

_ID: Final = 32


def _id_of(**options: Any) -> models.CharField[Any, Any]:
    return models.CharField(max_length=_ID, **options)


class Absence(models.Model):
    """One officer is away from then until then, and another one answers danger reports: once they have said so."""

    id = models.CharField(primary_key=True, max_length=_ID)
    person = _id_of()
    stand_in = _id_of()
    asked_at = models.DateTimeField()
    until = models.DateField()
    confirmed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "office_absence"
        constraints = [
            CheckConstraint(condition=~Q(person=F("stand_in")), name="office_absence_another"),
            CheckConstraint(condition=Q(confirmed_at=None) | Q(declined_at=None), name="office_absence_one_answer"),
            UniqueConstraint(fields=["person"], condition=Q(ended_at=None), name="office_absence_one_at_once"),
        ]


class Wave(models.Model):
    """A folder of posts aimed at one protected person in one stretch of time: no respondent, no state, never a case."""

    id = models.CharField(primary_key=True, max_length=_ID)
    target = _id_of()
    key = _id_of()  # the protected person's
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    filed_by = _id_of()
    filed_at = models.DateTimeField()

    class Meta:
        db_table = "office_wave"
        constraints = [CheckConstraint(condition=Q(ends__gt=F("begins")), name="office_wave_forward")]
        indexes = [Index(fields=["target"], name="office_wave_target")]


class WaveItem(models.Model):
    """That a post's lead lies in a wave file."""

    id = models.CharField(primary_key=True, max_length=_ID)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="+")
    lead = _id_of()

    class Meta:
        db_table = "office_wave_item"
        constraints = [UniqueConstraint(fields=["wave", "lead"], name="office_wave_item_once")]


class WaveSaid(models.Model):
    """That the protected person was invited to complain about what lies in a wave file (N23), by a person."""

    wave = models.OneToOneField(Wave, on_delete=models.PROTECT, primary_key=True, related_name="+")
    letter = _id_of()
    invited_by = _id_of()
    invited_at = models.DateTimeField()

    class Meta:
        db_table = "office_wave_said"


class Shield(models.Model):
    """That an account may look at what was noticed about one protected person: their own, or a delegate's."""

    id = models.CharField(primary_key=True, max_length=_ID)
    target = _id_of()
    person = _id_of()
    given_by = _id_of()
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "office_shield"
        constraints = [
            UniqueConstraint(fields=["target", "person"], condition=Q(ended_at=None), name="office_shield_once")
        ]


class RotaMail(models.Model):
    """That the rota was written to about a danger report nobody had opened."""

    case_id = models.CharField(primary_key=True, max_length=_ID)
    at = models.DateTimeField()
    addresses = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "office_rota_mail"
