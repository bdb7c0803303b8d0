"""Tells Django about the share target."""

from django.apps import AppConfig


class ShareConfig(AppConfig):
    """The app with the label `share`; it has no tables."""

    name = "evenhand.web.share"
    label = "share"
    verbose_name = "Share target"
