"""Django's description of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from evenhand.web.ui.navigation import Entry, ShownTo, register


class IntakeConfig(AppConfig):
    """The app with the label `intake`."""

    name = "evenhand.web.intake"
    label = "intake"

    def ready(self) -> None:
        """Put the two public links into the masthead."""
        register(Entry(_("Report"), "report", shown_to=ShownTo.VISITORS, place=51))
        register(Entry(_("Follow your report"), "follow", shown_to=ShownTo.VISITORS, place=52))
