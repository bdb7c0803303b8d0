"""What the vault asks of cases: to which cases a file belongs, and which accounts are people of a case."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from evenhand.web.cases.models import Case, Party, Upload


def cases_of(objects: Collection[str]) -> frozenset[str]:
    """Return the cases to which files belong: what came with a report belongs to every case it became."""
    uploads = Upload.objects.filter(Q(pk__in=list(objects)))
    submissions = uploads.exclude(submission=None).values("submission")
    own = uploads.exclude(party=None).values_list("party__case", flat=True)
    found = uploads.exclude(case=None).values_list("case", flat=True)
    return frozenset({*Case.objects.filter(submission__in=submissions).values_list("id", flat=True), *own, *found})


def people_of(case: str) -> frozenset[str]:
    """Return the accounts of whoever a case is about or was reported by: they sign nothing about its keeping."""
    return frozenset(Party.objects.filter(case=case).exclude(account=None).values_list("account", flat=True))


def numbers_of(cases: Collection[str]) -> dict[str, str]:
    """Return case id -> the number that is printed on its letters."""
    return dict(Case.objects.filter(pk__in=list(cases)).values_list("id", "number"))


def numbered(number: str) -> str | None:
    """Return the id of the case with a number, None where there is none."""
    return Case.objects.filter(number=number).values_list("id", flat=True).first()
