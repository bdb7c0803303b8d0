"""The addresses of the share target."""

from __future__ import annotations

from django.urls import path

from evenhand.web.share import looking, views

urlpatterns = [
    path("share", views.share, name="share"),
    path("share/forwarding", views.share_forwarding, name="share_forwarding"),
    path("share/keep", views.share_keep, name="share_keep"),
    path("handed-in", looking.handed_in, name="handed_in"),
    path("handed-in/<str:arrival>", looking.handed_in_one, name="handed_in_one"),
    path("handed-in/<str:arrival>/<int:place>", looking.handed_in_picture, name="handed_in_picture"),
    path("manifest.webmanifest", views.manifest, name="share_manifest"),
]
