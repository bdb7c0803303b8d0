"""Reply, hearing, votes, findings, what follows, review, the decision with its reasons."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from evenhand.web.cases.models.columns import id_of, link, own_id, word


class Reply(models.Model):
    """What a party answers: to an item, to an allegation, or to all. Append-only; the last one counts."""

    id = own_id()
    case = link("cases.Case")
    party = link("cases.Party")
    allegation = link("cases.Allegation", null=True)
    item = link("cases.Item", null=True)
    answer = word()  # accept, dispute, not_me, mine, other
    text = id_of(null=True)  # sealed
    final = models.BooleanField()  # the party says the reply is complete
    channel = word()  # page, letter, telephone
    at = models.DateTimeField()

    class Meta:
        db_table = "cases_reply"
        indexes = [Index(fields=["case"], name="cases_reply_case")]


class Hearing(models.Model):
    """How the panel considers the case: on paper by default."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="+")
    form = word()  # paper, oral
    on_day = models.DateField()
    quorum = models.SmallIntegerField(null=True)
    held_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_hearing"
        constraints = [CheckConstraint(condition=Q(held_at=None) | Q(quorum__gte=3), name="cases_hearing_quorum")]


class Vote(models.Model):
    """One vote of one seat; hidden from the others until all are in (INV-06, INV-44). Append-only."""

    id = own_id()
    case = link("cases.Case")
    seat = link("cases.Seat")
    stage = word()  # T04b, T07, T11, T12
    allegation = link("cases.Allegation", null=True)
    vote = word()
    reason = id_of(null=True)  # sealed
    at = models.DateTimeField()

    class Meta:
        db_table = "cases_vote"
        constraints = [
            UniqueConstraint(fields=["seat", "stage", "allegation"], name="cases_vote_once"),
            UniqueConstraint(
                fields=["seat", "stage"], condition=Q(allegation=None), name="cases_vote_once_on_the_whole"
            ),
        ]
        indexes = [Index(fields=["case", "stage"], name="cases_vote_stage")]


class Finding(models.Model):
    """Whether one allegation was proved, on the balance of probabilities: there is no other standard (§7.1)."""

    allegation = models.OneToOneField("cases.Allegation", on_delete=models.PROTECT, primary_key=True, related_name="+")
    result = word()  # proved, not_proved, not_reached
    standard = word(default="balance_of_probabilities")
    reasons = id_of()  # sealed
    dissent = id_of(null=True)  # sealed
    found_at = models.DateTimeField()

    class Meta:
        db_table = "cases_finding"
        constraints = [
            CheckConstraint(
                condition=Q(result__in=["proved", "not_proved", "not_reached"]), name="cases_finding_result"
            ),
            CheckConstraint(condition=Q(standard="balance_of_probabilities"), name="cases_finding_standard"),
        ]


class Outcome(models.Model):
    """What follows from the findings: a rung, its term, the factors, the comparators (S1 to S6)."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="+")
    rung = word()  # L0 to L6
    begins_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    spent_on = models.DateField(null=True)
    factors = models.CharField(max_length=400, blank=True)  # words of the closed list, comma-separated
    comparators = models.CharField(max_length=400, blank=True)  # rung:count, comma-separated; empty: none
    outside_range = models.BooleanField(default=False)
    reason = id_of()  # sealed
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "cases_outcome"
        constraints = [
            CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("begins_on")), name="cases_outcome_forward")
        ]


class Review(models.Model):
    """What a reviewer drawn from outside said of a decision before it was told (T13)."""

    id = own_id()
    case = link("cases.Case")
    seat = link("cases.Seat")
    why = word()  # always, sampled
    verdict = word(null=True)  # verified, vetoed
    ground = word(null=True)  # unlawful, irrational, procedure, disproportionate, conflict
    reason = id_of(null=True)  # sealed
    drawn_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_review"
        constraints = [
            CheckConstraint(
                condition=~Q(verdict="vetoed") | Q(ground__isnull=False), name="cases_review_veto_has_ground"
            ),
            UniqueConstraint(fields=["case"], condition=Q(verdict=None), name="cases_review_one_open"),
        ]


class Decision(models.Model):
    """The decision with its statement of reasons (PROCEDURE §6.1); without every field there is no `decided`."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="+")
    kind = word()  # no_case, dismissed, not_proved, sanction
    text = id_of()  # sealed: the statement, canonical JSON of its fields
    fields = models.CharField(max_length=800)  # which fields it holds, comma-separated words
    contacts = models.IntegerField()  # INV-13: zero is printed
    declared_none = models.SmallIntegerField()
    declared_seats = models.SmallIntegerField()
    automated_detection = models.BooleanField()
    automated_decision = models.BooleanField(default=False)
    redress_until = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "cases_decision"
        constraints = [
            CheckConstraint(condition=Q(automated_decision=False), name="cases_decision_no_machine_decides"),
            CheckConstraint(condition=Q(contacts__gte=0), name="cases_decision_contacts_counted"),
        ]
