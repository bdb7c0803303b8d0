"""The addresses of the share target."""

from __future__ import annotations

from django.urls import path

from evenhand.web.share import views

urlpatterns = [
    path("share", views.share, name="share"),
    path("share/forwarding", views.share_forwarding, name="share_forwarding"),
    path("share/keep", views.share_keep, name="share_keep"),
    path("manifest.webmanifest", views.manifest, name="share_manifest"),
]
