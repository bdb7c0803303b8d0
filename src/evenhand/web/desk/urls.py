"""The addresses of the desk."""

from __future__ import annotations

from django.urls import path

from evenhand.web.desk import views

urlpatterns = [
    path("desk", views.leads, name="desk_leads"),
    path("desk/leads/<str:lead>/not-abuse", views.not_abuse, name="desk_not_abuse"),
    path("desk/leads/<str:lead>/undo", views.undo, name="desk_undo"),
]
