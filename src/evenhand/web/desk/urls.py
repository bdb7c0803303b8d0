"""The addresses of the desk."""

from __future__ import annotations

from django.urls import path

from evenhand.web.desk import feedback_views, views

urlpatterns = [
    path("desk/leads", views.leads, name="desk_leads"),
    path("desk/leads/<str:lead>/not-abuse", views.not_abuse, name="desk_not_abuse"),
    path("desk/leads/<str:lead>/undo", views.undo, name="desk_undo"),
    path("desk/sample", feedback_views.sample, name="desk_sample"),
    path("desk/labels", feedback_views.labels, name="desk_labels"),
    path("desk/missed", feedback_views.missed, name="desk_missed"),
    path("desk/refits", feedback_views.refits_view, name="desk_refits"),
    path("desk/refits/<str:package>/propose", feedback_views.refit_propose, name="desk_refit_propose"),
    path("desk/refits/<str:refit>/switch-on", feedback_views.refit_approve, name="desk_refit_approve"),
    path("desk/refits/<str:refit>/end", feedback_views.refit_end, name="desk_refit_end"),
]
