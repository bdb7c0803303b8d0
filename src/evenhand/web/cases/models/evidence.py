"""Evidence: one assessment per item, blind first and open after, allegations under a rule of that day, searches."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from evenhand.web.cases.models.columns import id_of, link, own_id, word


class ItemAssessment(models.Model):
    """What the assessor found of one item, once for all submissions that name it (INV-49)."""

    id = own_id()
    item = models.OneToOneField("cases.Item", on_delete=models.PROTECT, related_name="+")
    assessor = id_of()
    case = link("cases.Case")  # in whose case it was assessed
    fitness = word()  # fit, fit_with_gaps, unfit, undetermined
    author_link = word()  # A, B, C, D of G5
    act_type = word()  # of G11
    provenance = word()  # P1 to P6
    grade = word()  # C0 to C4
    asked = models.BooleanField(default=False)  # every curable gap was asked once
    assessed_at = models.DateTimeField()

    class Meta:
        db_table = "cases_item_assessment"
        constraints = [
            CheckConstraint(condition=~Q(author_link="D") | ~Q(fitness="fit"), name="cases_item_d_is_never_fit")
        ]


class GateAnswer(models.Model):
    """One of the fourteen questions about one item."""

    pk = models.CompositePrimaryKey("assessment_id", "gate")
    assessment = link("cases.ItemAssessment")
    gate = word()
    answer = word()  # pass, fail, unknown
    code = word(null=True)
    cure = word(null=True)

    class Meta:
        db_table = "cases_gate_answer"


class BlindRecord(models.Model):
    """A decision on the tokenised file, before the open one is read (INV-20). Append-only."""

    id = own_id()
    case = link("cases.Case")
    stage = word()  # T04, T07
    person = id_of()
    decision = word()
    reason = id_of()  # sealed
    blinded = models.BooleanField()  # False: could_not_be_blinded, counted in M16
    at = models.DateTimeField()

    class Meta:
        db_table = "cases_blind_record"
        constraints = [UniqueConstraint(fields=["case", "stage", "person"], name="cases_blind_once")]


class OpenRecord(models.Model):
    """The decision on the open file; a change from the blind one needs a reason. Append-only."""

    blind = models.OneToOneField("cases.BlindRecord", on_delete=models.PROTECT, primary_key=True, related_name="+")
    decision = word()
    changed = models.BooleanField()
    reason = id_of(null=True)  # sealed
    at = models.DateTimeField()

    class Meta:
        db_table = "cases_open_record"
        constraints = [
            CheckConstraint(condition=Q(changed=False) | Q(reason__isnull=False), name="cases_open_change_has_reason")
        ]


class Allegation(models.Model):
    """One thing alleged, under one published rule that was in force on the day of conduct (INV-23)."""

    id = own_id()
    case = link("cases.Case")
    number = models.SmallIntegerField()
    clause = link("rules.Clause")
    act_type = word()
    conduct_on = models.DateField()
    particulars = id_of()  # sealed: what, where, when
    most_that_can_follow = word()  # a rung (S6)
    set_by = id_of()
    set_at = models.DateTimeField()
    formal_at = models.DateTimeField(null=True)  # T08
    drop_reason = word(null=True)

    class Meta:
        db_table = "cases_allegation"
        constraints = [UniqueConstraint(fields=["case", "number"], name="cases_allegation_number")]


class AllegationItem(models.Model):
    """That an allegation rests on an item, and how the respondent came to know it (INV-30)."""

    pk = models.CompositePrimaryKey("allegation_id", "item_id")
    allegation = link("cases.Allegation")
    item = link("cases.Item")
    elements = models.CharField(max_length=200)  # which elements it tends to prove, comma-separated words
    relied_on = models.BooleanField(default=False)  # by the panel
    disclosed_at = models.DateTimeField(null=True)
    gist = id_of(null=True)  # sealed: what was said instead, where it was withheld by record
    withheld_approver = id_of(null=True)

    class Meta:
        db_table = "cases_allegation_item"
        constraints = [
            CheckConstraint(
                condition=Q(gist=None) | Q(withheld_approver__isnull=False), name="cases_item_withheld_by_record"
            ),
            CheckConstraint(
                condition=Q(relied_on=False) | Q(disclosed_at__isnull=False) | Q(gist__isnull=False),
                name="cases_item_known_to_respondent",
            ),
        ]


class Search(models.Model):
    """One search made for what speaks for the respondent: what, where, with which result (INV-29)."""

    id = own_id()
    case = link("cases.Case")
    place = word()  # thread, profile, archive, witness, respondent, other
    what = id_of()  # sealed
    found = word()  # nothing, something
    result = id_of()  # sealed
    made_by = id_of()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "cases_search"
        indexes = [Index(fields=["case"], name="cases_search_case")]


class Reading(models.Model):
    """That a person opened a bundle or an open file, and for how long (INV-20, INV-31)."""

    pk = models.CompositePrimaryKey("case_id", "person", "what")
    case = link("cases.Case")
    person = id_of()
    what = word()  # blind, open, bundle
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    seconds = models.IntegerField(default=0)  # with the page open, as far as it can be told

    class Meta:
        db_table = "cases_reading"
        constraints = [CheckConstraint(condition=Q(last_at__gte=F("first_at")), name="cases_reading_forward")]
        indexes = [Index(fields=["person"], name="cases_reading_person")]
