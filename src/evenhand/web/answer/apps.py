"""Django's description of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from evenhand.web.ui.navigation import Entry, register


class AnswerConfig(AppConfig):
    """The app with the label `answer`."""

    name = "evenhand.web.answer"
    label = "answer"

    def ready(self) -> None:
        """Put the public link into the masthead."""
        register(Entry(_("Answer a letter"), "answer", place=53))
