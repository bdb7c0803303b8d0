"""Django's description of the app."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates and components; no tables."""

    name = "evenhand.web.ui"
    label = "ui"
