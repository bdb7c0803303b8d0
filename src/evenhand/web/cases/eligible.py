"""Who of a case's frozen pool can sit in a role, and who cannot, with the reason (INV-03, INV-41, INV-47)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from evenhand.procedure.draw import Candidate, Exclusion
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases import models
from evenhand.web.cases.items import barred_by_items, items_of
from evenhand.web.cases.models import Case, FrozenPool, Link, Party, PersonSet, PoolMember, Seat
from evenhand.web.cases.pool import ACCOUNT_ROLES, KINDS, SKILLS
from evenhand.web.people.queries import holders_of

_LINKS: Final[Mapping[str, Exclusion]] = MappingProxyType(
    {
        "branch": Exclusion.SAME_BRANCH,
        "employer": Exclusion.EMPLOYER_OF,
        "family": Exclusion.FAMILY,
        "co_candidate": Exclusion.CO_CANDIDATE,
        "earlier_complaint": Exclusion.EARLIER_COMPLAINT,
        "public_statement": Exclusion.PUBLIC_STATEMENT,
        "donation": Exclusion.DONATION_OR_STAFF_LINK,
        "named": Exclusion.NAMED_THEMSELVES,
    }
)
_ENDED: Final[Mapping[str, Exclusion]] = MappingProxyType(
    {
        "recused": Exclusion.RECUSED,
        "illness": Exclusion.ILL,
        "challenge": Exclusion.CHALLENGED,
        "left": Exclusion.NOT_TRAINED,
    }
)


def candidates(case: Case, role: CaseRole, now: datetime) -> dict[str, tuple[Candidate, list[PoolMember]]]:
    """Return opaque id -> (candidate, the memberships it stands on) of everybody of the right kinds in the pool.

    Who cannot sit stays among them, with the first reason that applies, so that a later exclusion is visible. The
    cost is a fixed number of queries.
    """
    frozen = FrozenPool.objects.filter(case=case, member__kind__in=KINDS[role]).select_related("member")
    found: dict[str, list[PoolMember]] = {}
    for row in frozen.order_by("salted", "member_id"):
        found.setdefault(row.salted, []).append(row.member)
    barred = _barred(case, role, now)
    return {salted: (_candidate(salted, members, barred, now), members) for salted, members in found.items()}


def _candidate(salted: str, members: list[PoolMember], barred: Mapping[str, Exclusion], now: datetime) -> Candidate:
    skills = frozenset(SKILLS[member.kind] for member in members if member.kind in SKILLS)
    groups = frozenset(f"branch:{member.branch}" for member in members if member.branch)
    excluded = barred.get(members[0].person)
    if excluded is None and not any(trained(member, now) for member in members):
        excluded = Exclusion.NOT_TRAINED
    return Candidate(salted, skills, groups, excluded)


def trained(member: PoolMember, now: datetime) -> bool:
    """Return whether a member's training is valid on that day (INV-41)."""
    return member.trained_on <= now.date() <= member.trained_until


def _barred(case: Case, role: CaseRole, now: datetime) -> dict[str, Exclusion]:
    """Return person -> why they cannot sit, for everybody for whom there is a reason; the graver reason wins."""
    barred: dict[str, Exclusion] = {}
    _add(barred, Exclusion.OTHER_SEAT, PersonSet.objects.filter(case=case).values_list("person", flat=True))
    _add(barred, Exclusion.OTHER_SEAT, _through_shared_items(case, role))
    for person, ends, reason in Seat.objects.filter(case=case, role=role).values_list("person", "ends", "end_reason"):
        if ends is None:
            barred.pop(person, None)  # whoever sits is kept, not drawn again
        else:
            barred[person] = _ENDED.get(reason, Exclusion.EARLIER_ROUND)
    for person, kind in Link.objects.filter(case=case, by_party=False).values_list("person", "kind"):
        barred[person] = _LINKS[kind]
    recused = Seat.objects.filter(case=case, end_reason="recused").values_list("person", flat=True)
    _add(barred, Exclusion.RECUSED, recused)
    excluded = models.Exclusion.objects.filter(submission=case.submission_id).values_list("person", flat=True)
    _add(barred, Exclusion.SENDER_EXCLUDED, excluded)
    _add(
        barred,
        Exclusion.IS_PARTY,
        Party.objects.filter(case=case).exclude(account=None).values_list("account", flat=True),
    )
    holding = holders_of(ACCOUNT_ROLES[role], now)
    people = FrozenPool.objects.filter(case=case).values_list("member__person", flat=True)
    _add(barred, Exclusion.RESTRICTED_MANDATE, set(people) - set(holding) - barred.keys())
    return barred


def _add(barred: dict[str, Exclusion], reason: Exclusion, people: Iterable[str]) -> None:
    barred.update(dict.fromkeys(people, reason))


def _through_shared_items(case: Case, role: CaseRole) -> set[str]:
    """Return who assessed an item of this case elsewhere (they count as first assessor here, §1.4), and the reverse."""
    if role is not CaseRole.ASSESSOR:
        return set(barred_by_items(case))
    items = items_of(case).values("pk")
    cases = Case.objects.filter(
        submission__in=models.SubmissionItem.objects.filter(item__in=items).values("submission")
    )
    others = PersonSet.objects.filter(case__in=cases.values("pk")).values_list("person", flat=True)
    first = Seat.objects.filter(case__in=cases.values("pk"), role=role).values_list("person", flat=True)
    return set(others) - set(first)
