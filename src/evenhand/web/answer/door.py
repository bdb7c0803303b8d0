"""Whose side is open in this browser, and the gate every page behind the code passes (INV-55)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evenhand.context import Context
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.access import enter, party_of, second_fits, side_open
from evenhand.web.cases.models import Party

SIDES: Final = frozenset({CaseRole.RESPONDENT.value, CaseRole.WITNESS.value})
PartyView = Callable[..., HttpResponse]


def open_party(request: HttpRequest, ctx: Context) -> Party | None:
    """Return the party whose side is open in this browser, or None. Two queries."""
    side = side_open(request.session, now=ctx.now())
    if side is None or side.side not in SIDES:
        return None
    return Party.objects.select_related("case").get(pk=side.party)


def try_code(request: HttpRequest, code: str, fact: str, ctx: Context) -> bool:
    """Open the side of a code and its second fact, and return whether they fit: one answer for whatever is wrong."""
    party = party_of(code)
    if party is None or party.side not in SIDES or not second_fits(party, fact):
        return False
    enter(request.session, party, now=ctx.now())
    return True


def for_party(*methods: str, respondent: bool = False) -> Callable[[PartyView], PartyView]:
    """Return a decorator: only with an open side; without one to the code, whatever the address names.

    `respondent`: only for the person complained about.
    """

    def wrap(view: PartyView) -> PartyView:
        @wraps(view)
        def gated(request: HttpRequest, **arguments: str | int) -> HttpResponse:
            ctx = Context.system()
            party = open_party(request, ctx)
            if party is None or (respondent and party.side != CaseRole.RESPONDENT.value):
                return redirect("answer")
            return view(request, party, ctx, **arguments)

        return never_cache(require_http_methods(list(methods))(gated))

    return wrap
