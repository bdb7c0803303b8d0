"""The public addresses."""

from __future__ import annotations

from django.urls import path

from evenhand.web.publish import views
from evenhand.web.publish.statistics import views as figures

urlpatterns = [
    path("", views.home, name="home"),
    path("code", views.code, name="code"),
    path("code/<str:version>", views.code_version, name="code_version"),
    path("code/<str:version>/text", views.code_text, name="code_text"),
    path("your-own-posts", views.own_posts, name="own_posts"),
    path("procedure", views.procedure, name="procedure"),
    path("procedure/text", views.procedure_source, name="procedure_text"),
    path("statistics", figures.statistics, name="statistics"),
    path("statistics.csv", figures.statistics_csv, name="statistics_csv"),
    path("statistics.json", figures.statistics_json, name="statistics_json"),
    path("audit/figures", figures.figures, name="audit_figures"),
    path("ledger", views.ledger, name="ledger"),
    path("ledger/checkpoint", views.checkpoint, name="ledger_checkpoint"),
    path("ledger/policy", views.ledger_policy, name="ledger_policy"),
    path("ledger/keyring.json", views.ledger_keyring, name="ledger_keyring"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
