"""The address of holds."""

from __future__ import annotations

from django.urls import path

from evenhand.web.vault import views

urlpatterns = [path("holds", views.holds, name="holds")]
