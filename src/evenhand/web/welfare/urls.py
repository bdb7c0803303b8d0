"""Address of welfare's page."""

from __future__ import annotations

from django.urls import path

from evenhand.web.welfare import views

urlpatterns = [path("calls", views.calls, name="welfare")]
