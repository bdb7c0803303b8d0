"""What the vault asks of cases: to which a file belongs, which of them run, which accounts are people of a case."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db.models import Q

from evenhand.procedure.states import State
from evenhand.web.cases.models import Case, Party, Upload
from evenhand.web.cases.queries import files_of
from evenhand.web.vault.holds import register_cases

OVER: Final = frozenset({State.CLOSED.value})
"""The state of a case that may go (T23). At an end of another name its time to ask for new people may still run."""


def tell_vault() -> None:
    """Register what is below with the vault; from `ready()`."""
    register_cases(
        cases_of=cases_of, people_of=people_of, numbers_of=numbers_of, numbered=numbered, running=running_among,
        files_in=files_in,
    )  # fmt: skip


def cases_of(objects: Collection[str]) -> frozenset[str]:
    """Return the cases to which files belong: what came with a report belongs to every case it became."""
    uploads = Upload.objects.filter(Q(pk__in=list(objects)))
    submissions = uploads.exclude(submission=None).values("submission")
    own = uploads.exclude(party=None).values_list("party__case", flat=True)
    found = uploads.exclude(case=None).values_list("case", flat=True)
    return frozenset({*Case.objects.filter(submission__in=submissions).values_list("id", flat=True), *own, *found})


def running_among(cases: Collection[str]) -> dict[str, str]:
    """Return id -> number of those cases that run, and of those that run on what was merged into them."""
    asked = Case.objects.filter(pk__in=list(cases))
    merged = asked.exclude(merged_into=None).values("merged_into")
    there = Case.objects.filter(Q(pk__in=asked.values("pk")) | Q(pk__in=merged)).exclude(state__in=OVER)
    return dict(there.values_list("id", "number"))


def files_in(case: str) -> frozenset[str]:
    """Return the files of a case: of its report, of the other side in it, found for it."""
    found = Case.objects.filter(pk=case).first()
    return frozenset(files_of(found).values_list("id", flat=True)) if found else frozenset()


def people_of(case: str) -> frozenset[str]:
    """Return the accounts of whoever a case is about or was reported by: they sign nothing about its keeping."""
    return frozenset(Party.objects.filter(case=case).exclude(account=None).values_list("account", flat=True))


def numbers_of(cases: Collection[str]) -> dict[str, str]:
    """Return case id -> the number that is printed on its letters."""
    return dict(Case.objects.filter(pk__in=list(cases)).values_list("id", "number"))


def numbered(number: str) -> str | None:
    """Return the id of the case with a number, None where there is none."""
    return Case.objects.filter(number=number).values_list("id", flat=True).first()
