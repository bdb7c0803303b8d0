"""allauth's forms with our words. What they check is allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as base_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_CODE = _("Code from your app")
_NO_NAME = _("Enter your sign-in name.")
_NO_PASSWORD = _("Enter your password.")
_NO_CODE = _("Enter the code that your authenticator app shows.")


def _say(form: forms.Form, name: str, label: str | Promise, missing: str | Promise) -> None:
    """Give a field its label and the words for when it is empty; no placeholder stands in for a label."""
    field = form.fields[name]
    field.label, field.help_text = str(label), ""
    field.error_messages["required"] = str(missing)
    field.widget.attrs.pop("placeholder", None)


class SignInForm(account_forms.LoginForm):  # type: ignore[misc] # allauth ships no types
    """Sign-in name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "login", _("Sign-in name"), _NO_NAME)
        _say(self, "password", _("Password"), _NO_PASSWORD)


class ChangePasswordForm(account_forms.ChangePasswordForm):  # type: ignore[misc] # allauth ships no types
    """The old password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "oldpassword", _("Your password now"), _NO_PASSWORD)
        _say(self, "password1", _("New password"), _("Enter a new password."))
        _say(self, "password2", _("New password again"), _("Enter the new password again."))


class ConfirmPasswordForm(account_forms.ReauthenticateForm):  # type: ignore[misc] # allauth ships no types
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "password", _("Password"), _NO_PASSWORD)


class CodeForm(base_forms.AuthenticateForm):  # type: ignore[misc] # allauth ships no types
    """The code of the second step, or a recovery code, when signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "code", _CODE, _NO_CODE)


class ConfirmCodeForm(base_forms.ReauthenticateForm):  # type: ignore[misc] # allauth ships no types
    """The code once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "code", _CODE, _NO_CODE)


class FirstCodeForm(totp_forms.ActivateTOTPForm):  # type: ignore[misc] # allauth ships no types
    """The first code, which proves that the app was set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "code", _CODE, _NO_CODE)
