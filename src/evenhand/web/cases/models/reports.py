"""What somebody sent: the submission, who must not see it, the items it names, the files that came with it."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from evenhand.web.cases.models.columns import id_of, link, own_id, word


class Submission(models.Model):
    """One message received (T00). What it says lies sealed under its own key, apart from the case's."""

    id = own_id()
    key = id_of()
    channel = word()  # form, mail, letter, telephone, officer
    sender = word()  # target, representative, witness, other (PROCEDURE §1.2)
    anonymous = models.BooleanField()
    danger_claimed = models.BooleanField()
    locale = word()
    explanation = id_of()  # sealed
    contact = id_of(null=True)  # sealed: name and contact, none when anonymous
    excluded_words = id_of(null=True)  # sealed: "who must not see this?" in the sender's own words
    received_at = models.DateTimeField()
    seeded = models.BooleanField(default=False)  # a test report of the auditor, left out of every figure

    class Meta:
        db_table = "cases_submission"
        indexes = [Index(fields=["received_at"], name="cases_submission_received")]


class Exclusion(models.Model):
    """A person who must not see a submission nor any case from it (INV-47)."""

    pk = models.CompositePrimaryKey("submission_id", "person")
    submission = link("cases.Submission")
    person = id_of()

    class Meta:
        db_table = "cases_exclusion"


class Item(models.Model):
    """One post or act, by its canonical id (G13), known to the organisation by a keyed hash only."""

    id = own_id()
    key = id_of()
    item_hash = models.CharField(max_length=64, unique=True)
    kind = word()  # post, mail, message, act
    locator = id_of()  # sealed: URL or platform id
    text = id_of(null=True)  # sealed: the words, as they are known
    happened_on = models.DateField(null=True)
    first_seen_at = models.DateTimeField()
    found_by_machine = models.BooleanField(default=False)

    class Meta:
        db_table = "cases_item"


class SubmissionItem(models.Model):
    """That a submission names an item."""

    pk = models.CompositePrimaryKey("submission_id", "item_id")
    submission = link("cases.Submission")
    item = link("cases.Item")

    class Meta:
        db_table = "cases_submission_item"
        indexes = [Index(fields=["item"], name="cases_submission_item_item")]


class Upload(models.Model):
    """A file from a stranger: quarantined until a person has cleared it, or marked do-not-look (R24).

    It came with a report (`submission`), or in one case from the person complained about (`party`), or the office found
    it for one case (`case`): one of the three, so that whoever asks for the files of a report never gets the other
    side's. The bytes lie sealed on disk under `key`, that of the side they came from, or the case's; the working copy
    is the same without metadata.
    """

    id = own_id()
    submission = link("cases.Submission", null=True)
    party = link("cases.Party", null=True)
    case = link("cases.Case", null=True)
    key = id_of()
    kind = word()  # what its bytes are: png, jpeg, webp, pdf, text, mail
    size = models.BigIntegerField()
    sha256 = id_of(null=True)  # sealed: the digest would find the file again
    name = id_of(null=True)  # sealed: names tell much
    state = word()  # quarantined, cleared, restricted
    removed = models.CharField(max_length=200, blank=True)  # kinds of metadata the working copy lost
    received_at = models.DateTimeField()

    class Meta:
        db_table = "cases_upload"
        constraints = [
            CheckConstraint(condition=Q(state__in=["quarantined", "cleared", "restricted"]), name="cases_upload_state"),
            CheckConstraint(
                condition=Q(submission__isnull=False, party=None, case=None)
                | Q(submission=None, party__isnull=False, case=None)
                | Q(submission=None, party=None, case__isnull=False),
                name="cases_upload_one_side",
            ),
        ]


class Party(models.Model):
    """One person on one side of one case; their id is their actor in the record, not an account.

    `code_digest` is the hash of the one-time code that opens this side (INV-55); `second_digest` of a fact from
    the register, asked of respondents. What names the person is sealed under `key`.
    """

    id = own_id()
    case = link("cases.Case")
    side = word()  # complainant, reporter, respondent, witness
    key = id_of()
    name = id_of(null=True)  # sealed
    contact = id_of(null=True)  # sealed
    locale = word()
    by = word()  # how notices reach them: page, mail, post
    code_digest = models.CharField(max_length=64, unique=True, null=True)
    code_made_at = models.DateTimeField(null=True)
    second_digest = models.CharField(max_length=64, null=True)
    account = id_of(null=True)  # a person of the house who signed in, where there is one
    protected_identity = models.BooleanField(default=False)
    joined_at = models.DateTimeField()
    # The leaf of the sender's receipt, noted after the commit that made it: the log itself says it, no document does.
    receipt_index = models.BigIntegerField(null=True)

    class Meta:
        db_table = "cases_party"
        constraints = [
            UniqueConstraint(
                fields=["case", "side"], condition=Q(side__in=["respondent"]), name="cases_party_one_respondent"
            )
        ]
        indexes = [Index(fields=["account"], name="cases_party_account")]
