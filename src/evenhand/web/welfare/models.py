"""Calls that welfare is asked to make. Projections of the record.

Nothing here says who it is: the note is sealed under a key of its own, on which only welfare and the person have a
seat, and `of` finds a person's own calls again without naming them. So no merits role can read a sign of distress
(INV-56), whatever it may open of a case.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import models
from django.db.models import CheckConstraint, Index, Q

from evenhand.web.welfare.words import Result

_ID: Final = 32


def _id_of(**options: Any) -> models.CharField[Any, Any]:
    return models.CharField(max_length=_ID, **options)


class Call(models.Model):
    """One call to make, until when, and what came of it."""

    id = models.CharField(primary_key=True, max_length=_ID)
    of = models.CharField(max_length=64)  # keyed: whose
    key = _id_of()
    note = _id_of()  # sealed
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # welfare was written to
    result = models.CharField(max_length=40, null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = _id_of(null=True)

    class Meta:
        db_table = "welfare_call"
        constraints = [
            CheckConstraint(
                condition=Q(result=None, ended_at=None, ended_by=None)
                | Q(result__in=[each.value for each in Result], ended_at__isnull=False, ended_by__isnull=False),
                name="welfare_call_who_and_when",
            )
        ]
        indexes = [
            Index(fields=["of"], name="welfare_call_of"),
            Index(fields=["due_at"], condition=Q(ended_at=None), name="welfare_call_open"),
        ]
