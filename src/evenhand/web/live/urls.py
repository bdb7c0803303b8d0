"""The addresses of live sources."""

from __future__ import annotations

from django.urls import path

from evenhand.web.live import views

urlpatterns = [
    path("sources", views.sources, name="live_sources"),
    path("hooks/<slug:name>", views.hook, name="live_hook"),
]
