"""The address of this app."""

from __future__ import annotations

from django.urls import path

from evenhand.web.notices import views

urlpatterns = [path("check-a-letter", views.check_a_letter, name="check_a_letter")]
