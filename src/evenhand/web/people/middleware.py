"""Gives each request the standing of whoever sent it, and lets nobody past who owes the second step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from evenhand.context import Context
from evenhand.web.people import second_step
from evenhand.web.people.queries import standing_of
from evenhand.web.people.standing import NOBODY, Standing
from evenhand.web.record.ids import ActorId

Handler = Callable[[HttpRequest], HttpResponse]

# All that a person who owes the second step can reach: setting it up, passing it, leaving.
OPEN_BEFORE_SECOND_STEP = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "healthz",
        "readyz",
    }
)


def _standing(request: HttpRequest) -> Standing:
    if not request.user.is_authenticated:
        return NOBODY
    now = Context.system().now()
    return standing_of(str(request.user.pk), at=now, second_step=second_step.passed(request))


def standing(request: HttpRequest) -> Standing:
    """Return the standing of whoever sent a request (worked out once, at the first question)."""
    return cast(Standing, request.standing)  # type: ignore[attr-defined] # set below


def actor_of(request: HttpRequest) -> ActorId:
    """Return whoever sent a request, as documents name them."""
    return ActorId(standing(request).person)


class StandingOfRequest:
    """Adds `request.standing`, lazily: a public page asks the database nothing."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the response; the request has a standing from here on."""
        request.standing = SimpleLazyObject(lambda: _standing(request))  # type: ignore[attr-defined] # read above
        return self.get_response(request)


class RequireSecondStep:
    """Sends a person whose role needs the second step, or who has one, to set it up or pass it. No way round."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the response unchanged."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Return a redirect to the second step where it is owed."""
        match = request.resolver_match
        if match is None or match.url_name in OPEN_BEFORE_SECOND_STEP or not request.user.is_authenticated:
            return None
        if second_step.passed(request):
            return None
        enrolled = second_step.enrolled(str(request.user.pk))
        if not (enrolled or standing(request).owes_second_step):
            return None
        step = "mfa_reauthenticate" if enrolled else "mfa_activate_totp"
        return HttpResponseRedirect(f"{reverse(step)}?{urlencode({'next': request.get_full_path()})}")
