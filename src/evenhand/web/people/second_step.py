"""The second step of signing in: whether an account has one, and whether this session passed it.

allauth asks for it at sign-in where an account has one. What it does not know is that a role may *need* one;
and a session opened with the password alone, before the second step was set up elsewhere, would stay as it
is. So each session carries its own mark, set only by allauth's signals of a completed step.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_used
from django.http import HttpRequest

MARK = "second_step_of"


def connect() -> None:
    """Listen for completed second steps; called once when Django starts."""
    authenticator_added.connect(_passed, dispatch_uid="evenhand.second_step.added")
    authenticator_used.connect(_passed, dispatch_uid="evenhand.second_step.used")


def _passed(*, request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any) -> None:
    request.session[MARK] = user.pk


def passed(request: HttpRequest) -> bool:
    """Return whether this session's own person has passed the second step in it."""
    return bool(request.user.is_authenticated and request.session.get(MARK) == request.user.pk)


def enrolled(person: str) -> bool:
    """Return whether the account has an authenticator app set up. One query."""
    return bool(Authenticator.objects.filter(user_id=person, type=Authenticator.Type.TOTP).exists())
