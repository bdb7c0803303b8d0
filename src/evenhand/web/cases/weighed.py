"""Which posts somebody weighs: those named in a live case in which they hold, or held, a seat of the merits."""

from __future__ import annotations

from collections.abc import Collection

from evenhand.procedure.roles import MERIT_ROLES
from evenhand.web.cases.keyed import keyed
from evenhand.web.cases.models import Case, Item, Seat, SubmissionItem


def weighed_by(person: str, posts: Collection[str]) -> frozenset[str]:
    """Return which of these posts, by their canonical ids, stand in a case that the person weighs.

    One query for whoever weighs nothing; else one question to the key service, n HMACs.
    """
    roles = [role.value for role in MERIT_ROLES]
    cases = Seat.objects.filter(person=person, role__in=roles, case__owner_role__isnull=False).values("case")
    submissions = Case.objects.filter(pk__in=cases).values("submission")
    items = SubmissionItem.objects.filter(submission__in=submissions).values("item")
    weighed = set(Item.objects.filter(pk__in=items).values_list("item_hash", flat=True))
    if not weighed:
        return frozenset()
    known = list(posts)
    return frozenset(post for post, found in zip(known, keyed("item", *known), strict=True) if found in weighed)
