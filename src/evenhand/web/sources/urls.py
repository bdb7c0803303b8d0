"""The addresses of the import page."""

from __future__ import annotations

from django.urls import path

from evenhand.web.sources import views

urlpatterns = [
    path("imports", views.imports, name="imports"),
    path("imports/begin", views.begin_upload, name="import_begin"),
    path("imports/alike", views.same_acts, name="imports_alike"),
    path("imports/kept", views.kept, name="imports_kept"),
    path("imports/<str:upload>", views.one, name="import_one"),
    path("imports/<str:upload>/piece", views.piece, name="import_piece"),
    path("imports/<str:upload>/start", views.start_upload, name="import_start"),
]
