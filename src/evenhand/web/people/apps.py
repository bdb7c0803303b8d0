"""Django's description of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from evenhand.web.ui.navigation import Entry, ShownTo, register


class PeopleConfig(AppConfig):
    """Registers the folds of people's tables and the signs of a completed second step."""

    name = "evenhand.web.people"
    label = "people"

    def ready(self) -> None:
        """Register what the record and the sign-in must know."""
        from evenhand.web.people import projections, second_step
        from evenhand.web.people.actions import give_missing_seats
        from evenhand.web.record.due import register_due

        register_due("seats given that a role has by now", give_missing_seats)
        projections.register_all()
        second_step.connect()
        register(Entry(_("Your account"), "people_account", shown_to=ShownTo.SIGNED_IN, place=80))
        register(Entry(_("Sign in"), "account_login", shown_to=ShownTo.VISITORS, place=90))
