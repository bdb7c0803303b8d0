"""Who sits where: the pool, the seats of a case kept apart by triggers, draws, declarations, notes of contact."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from evenhand.procedure.roles import ROLE_SETS, CaseRole
from evenhand.web.cases.models.columns import id_of, link, own_id, word


class PoolMember(models.Model):
    """A person who can be drawn for a kind of seat: appointed by whom, trained until when (INV-41, INV-51)."""

    id = own_id()
    person = id_of()
    kind = word()  # unit, charge, legal, expert, lay, review
    branch = id_of(null=True)  # keyed hash: same branch as a party is a link
    appointed_by = word()  # one of the procedure's appointing bodies
    appointed_at = models.DateTimeField()
    trained_on = models.DateField()
    trained_until = models.DateField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_pool_member"
        constraints = [CheckConstraint(condition=Q(trained_until__gte=F("trained_on")), name="cases_pool_training")]
        indexes = [Index(fields=["person"], name="cases_pool_member_person")]


class Pool(models.Model):
    """That a case's pool was written down, and the sealed salt under which its members have opaque ids."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="+")
    salt = id_of()  # sealed: 32 bytes, hex
    as_of = models.DateTimeField()  # the receipt of the report
    frozen_at = models.DateTimeField()

    class Meta:
        db_table = "cases_pool"


class FrozenPool(models.Model):
    """Who was in the pool when a case was received: nobody who joins later is ever drawn for it (INV-51)."""

    pk = models.CompositePrimaryKey("case_id", "member_id")
    case = link("cases.Case")
    member = link("cases.PoolMember")
    salted = models.CharField(max_length=64)  # the opaque id of the member in this case's draws

    class Meta:
        db_table = "cases_frozen_pool"


class Link(models.Model):
    """That a person is linked to a party and so is not drawn (INV-03); `by_party`: only a reviewer decides."""

    id = own_id()
    case = link("cases.Case")
    person = id_of()
    kind = word()  # branch, employer, family, co_candidate, earlier_complaint, public_statement, donation, named
    by_party = models.BooleanField()  # made by a party's own act after receipt: excludes nobody by itself
    recorded_by = id_of()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "cases_link"
        indexes = [Index(fields=["case"], name="cases_link_case")]


SET_OF: Final = {role.value: name.value for name, roles in ROLE_SETS.items() for role in sorted(roles)}
"""Role -> the one set of PROCEDURE §1.4 it belongs to; a role without a set decides nothing."""
DRAWN: Final = sorted(set(SET_OF) - {CaseRole.INTAKE.value})
"""The roles nobody takes or is given: a draw says who sits there (P1, INV-18)."""


def _role_in_its_set() -> Q:
    """Return the condition that a seat's set is its role's, "none" for a role that decides nothing."""
    condition = ~Q(role__in=sorted(SET_OF)) & Q(role_set="none")
    for name, roles in sorted(ROLE_SETS.items()):
        condition |= Q(role_set=name.value, role__in=sorted(role.value for role in roles))
    return condition


_ROLE_IN_ITS_SET: Final = _role_in_its_set()


class PersonSet(models.Model):
    """The one set of roles a person may hold in a case, for all time (INV-02, PROCEDURE §1.4)."""

    pk = models.CompositePrimaryKey("case_id", "person")
    case = link("cases.Case")
    person = id_of()
    role_set = word()

    class Meta:
        db_table = "cases_person_set"


class Seat(models.Model):
    """A person's part in a case, from when until when. Ends with a coded reason and a second approver (INV-19)."""

    id = own_id()
    case = link("cases.Case")
    person = id_of()
    role = word()
    role_set = word()
    chair = models.BooleanField(default=False)
    member = link("cases.PoolMember", null=True)
    draw = link("cases.Draw", null=True)
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    end_reason = word(null=True)  # recused, illness, challenge, left, done
    end_approver = id_of(null=True)  # none needed to recuse oneself (INV-04)

    class Meta:
        db_table = "cases_seat"
        constraints = [
            CheckConstraint(
                condition=Q(ends=None, end_reason=None) | Q(ends__isnull=False, end_reason__isnull=False),
                name="cases_seat_reason",
            ),
            CheckConstraint(
                condition=Q(end_reason=None) | Q(end_reason__in=["recused", "done"]) | Q(end_approver__isnull=False),
                name="cases_seat_two_people",
            ),
            CheckConstraint(
                condition=Q(end_approver=None) | ~Q(end_approver=F("person")), name="cases_seat_approver_is_another"
            ),
            CheckConstraint(condition=_ROLE_IN_ITS_SET, name="cases_seat_role_in_its_set"),
            CheckConstraint(condition=~Q(role__in=DRAWN) | Q(draw__isnull=False), name="cases_seat_drawn"),
            UniqueConstraint(fields=["case", "person", "role"], name="cases_seat_once"),
            UniqueConstraint(fields=["case", "person"], condition=~Q(role_set="none"), name="cases_seat_one_part"),
        ]
        indexes = [
            Index(fields=["person"], condition=Q(ends=None), name="cases_seat_person"),
            Index(fields=["case"], name="cases_seat_case"),
        ]


class Nonce(models.Model):
    """One secret of the case keeper, promised by its hash before any pool it is used on was (INV-18).

    They are used up in the order of `made_at` and `place`; nobody chooses one.
    """

    commitment = models.CharField(primary_key=True, max_length=64)
    key = id_of()
    sealed = id_of()  # the secret, until a draw reveals it
    made_by = id_of()
    made_at = models.DateTimeField()
    place = models.IntegerField()

    class Meta:
        db_table = "cases_nonce"
        constraints = [UniqueConstraint(fields=["made_at", "place"], name="cases_nonce_order")]


class Draw(models.Model):
    """One verifiable draw: what was committed before, the nonce revealed after, who came out (INV-18).

    `transcript` is everything a replay needs, in canonical JSON with salted ids; nothing in it names a person.
    """

    id = own_id()
    case = link("cases.Case")
    number = models.IntegerField()
    purpose = word()  # the role drawn for
    commitment = models.CharField(max_length=64)
    nonce_commitment = models.CharField(max_length=64, unique=True)  # of one Nonce, used once
    committed_at = models.DateTimeField()
    nonce = models.CharField(max_length=64, null=True)
    drawn_at = models.DateTimeField(null=True)
    forced = models.BooleanField(default=False)
    transcript = models.TextField(blank=True)

    class Meta:
        db_table = "cases_draw"
        constraints = [
            UniqueConstraint(fields=["case", "number"], name="cases_draw_number"),
            CheckConstraint(
                condition=Q(drawn_at=None) | Q(nonce__isnull=False, drawn_at__gte=F("committed_at")),
                name="cases_draw_commit_first",
            ),
        ]


class Declaration(models.Model):
    """What the holder of a seat declared: conflicts, and outside contact (INV-44). Append-only."""

    id = own_id()
    seat = link("cases.Seat")
    kind = word()  # conflict, contact
    answer = word()  # none, some
    stage = word()  # seat (on taking it), or the transition it is made for: T04b, T07, T11, T12, T13
    text = id_of(null=True)  # sealed
    at = models.DateTimeField()

    class Meta:
        db_table = "cases_declaration"
        constraints = [UniqueConstraint(fields=["seat", "kind", "stage"], name="cases_declaration_once")]


class Contact(models.Model):
    """A note that somebody spoke to a handler about a case (INV-11, INV-12). Append-only."""

    id = own_id()
    case = link("cases.Case")
    recipient = id_of()  # whom they spoke to
    filed_by = id_of()
    category = word()  # an office of people.roles.Office, member, party, press, other
    channel = word()  # in_person, telephone, mail, message, meeting
    happened_at = models.DateTimeField()
    text = id_of()  # sealed: who, what was asked, what was answered
    filed_at = models.DateTimeField()
    corrects = link("cases.Contact", null=True)

    class Meta:
        db_table = "cases_contact"
        indexes = [Index(fields=["case"], name="cases_contact_case")]


class ContactFlag(models.Model):
    """That a contact is known to have happened and is not filed yet; until then the recipient decides nothing."""

    id = own_id()
    case = link("cases.Case")
    recipient = id_of()
    flagged_by = id_of()
    flagged_at = models.DateTimeField()
    contact = link("cases.Contact", null=True)  # the note that settles it

    class Meta:
        db_table = "cases_contact_flag"
        indexes = [Index(fields=["case", "recipient"], name="cases_contact_flag_open")]
