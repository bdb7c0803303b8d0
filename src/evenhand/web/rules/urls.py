"""The addresses at which rules are signed."""

from __future__ import annotations

from django.urls import path

from evenhand.web.rules import views

urlpatterns = [
    path("rules", views.page, name="rules"),
    path("rules/<str:proposal>", views.proposal, name="rules_proposal"),
    path("rules/<str:proposal>/sign", views.sign, name="rules_sign"),
    path("rules/<str:proposal>/withdraw", views.withdraw, name="rules_withdraw"),
]
