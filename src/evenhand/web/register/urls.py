"""The addresses of the register."""

from __future__ import annotations

from django.urls import path

from evenhand.web.register import views

urlpatterns = [
    path("register", views.page, name="register"),
    path("register/check", views.check, name="register_check"),
    path("register/load", views.load_file, name="register_load"),
]
