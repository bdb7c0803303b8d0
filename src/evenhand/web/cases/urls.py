"""Addresses of cases: the list, one case, and a page for each step that is registered."""

from __future__ import annotations

from django.urls import URLPattern, path

from evenhand.web.cases import approvals, person_page, steps, views
from evenhand.web.cases.steps.base import step_urls

steps.load()
urlpatterns: list[URLPattern] = [
    path("cases", views.cases, name="cases"),
    path("approvals", approvals.approvals, name="approvals"),
    path("erasures", person_page.erasures, name="erasures"),
    path("cases/<str:case>", views.case, name="case"),
    path("cases/<str:case>/letters/<str:letter>", views.letter, name="case_letter"),
    *step_urls(),
]
