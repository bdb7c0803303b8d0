"""The tables of people. A person has no name here: only a sign-in name they chose, and roles.

Accounts (but not their passwords), grants and mandates are projections: `ledger verify` folds them again from the
documents.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Length, Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from evenhand.web.people.roles import ROLES, Office, Role

_ID: Final = 32
_GRANTED: Final = [role.value for role in Role if ROLES[role].granted]


class UserManager(BaseUserManager["User"]):
    """Finds people by their sign-in name, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the person who signs in with this name; raises User.DoesNotExist."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person who can sign in. Their id is the actor of the record."""

    id = models.CharField(primary_key=True, max_length=_ID)
    username = models.CharField(_("sign-in name"), max_length=64, unique=True, validators=[UnicodeUsernameValidator()])
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "people_user"
        constraints = [
            CheckConstraint(condition=Exact(Length("id"), _ID), name="people_user_id"),
            UniqueConstraint(Lower("username"), name="people_user_one_name"),
        ]


class Grant(models.Model):
    """A role a person holds from a moment until a moment (none: until it is ended). A projection."""

    id = models.CharField(primary_key=True, max_length=_ID)
    person = models.CharField(max_length=_ID)
    role = models.CharField(max_length=24, choices=[(role, role) for role in _GRANTED])
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    granted_by = models.CharField(max_length=_ID)
    granted_at = models.DateTimeField()
    ended_by = models.CharField(max_length=_ID, null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_grant"
        indexes = [Index(fields=["person"], name="people_grant_person")]
        constraints = [
            CheckConstraint(condition=Q(role__in=_GRANTED), name="people_grant_role"),
            CheckConstraint(condition=Q(ends=None) | Q(ends__gte=F("begins")), name="people_grant_forward"),
            CheckConstraint(
                condition=Q(ended_by=None, ended_at=None)
                | Q(ended_by__isnull=False, ended_at__isnull=False, ends__isnull=False),
                name="people_grant_who_and_when",
            ),
        ]


class Mandate(models.Model):
    """An office a person holds from a day until a day, both included. A projection."""

    id = models.CharField(primary_key=True, max_length=_ID)
    person = models.CharField(max_length=_ID)
    office = models.CharField(max_length=24, choices=[(o.value, o.value) for o in Office])
    begins = models.DateField()
    ends = models.DateField(null=True)
    recorded_by = models.CharField(max_length=_ID)
    recorded_at = models.DateTimeField()
    ended_by = models.CharField(max_length=_ID, null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_mandate"
        indexes = [Index(fields=["person"], name="people_mandate_person")]
        constraints = [
            CheckConstraint(condition=Q(office__in=[o.value for o in Office]), name="people_mandate_office"),
            CheckConstraint(condition=Q(ends=None) | Q(ends__gte=F("begins")), name="people_mandate_forward"),
            CheckConstraint(
                condition=Q(ended_by=None, ended_at=None)
                | Q(ended_by__isnull=False, ended_at__isnull=False, ends__isnull=False),
                name="people_mandate_who_and_when",
            ),
        ]
