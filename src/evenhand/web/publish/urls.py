"""The public addresses."""

from __future__ import annotations

from django.urls import path

from evenhand.web.publish import views

urlpatterns = [
    path("", views.home, name="home"),
    path("ledger", views.ledger, name="ledger"),
    path("ledger/checkpoint", views.checkpoint, name="ledger_checkpoint"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
