"""What a case is about: the items that were sent for it, and who has a part in them through another case."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Case, Item, ItemAssessment, PersonSet, Seat, SubmissionItem

NO_SET: Final = "none"
"""The set of a seat that decides nothing."""


def items_of(case: Case) -> QuerySet[Item]:
    """Return the items the case is about: what its submission names, and what was joined to it."""
    named = SubmissionItem.objects.filter(
        Q(submission=case.submission_id) | Q(submission__in=Case.objects.filter(merged_into=case).values("submission"))
    )
    return Item.objects.filter(pk__in=named.values("item")).order_by("first_seen_at", "id")


def has_other_part(case: Case, person: str) -> bool:
    """Return whether a seat in the case would give somebody a second part in what it is about (PROCEDURE §1.4).

    They had a part in it before; they assessed an item it names, so they count as its first assessor; or they are
    the first assessor of another case that names an item nobody has assessed yet. Three queries at most.
    """
    items = items_of(case)
    assessed = ItemAssessment.objects.filter(item__in=items.values("pk"))
    if PersonSet.objects.filter(case=case, person=person).exists() or assessed.filter(assessor=person).exists():
        return True
    named = SubmissionItem.objects.filter(item__in=items.exclude(pk__in=assessed.values("item")).values("pk"))
    sharing = Case.objects.filter(submission__in=named.values("submission")).exclude(pk=case.pk)
    assessing = Seat.objects.filter(person=person, role=CaseRole.ASSESSOR, ends=None, case__in=sharing.values("pk"))
    return assessing.exists()


def barred_by_items(case: Case) -> frozenset[str]:
    """Return who assessed an item of the case, anywhere: they count as its first assessor. One query."""
    assessed = ItemAssessment.objects.filter(item__in=items_of(case).values("pk"))
    return frozenset(assessed.values_list("assessor", flat=True))


def sits_with(item: Item, person: str) -> bool:
    """Return whether a person has or had a part, other than the first assessor's, in a case that names an item."""
    cases = Case.objects.filter(submission__in=SubmissionItem.objects.filter(item=item).values("submission"))
    parts = Seat.objects.filter(case__in=cases.values("pk"), person=person).exclude(role_set=NO_SET)
    return parts.exclude(role=CaseRole.ASSESSOR).exists()
