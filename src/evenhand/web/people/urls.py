"""The addresses of signing in. Only those of allauth that we use: no sign-up, no e-mail, no social accounts."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path

from evenhand.web.people import views

urlpatterns = [
    path("", views.account, name="people_account"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("signup/", account.signup, name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("second-step/", second_step.index, name="mfa_index"),
    path("second-step/code/", second_step.authenticate, name="mfa_authenticate"),
    path("second-step/confirm/", second_step.reauthenticate, name="mfa_reauthenticate"),
    path("second-step/set-up/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-step/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-step/recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("second-step/recovery/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
]
