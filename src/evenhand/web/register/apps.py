"""Tells Django and the record about the register."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegisterConfig(AppConfig):
    """The app with the label `register`."""

    name = "evenhand.web.register"
    label = "register"
    verbose_name = "Register"

    def ready(self) -> None:
        """Register the folds that rebuild the register's tables, and the link to its page."""
        from evenhand.web.register import projections
        from evenhand.web.ui.navigation import Entry, register

        projections.register_all()
        register(Entry(_("Register"), "register", permission="load_register", place=40))
