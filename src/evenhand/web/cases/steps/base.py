"""What every page of a step does before its own work: who is here, may they, does the case still stand there.

    @page(Step("acknowledge", _("Acknowledge"), {State.RECEIVED}, {CaseRole.INTAKE}))
    def acknowledge(here: Here) -> HttpResponse: ...

Each step registers itself; the case page lists those that the reader can take now, the addresses are made from them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evenhand.context import Context
from evenhand.web.cases.models import Case
from evenhand.web.cases.refusals import NotTaken, Refused, by_database
from evenhand.web.cases.standing import InCase, in_case
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.weighing import asked_about_words as _asked
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import standing
from evenhand.web.people.permissions import Permission
from evenhand.web.record.ids import ActorId
from evenhand.web.record.keys import KeyRefused
from evenhand.web.vault.turns import check_not_erased

View = Callable[[Here], HttpResponse]
_LOG: Final = logging.getLogger(__name__)
_STEPS: Final[dict[str, tuple[Step, Callable[..., HttpResponse]]]] = {}


def page(step: Step) -> Callable[[View], Callable[..., HttpResponse]]:
    """Return a decorator that makes a view the page of a step and registers it.

    404 where there is no such case for the person; 403 for a role that does not take this step; 409 where the case
    has moved on, or where the form was filled in for an earlier state of it.
    """

    def register(view: View) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, case: str) -> HttpResponse:
            ctx = Context.system()
            who = standing(request)
            found = in_case(case, who, ctx.now())
            if found is None:
                raise Http404
            here = Here(request, step, found, ActorId(who.person), ctx)
            if step.taking and found.another:
                return render(request, "cases/another_officer.html", {"case": found.case}, status=HTTPStatus.CONFLICT)
            if not step.is_taken_by(found):
                raise PermissionDenied
            if not step.open_to(found) or _stale(here):
                return _moved_on(here)
            try:
                return (_asked(here) if here.posted and step.weighed else None) or view(here)
            except Refused:
                if not _moved(here):
                    raise
                return _moved_on(here)
            except KeyRefused:
                check_not_erased(found.case.id, where=found.case.number)  # then no key is there, and that is why
                raise
            except DatabaseError as error:
                if not by_database(error):
                    raise
                # Two began the same step at once: whoever comes second is refused by a row of the first.
                if _moved(here):
                    return _moved_on(here)
                _LOG.error("step %s: the database refused what no page foresaw: %s", step.slug, _first_line(error))
                raise NotTaken from error

        gated = never_cache(require_http_methods(["GET", "POST"])(needs(Permission.SEE_CASES, secret=True)(guarded)))
        _STEPS[step.slug] = (step, gated)
        return gated

    return register


def _moved(here: Here) -> bool:
    """Return whether somebody else has changed the case since this request read it."""
    return Case.objects.filter(pk=here.case.pk, revision__gt=here.case.revision).exists()


def _first_line(error: Exception) -> str:
    """Return what the database says without the values it names on further lines."""
    return str(error).partition("\n")[0]


def _moved_on(here: Here) -> HttpResponse:
    return render(
        here.request, "cases/moved_on.html", {"case": here.case, "step": here.step}, status=HTTPStatus.CONFLICT
    )


def _stale(here: Here) -> bool:
    """Return whether a form was filled in before somebody else moved the case: two officers, one wins."""
    sent = here.request.POST.get("revision") if here.posted else None
    return here.posted and not here.step.anytime and sent != str(here.case.revision)


def steps_open_to(found: InCase, *, asked_for: bool = False) -> list[Step]:
    """Return the steps this person can take now, in the order in which a case passes them.

    `asked_for`: also those that depend on what somebody asked for, at the price of a query each; one case at a time.
    """
    open_ones = [step for step, _ in _STEPS.values() if step.listed and step.open_to(found)]
    return [step for step in open_ones if step.when is None or (asked_for and step.when(found.case))]


def arrange(modules: Sequence[str]) -> None:
    """Put the registered steps into the order of the modules that hold their views."""
    ordered = sorted(_STEPS.items(), key=lambda each: modules.index(each[1][1].__module__))
    _STEPS.clear()
    _STEPS.update(ordered)


def step_urls() -> list[URLPattern]:
    """Return the addresses of all registered steps: /cases/<id>/<slug>."""
    return [path(f"cases/<str:case>/{slug}", view, name=step.url_name) for slug, (step, view) in _STEPS.items()]
