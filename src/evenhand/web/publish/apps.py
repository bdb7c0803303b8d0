"""Django's description of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from evenhand.web.ui.navigation import Entry, register


class PublishConfig(AppConfig):
    """Public pages; no tables."""

    name = "evenhand.web.publish"
    label = "publish"

    def ready(self) -> None:
        """Add the public pages to the masthead."""
        register(Entry(_("The record"), "ledger"))
