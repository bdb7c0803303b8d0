"""What we change in allauth: nobody signs up, and the secrets of second steps lie encrypted in the database."""

from __future__ import annotations

import base64
import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from evenhand.context import Context
from evenhand.web.people import second_step
from evenhand.web.people.context import landing
from evenhand.web.people.queries import standing_of

FRESH_SECONDS = 300
TOO_MANY = _("Too many attempts. Wait five minutes, then try again.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Accounts are made by the organisation, never by whoever comes along."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": TOO_MANY,
        "username_password_mismatch": _("The sign-in name or the password is not right."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: nobody signs up."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the first room this person may enter, else their account."""
        return landing(standing_of(str(request.user.pk), at=Context.system().now(), second_step=True))

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Return whether the password or the code must be typed once more.

        Not where they were typed in this session within five minutes: somebody sent to set up their second
        step has just done so. A session that never passed the account's second step is never fresh.
        """
        return super().is_reauthentication_required(app=app) and not self._fresh()

    def _fresh(self) -> bool:
        user = self.request.user
        if second_step.enrolled(str(user.pk)) and not second_step.passed(self.request):
            return False
        signed_in = [r["at"] for r in get_authentication_records(self.request, user)]
        return bool(signed_in) and time.time() - max(signed_in) < FRESH_SECONDS


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types
    """Encrypts what proves a second step, so that a copy of the database does not hold it."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("That code is not right. Wait for the next one and type it in."),
        "rate_limited": TOO_MANY,
    }

    def get_totp_issuer(self) -> str:
        """Return the name that authenticator apps show."""
        return "Evenhand"

    def encrypt(self, text: str) -> str:
        """Return the text under a key derived from the installation's secret file."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the text again; raises InvalidToken under another installation's secret."""
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> Fernet:
    derived = HKDF(hashes.SHA256(), 32, None, b"evenhand/second-step/v1").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
