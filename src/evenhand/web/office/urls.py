"""The addresses of the office."""

from __future__ import annotations

from django.urls import path

from evenhand.web.office import bulk, lists, own_data_pages, shield_pages, views, wave_pages

urlpatterns = [
    path("desk", views.desk, name="desk"),
    path("desk/acknowledge", bulk.acknowledge_all, name="desk_acknowledge"),
    path("desk/unit", lists.unit, name="desk_unit"),
    path("desk/away", views.away, name="away"),
    path("desk/waves", wave_pages.waves, name="desk_waves"),
    path("desk/waves/<str:wave>", wave_pages.wave, name="desk_wave"),
    path("contact", views.contact, name="contact"),
    path("my", shield_pages.my, name="my"),
    path("my/data", own_data_pages.my_data, name="my_data"),
    path("my/letters/<str:letter>", shield_pages.my_letter, name="my_letter"),
    path("audit", lists.audit, name="audit"),
    path("keeper", lists.keeper, name="keeper"),
]
