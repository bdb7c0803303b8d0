"""What a view puts in front of itself: sign-in, then permission."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from evenhand.web.people.middleware import standing
from evenhand.web.people.permissions import Permission
from evenhand.web.people.policy import may

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def needs(permission: Permission, *, secret: bool = False) -> Callable[[View[P]], View[P]]:
    """Return a decorator that lets only those in who have the permission.

    Nobody signed in: to the sign-in page, before anything is looked up. Signed in without the permission:
    403, or 404 where it is a secret that the page exists at all.
    """

    def gate(view: View[P]) -> View[P]:
        @wraps(view)
        def gated(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            refuse(request, permission, secret=secret)
            return view(request, *args, **kwargs)

        gated.needs = permission  # type: ignore[attr-defined] # read by the tests that walk every address
        return gated

    return gate


def signed_in(view: View[P]) -> View[P]:
    """Let everybody in who is signed in: for pages about a person's own account."""

    @wraps(view)
    def gated(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return gated


def refuse(request: HttpRequest, permission: Permission, *, secret: bool = False) -> None:
    """Raise PermissionDenied (or Http404, for a secret) unless the person may."""
    if may(standing(request), permission):
        return
    if secret:
        raise Http404
    raise PermissionDenied


def gate_of(view: Callable[..., Any]) -> Permission | None:
    """Return the permission a view is behind, or None for an open one."""
    return getattr(view, "needs", None)
