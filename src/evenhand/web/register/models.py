"""The tables of the register. What names a member is sealed; what finds one is a keyed hash. All are projections."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q

_ID: Final = 32
_HASH: Final = 64


class Load(models.Model):
    """One file of the register as it was taken over. `key` is the register's own key, the same for every load."""

    id = models.CharField(primary_key=True, max_length=_ID)
    key = models.CharField(max_length=_ID)
    loaded_by = models.CharField(max_length=_ID)
    loaded_at = models.DateTimeField()
    known_since = models.DateField(null=True)  # the first day from which the file holds former members as well
    members = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    removed = models.PositiveIntegerField()

    class Meta:
        db_table = "register_load"
        constraints = [
            CheckConstraint(condition=Q(members__gte=F("added") + F("changed")), name="register_load_counts"),
        ]


class Member(models.Model):
    """One member, found by `id`: a keyed hash of the membership number, the same in every load.

    `text`: everything known of them, sealed; `content`: a keyed hash of it, which says whether a file changes it.
    """

    id = models.CharField(primary_key=True, max_length=_ID)
    text = models.CharField(max_length=_ID)
    content = models.CharField(max_length=_HASH)

    class Meta:
        db_table = "register_member"


class Account(models.Model):
    """That a member declared an account, by a keyed hash of platform and handle, or platform and id."""

    pk = models.CompositePrimaryKey("value", "member_id")
    value = models.CharField(max_length=_HASH)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "register_account"
        indexes = [Index(fields=["member"], name="register_account_member")]
