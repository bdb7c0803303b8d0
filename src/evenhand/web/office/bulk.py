"""Opening many reports on one person's word: each is taken and acknowledged by itself, and what failed is named.

Acknowledging may be done in bulk (D17): it decides nothing. Each report is a unit of work of its own, so that one
that somebody else took meanwhile stops no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evenhand.context import Context
from evenhand.errors import EvenhandError
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Case
from evenhand.web.cases.queries import queue
from evenhand.web.cases.seats import take
from evenhand.web.cases.standing import listed_cases
from evenhand.web.cases.steps.acknowledge import acknowledge
from evenhand.web.office.forms import AcknowledgeAllForm
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of, standing
from evenhand.web.people.permissions import Permission
from evenhand.web.people.standing import Standing
from evenhand.web.record.ids import ActorId
from evenhand.web.ui.fields import status_of

AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one press: the numbers that are done, and (number, why not) of each that is not."""

    done: Sequence[str]
    failed: Sequence[tuple[str, str]]


def waiting(holds: Standing) -> list[Case]:
    """Return the reports nobody has opened, in the fair order, as many as are done at once. Seven queries."""
    return list(queue(listed_cases(holds)).filter(state=State.RECEIVED.value, owner=None)[:AT_ONCE])


def open_each(*, cases: Sequence[Case], pseudonym: str, actor: ActorId, ctx: Context) -> Outcome:
    """Take and acknowledge each report; one that cannot be is named with its reason, and the others go on."""
    done: list[str] = []
    failed: list[tuple[str, str]] = []
    for case in cases:
        try:
            take(case=case.id, role=CaseRole.INTAKE, person=actor, ctx=ctx)
            case.refresh_from_db()
            acknowledge(case=case, actor=actor, pseudonym=pseudonym, ctx=ctx)
        except EvenhandError as error:
            failed.append((case.number, str(error)))
        else:
            done.append(case.number)
    return Outcome(done, failed)


@never_cache
@require_http_methods(["GET", "POST"])
def _acknowledge_all(request: HttpRequest) -> HttpResponse:
    """Show the reports to open, ticked; a press opens those that are ticked and says what came of each."""
    cases = {case.id: case for case in waiting(standing(request))}
    choices = [(case.id, _("Case %(number)s") % {"number": case.number}) for case in cases.values()]
    form = AcknowledgeAllForm(request.POST if request.method == "POST" else None, waiting=choices)
    if not form.is_valid():
        return render(request, "office/acknowledge.html", {"form": form, "outcome": None}, status=status_of(form))
    outcome = open_each(
        cases=[cases[case] for case in form.cleaned_data["cases"]], pseudonym=form.cleaned_data["pseudonym"],
        actor=actor_of(request), ctx=Context.system(),
    )  # fmt: skip
    return render(request, "office/acknowledge.html", {"form": None, "outcome": outcome})


acknowledge_all = needs(Permission.WORK_CASES)(_acknowledge_all)
