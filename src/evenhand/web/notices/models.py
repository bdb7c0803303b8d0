"""Letters as sent, and what became of them. All are projections of the record; none is ever changed or deleted.

Case and party ids are plain columns: this app lies below cases. What a letter says and where it went is sealed.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from evenhand.procedure.clocks import ServiceKind
from evenhand.web.notices.words import By

_ID: Final = 32
_WORD: Final = 40


def _id_of(**options: Any) -> models.CharField[Any, Any]:
    return models.CharField(max_length=_ID, **options)


def _word(**options: Any) -> models.CharField[Any, Any]:
    return models.CharField(max_length=_WORD, **options)


class Letter(models.Model):
    """One letter as it was sent: its HTML, sealed, is the original. `check_digest` finds it for /check-a-letter."""

    id = models.CharField(primary_key=True, max_length=_ID)
    case_id = _id_of(null=True)  # none before there is a case: an invitation, a safety card
    notice = _word()
    party = _id_of()
    side = _word()
    locale = _word()
    by = _word()
    key = _id_of()
    html = _id_of()  # sealed
    mail = _id_of()  # sealed: the words of the mail that tells of it, ready whichever way it goes
    template = models.CharField(max_length=64)  # digest of the text and the standing words it was made from
    check_digest = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField()
    document = _id_of(unique=True)  # the document of the record that says so; its leaf is the log position

    class Meta:
        db_table = "notices_letter"
        constraints = [CheckConstraint(condition=Q(by__in=[by.value for by in By]), name="notices_letter_by")]
        indexes = [
            Index(fields=["case_id", "party"], name="notices_letter_case_party"),
            Index(fields=["party"], name="notices_letter_party"),
        ]


class Attempt(models.Model):
    """One attempt to send word of a letter by mail; `contact` is the address, sealed."""

    id = models.CharField(primary_key=True, max_length=_ID)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")
    contact = _id_of()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "notices_attempt"
        indexes = [Index(fields=["made_at"], name="notices_attempt_made")]


class Accepted(models.Model):
    """That a mail server took the mail of an attempt. Not yet service: it may still come back."""

    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, primary_key=True, related_name="accepted")
    at = models.DateTimeField()

    class Meta:
        db_table = "notices_accepted"
        indexes = [Index(fields=["at"], name="notices_accepted_at")]


class Service(models.Model):
    """One thing that happened to a letter on its way: delivered, posted, opened, bounced.

    `attempt` joins a bounce to what it undoes: an attempt by mail, or the id of the row that says "posted".
    """

    id = models.CharField(primary_key=True, max_length=_ID)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")
    kind = _word()
    at = models.DateTimeField()
    attempt = _id_of(null=True)
    recorded_by = _id_of()  # a person, a party, or `system`
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "notices_service"
        constraints = [
            CheckConstraint(condition=Q(kind__in=[kind.value for kind in ServiceKind]), name="notices_service_kind"),
            CheckConstraint(
                condition=Q(kind=ServiceKind.OPENED.value, attempt=None)
                | (~Q(kind=ServiceKind.OPENED.value) & Q(attempt__isnull=False)),
                name="notices_service_attempt",
            ),
            UniqueConstraint(
                fields=["attempt"], condition=Q(kind=ServiceKind.DELIVERED.value), name="notices_service_delivered_once"
            ),
        ]
        indexes = [Index(fields=["attempt"], name="notices_service_attempt_ix")]
