"""The tables of the vault: objects, facts about them, alarms, holds, erasures. All are projections of the record.

What names a file, a link or a ground is sealed; columns hold ids, words of closed lists, times, counts.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q

from evenhand.web.vault.words import State

_ID: Final = 32
_WORD: Final = 40


def _own_id() -> models.CharField[str, str]:
    return models.CharField(primary_key=True, max_length=_ID)


def _id_of(**options: Any) -> models.CharField[Any, Any]:
    return models.CharField(max_length=_ID, **options)


def _word(**options: Any) -> models.CharField[Any, Any]:
    return models.CharField(max_length=_WORD, **options)


class VaultObject(models.Model):
    """One file as it came in (`source` empty), or a copy derived from one. Its bytes never change.

    `blob` names the ciphertext to its key, `name` on the disk; `digest` is the sealed SHA-256 of the plaintext. The
    three times are never merged: ours, the collector's or server's, and what the item says of itself.
    """

    id = _own_id()
    key = _id_of()
    scope = _id_of()  # within which the same bytes are one blob
    case = _id_of(null=True)
    blob = _id_of()
    name = models.CharField(max_length=64, db_index=True)
    digest = models.BinaryField(max_length=64)
    size = models.BigIntegerField()
    kind = _word()  # what its bytes are
    state = _word(default=State.OPEN.value)
    source = models.ForeignKey("vault.VaultObject", on_delete=models.PROTECT, null=True, related_name="derived")
    method = _word(default="")  # of a derived object: what was done to its source
    tool = models.CharField(max_length=80, default="")
    parameters = models.CharField(max_length=400, default="")  # canonical JSON of words and numbers
    deterministic = models.BooleanField(default=True)  # whether somebody else gets the same bytes
    provenance_class = _word(default="user_statement")
    channel = _word(default="")
    collector = _id_of(null=True)
    received_at = models.DateTimeField()
    observed_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    link = _id_of(null=True)  # sealed
    declared_loss = _id_of(null=True)  # sealed
    checked_at = models.DateTimeField(null=True)  # by the scrubber; no act decides it

    class Meta:
        db_table = "vault_object"
        constraints = [
            CheckConstraint(condition=Q(state__in=[state.value for state in State]), name="vault_object_state"),
            CheckConstraint(
                condition=Q(source=None, method="") | (Q(source__isnull=False) & ~Q(method="")),
                name="vault_object_derived_by_a_method",
            ),
        ]
        indexes = [
            Index(fields=["case"], name="vault_object_case"),
            Index(fields=["blob"], name="vault_object_blob"),
            Index(fields=["key"], name="vault_object_key"),
            Index(fields=["checked_at"], name="vault_object_checked"),
        ]


class Alarm(models.Model):
    """That an object's bytes are not what came in, or are not there; open until a person has seen it."""

    id = _own_id()
    object = models.ForeignKey(VaultObject, on_delete=models.PROTECT, related_name="+")
    found = _word()  # read, scrub
    reason = _word()  # changed, missing, no_key
    found_at = models.DateTimeField()
    seen_by = _id_of(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "vault_alarm"
        constraints = [
            CheckConstraint(
                condition=Q(seen_by=None, seen_at=None) | Q(seen_by__isnull=False, seen_at__isnull=False),
                name="vault_alarm_seen",
            )
        ]
        indexes = [Index(fields=["object"], name="vault_alarm_object")]


def _two(first: str, second: str) -> Q:
    """Return the condition that a second person in a second role signed, or nobody yet."""
    return Q(**{f"{second}_by": None, f"{second}_role": None, f"{second}_at": None}) | (
        Q(**{f"{second}_by__isnull": False, f"{second}_role__isnull": False, f"{second}_at__isnull": False})
        & ~Q(**{f"{second}_by": F(f"{first}_by")})
        & ~Q(**{f"{second}_role": F(f"{first}_role")})
    )


class Hold(models.Model):
    """A legal hold (T22): asked for by one person, in force when a second one in another role signs; many per thing.

    In force from `placed_at` until `released_at`, whatever the review date says: one that has passed alarms.
    """

    id = _own_id()
    kind = _word()
    target = _id_of()
    reason = _word()
    ground = _id_of()  # sealed
    asked_by = _id_of()
    asked_role = _word()
    asked_at = models.DateTimeField()
    placed_by = _id_of(null=True)
    placed_role = _word(null=True)
    placed_at = models.DateTimeField(null=True)
    review_on = models.DateField()
    end_by = _id_of(null=True)  # who asked for the release
    end_role = _word(null=True)
    end_at = models.DateTimeField(null=True)
    released_by = _id_of(null=True)
    released_role = _word(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "vault_hold"
        constraints = [
            CheckConstraint(condition=_two("asked", "placed"), name="vault_hold_placed_by_two"),
            CheckConstraint(condition=_two("end", "released"), name="vault_hold_released_by_two"),
            CheckConstraint(
                condition=Q(end_by=None, end_role=None, end_at=None)
                | Q(end_by__isnull=False, end_role__isnull=False, end_at__isnull=False, placed_at__isnull=False),
                name="vault_hold_end_of_one_in_force",
            ),
            CheckConstraint(condition=Q(released_at=None) | Q(end_at__isnull=False), name="vault_hold_end_asked_first"),
        ]
        indexes = [Index(fields=["target"], name="vault_hold_target")]


class Erasure(models.Model):
    """That something is to be erased, signed by two people in two roles; done when `ended_at` is there."""

    id = _own_id()
    kind = _word()
    target = _id_of()
    why = _word()
    first_by = _id_of()
    first_role = _word()
    second_by = _id_of()
    second_role = _word()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "vault_erasure"
        constraints = [
            CheckConstraint(
                condition=~Q(first_by=F("second_by")) & ~Q(first_role=F("second_role")), name="vault_erasure_by_two"
            )
        ]
        indexes = [Index(fields=["target"], name="vault_erasure_target")]


class PersonErasure(models.Model):
    """That one person's data is to be erased: asked for by one, signed by a second in another role, done.

    Who it is lies sealed under a key of its own, which goes when it is done. `stays`: what could not go, as canonical
    JSON of [what, its id or number, why word].
    """

    id = _own_id()
    key = _id_of()
    person = _id_of(null=True)  # sealed
    why = _word()
    asked_by = _id_of()
    asked_role = _word()
    asked_at = models.DateTimeField()
    signed_by = _id_of(null=True)
    signed_role = _word(null=True)
    signed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    stays = models.TextField(default="")

    class Meta:
        db_table = "vault_person_erasure"
        constraints = [
            CheckConstraint(condition=_two("asked", "signed"), name="vault_person_erasure_by_two"),
            CheckConstraint(
                condition=Q(done_at=None) | Q(person=None, signed_at__isnull=False),
                name="vault_person_erasure_done_names_nobody",
            ),
        ]


class ErasedKey(models.Model):
    """A key that was destroyed for good: destroyed again wherever an old key store brings it back.

    `erasure` is empty where no erasure of two people did it: of the sealed copy of a source file past its time, say.
    """

    key = models.CharField(primary_key=True, max_length=_ID)  # of a data key, or of one file
    of_file = models.BooleanField()
    erasure = models.ForeignKey(Erasure, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "vault_erased_key"


class ErasedLeaf(models.Model):
    """A leaf whose document and openings went with an erasure: the leaf stays, and says when and of what kind."""

    seq = models.BigIntegerField(primary_key=True)
    erasure = models.ForeignKey(Erasure, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "vault_erased_leaf"
