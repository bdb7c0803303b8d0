"""Which sources were switched on, what was handed in, who has an address to forward to. Projections of the record.

No text and no secret in plain: an address to forward to is sealed under the key of the person it belongs to.
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

_ID: Final = 32


class LiveSource(models.Model):
    """That a source of this name and these settings (by their digest) was switched on; `place`: the host it asks."""

    id = models.CharField(primary_key=True, max_length=_ID)
    name = models.CharField(max_length=_ID)
    adapter = models.CharField(max_length=20)
    place = models.CharField(max_length=253, blank=True)
    digest = models.CharField(max_length=64)
    enabled_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "live_source"
        constraints = [
            UniqueConstraint(fields=["name"], condition=Q(disabled_at=None), name="live_source_once"),
            CheckConstraint(
                condition=Q(disabled_at=None) | Q(disabled_at__gte=F("enabled_at")), name="live_source_on_first"
            ),
        ]


class HandedIn(models.Model):
    """That something was handed in into the shield of a protected person: which kind, by whom, when."""

    id = models.CharField(primary_key=True, max_length=_ID)
    target = models.CharField(max_length=_ID)
    by = models.CharField(max_length=_ID)
    kind = models.CharField(max_length=8)
    pictures = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        db_table = "live_handed_in"
        constraints = [
            CheckConstraint(condition=Q(kind__in=["link", "words", "picture", "mail"]), name="live_handed_in_kind"),
            CheckConstraint(condition=Q(kind="picture") | Q(pictures=0), name="live_handed_in_pictures"),
        ]
        indexes = [models.Index(fields=["target"], name="live_handed_in_target")]


class ForwardingAddress(models.Model):
    """The private address of a protected person. What it is, and from whom mail to it is taken, is one sealed text."""

    id = models.CharField(primary_key=True, max_length=_ID)
    target = models.CharField(max_length=_ID)
    known = models.CharField(max_length=_ID)
    made_by = models.CharField(max_length=_ID)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "live_forwarding_address"
        constraints = [
            UniqueConstraint(fields=["target"], condition=Q(ended_at=None), name="live_forwarding_address_once"),
            CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("made_at")), name="live_forwarding_address_made_first"
            ),
        ]


class Arrival(models.Model):
    """That an import is something officers can look at: what a person handed in, or a mail to the unit itself.

    `id`: the import. `target`: the protected person, "" for the unit. `judged`: the sealed text of what a mail's
    signatures say and under which keys; "" where nothing was judged. Bytes and verdict lie under the import's own key.
    """

    id = models.CharField(primary_key=True, max_length=_ID)
    target = models.CharField(max_length=_ID, blank=True)
    kind = models.CharField(max_length=8)
    judged = models.CharField(max_length=_ID, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "live_arrival"
        constraints = [
            CheckConstraint(condition=Q(kind__in=["share", "mail"]), name="live_arrival_kind"),
            CheckConstraint(condition=Q(kind="mail") | Q(judged=""), name="live_arrival_judged"),
        ]
