"""Django's description of the app."""

from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RulesConfig(AppConfig):
    """Registers the triggers that keep a published version as it is, and what rebuilds its rows."""

    name = "evenhand.web.rules"
    label = "rules"
    verbose_name = "Rules"

    def ready(self) -> None:
        """Register triggers, projections and the link; called once when Django starts."""
        from evenhand.web.record.guards import register_triggers
        from evenhand.web.rules import projections
        from evenhand.web.ui.navigation import Entry, register

        register(Entry(_("Sign rules"), "rules", permission="publish_rules", place=42))
        projections.register_all()
        register_triggers("rules", Path(self.path) / "triggers")
