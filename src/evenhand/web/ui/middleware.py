"""Two middlewares: safety headers on every response, and a readable page for every refusal."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evenhand.errors import DoesNotHold, EvenhandError, Unverifiable

Handler = Callable[[HttpRequest], HttpResponse]

# Nothing from elsewhere, nothing inline, never in a frame. A page that needs more does not exist.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
}


class SafetyHeaders:
    """Adds the headers of HEADERS to every response, and forbids storing what a signed-in person saw."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the response with its safety headers."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            # A shared computer's "back" button must not show the desk after signing out.
            response.setdefault("Cache-Control", "no-store")
        return response


class Refusals:
    """Shows an EvenhandError as a page: what happened, and how to mend it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the response unchanged."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page of a refusal; any other exception goes on."""
        if not isinstance(exception, EvenhandError):
            return None
        contradicts = isinstance(exception, DoesNotHold | Unverifiable)
        status = HTTPStatus.CONFLICT if contradicts else HTTPStatus.BAD_REQUEST
        return render(request, "ui/refused.html", {"refusal": exception}, status=status)
