"""The case itself: its state, the edges the table allows, its events, clocks, look-ups, dialogue.

State, owner and due date are columns that triggers guard: only an edge of the table, only through an event,
never a live state without an owner and a date (INV-26, INV-27).
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from evenhand.procedure.states import NOT_LIVE as NOT_LIVE_STATES
from evenhand.web.cases.models.columns import id_of, link, own_id, word

NOT_LIVE: Final = sorted(state.value for state in NOT_LIVE_STATES)
"""States of table version 1 in which nobody has anything left to decide: there alone a case may have no owner."""


class Edge(models.Model):
    """One edge of a version of the transition table, written from code by a migration."""

    pk = models.CompositePrimaryKey("table_version", "source", "target")
    table_version = models.SmallIntegerField()
    source = word()
    target = word()
    transition = word()
    final = models.BooleanField()  # the target is an end or closed: no owner, no clock

    class Meta:
        db_table = "cases_edge"


class Case(models.Model):
    """One subject and one set of allegations under one procedure, from receipt to closure."""

    id = own_id()
    number = models.CharField(max_length=16, unique=True)  # 2026-0014, printed on letters
    year = models.SmallIntegerField()
    place_in_year = models.IntegerField()  # what the number counts, so that the next one is found by an index
    submission = link("cases.Submission")
    key = id_of()
    priors = id_of(null=True)  # sealed under priors_key: earlier findings, put together after T11
    priors_key = id_of(null=True)  # INV-21: opens when liability is decided
    state = word()
    table_version = models.SmallIntegerField()
    procedure = models.CharField(max_length=64)  # digest of the version in force at receipt, pinned
    owner_role = word(null=True)
    owner = id_of(null=True)  # none while the pool is empty: then the case keeper's list has it
    aim = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    allocation_pending = models.BooleanField(default=False)
    own_motion = models.BooleanField(default=False)
    restricted_linked = models.BooleanField(default=False)  # a party holds or held a restricted office: review
    protected_characteristic = models.BooleanField(default=False)  # as perceived: review, never the outcome
    found_by_machine = models.BooleanField(default=False)
    danger = word()  # none, flagged, carded, reached
    affected = models.BooleanField()  # the sender is the person the conduct was aimed at
    blind_text = id_of(null=True)  # sealed under the case's key: what was sent, with names and places as tokens
    facts = id_of(null=True)  # sealed: what the investigator found, for and against
    facts_blind = id_of(null=True)  # sealed: the same with names and places as tokens
    subject_name = id_of()  # sealed under the submission's key
    subject_lookup = models.CharField(max_length=64, db_index=True)  # keyed: the same person in other cases
    # Keyed: whoever sent it, by account or contact; the submission itself where neither is known (INV-50).
    source_lookup = models.CharField(max_length=64, default="")
    outside = models.BooleanField(default=False)  # opened by people from outside alone (INV-47)
    merged_into = link("cases.Case", null=True)
    scope_code = word(null=True)  # internal reason of T03a; no party page, export or mail reads it
    gravity = word(null=True)
    paused_until = models.DateField(null=True)
    liability_decided_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    state_since = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    keep_until = models.DateField(null=True)
    revision = models.IntegerField(default=0)  # counts events; two officers at once: the second sees it moved

    class Meta:
        db_table = "cases_case"
        constraints = [
            CheckConstraint(
                condition=Q(owner_role=None, owner=None, due=None) | Q(owner_role__isnull=False, due__isnull=False),
                name="cases_case_owner_and_due_together",
            ),
            CheckConstraint(condition=Q(state__in=NOT_LIVE) | Q(due__isnull=False), name="cases_case_live_is_owned"),
            CheckConstraint(condition=Q(danger__in=["none", "flagged", "carded", "reached"]), name="cases_case_danger"),
            CheckConstraint(
                condition=Q(allocation_pending=False) | Q(owner=None), name="cases_case_pending_has_no_owner"
            ),
            UniqueConstraint(fields=["year", "place_in_year"], name="cases_case_place_in_year"),
            CheckConstraint(condition=~Q(state="merged") | Q(merged_into__isnull=False), name="cases_case_merged_into"),
        ]
        indexes = [
            Index(fields=["state", "due"], name="cases_case_state_due"),
            Index(fields=["owner", "due"], name="cases_case_owner_due"),
            Index(fields=["due"], name="cases_case_due"),
            # The fair order counts live cases alone: half the rows, and no state is compared.
            Index(fields=["subject_lookup"], condition=Q(owner_role__isnull=False), name="cases_case_live_subject"),
            Index(fields=["source_lookup"], condition=Q(owner_role__isnull=False), name="cases_case_live_source"),
            # What waits for an officer: a few of many, and every list of theirs begins with it.
            Index(
                fields=["state", "due"], condition=Q(owner__isnull=True, owner_role__isnull=False),
                name="cases_case_nobodys",
            ),
            # What the first screen and the rota ask first, and nearly always for nothing.
            Index(fields=["due"], condition=Q(danger="flagged", owner_role__isnull=False), name="cases_case_danger"),
            Index(fields=["submission"], name="cases_case_submission"),
        ]  # fmt: skip


class Event(models.Model):
    """One transition that happened. Append-only; its place in the case counts from 1 without a gap."""

    id = own_id()
    case = link("cases.Case")
    place = models.IntegerField()
    transition = word()
    table_version = models.SmallIntegerField()
    source = word()
    target = word()
    actor = id_of()  # a person, a party, or `system`
    actor_role = word()
    human = models.BooleanField()
    at = models.DateTimeField()
    reason_code = word(null=True)

    class Meta:
        db_table = "cases_event"
        constraints = [
            UniqueConstraint(fields=["case", "place"], name="cases_event_place"),
            CheckConstraint(condition=Q(place__gte=1), name="cases_event_from_one"),
        ]
        indexes = [Index(fields=["at"], name="cases_event_at")]


class Clock(models.Model):
    """One running or ended period of a case: a stage, a party's window, an extension."""

    id = own_id()
    case = link("cases.Case")
    name = word()  # the id of the clock in the procedure
    party = id_of(null=True)  # whose window it is
    stage = models.BooleanField(default=False)  # of the state the case is in: it ends when the case moves on
    opened_at = models.DateTimeField()
    begins = models.DateTimeField(null=True)  # none until service
    aim = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = word(null=True)  # done, expired, replaced
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_clock"
        constraints = [
            CheckConstraint(
                condition=Q(due=None) | Q(begins__isnull=False, due__gte=F("begins")), name="cases_clock_forward"
            ),
            CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="cases_clock_who_and_when",
            ),
        ]
        indexes = [
            Index(fields=["case"], name="cases_clock_case"),
            Index(fields=["due"], condition=Q(ended_at=None), name="cases_clock_running"),
        ]


class Lookup(models.Model):
    """One look-up in the register for one case, with purpose and approver (T03, R1)."""

    id = own_id()
    case = link("cases.Case")
    result = word()  # member_at_time, member_now, both, former, never, deceased, undetermined
    band = word()  # exact_id, declared_handle, none
    on_day = models.DateField()
    evidence = id_of()  # sealed: agreeing and disagreeing fields
    purpose = id_of()  # sealed
    approver = id_of()
    made_by = id_of()
    made_at = models.DateTimeField()
    confirmed_by = id_of(null=True)

    class Meta:
        db_table = "cases_lookup"
        constraints = [CheckConstraint(condition=~Q(approver=F("made_by")), name="cases_lookup_two_people")]
        indexes = [Index(fields=["case"], name="cases_lookup_case")]


class LookupAsk(models.Model):
    """One officer asks that the register is looked into for a case; another one approves it in their own session."""

    id = own_id()
    case = link("cases.Case")
    account = id_of()  # sealed: the account or membership number to look for
    purpose = id_of()  # sealed
    on_day = models.DateField()
    asked_by = id_of()
    asked_at = models.DateTimeField()
    approved_by = id_of(null=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_lookup_ask"
        constraints = [
            CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=F("asked_by")),
                name="cases_lookup_ask_two_people",
            )
        ]
        indexes = [Index(fields=["case"], name="cases_lookup_ask_case")]


class Identity(models.Model):
    """The identity step of one case: what the complainant was shown and answered before being named (INV-46)."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="+")
    shown_text = id_of()  # sealed: the exact words the other side will be shown
    asked_at = models.DateTimeField()
    served_at = models.DateTimeField(null=True)
    answer = word(null=True)  # agreed, protect
    answered_at = models.DateTimeField(null=True)
    protection = word()  # none, pending, granted, refused
    protection_by = id_of(null=True)
    protection_proposed = word(null=True)  # what the first of the two said
    protection_approver = id_of(null=True)
    protection_reason = id_of(null=True)  # sealed
    risk_assessed_by = id_of(null=True)
    risk_assessed_at = models.DateTimeField(null=True)
    risk = word(null=True)  # low, some, high: of being recognised from the text
    audience = models.IntegerField(null=True)  # how many people could have written it, as far as known

    class Meta:
        db_table = "cases_identity"
        constraints = [
            CheckConstraint(
                condition=~Q(protection__in=["granted", "refused"])
                | Q(protection_by__isnull=False, protection_approver__isnull=False)
                & ~Q(protection_by=F("protection_approver")),
                name="cases_identity_two_people",
            )
        ]


class Message(models.Model):
    """One message of the dialogue between a party and the unit; append-only."""

    id = own_id()
    case = link("cases.Case")
    party = link("cases.Party")
    from_party = models.BooleanField()
    author = id_of()
    text = id_of()  # sealed
    at = models.DateTimeField()
    kind = word()  # message, question, answer, more_time, companion, challenge, withdraw, pressed, keep

    class Meta:
        db_table = "cases_message"
        indexes = [Index(fields=["case"], name="cases_message_case")]
