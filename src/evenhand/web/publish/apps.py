"""Django's description of the app."""

from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublishConfig(AppConfig):
    """Public pages, and the published reports of figures."""

    name = "evenhand.web.publish"
    label = "publish"

    def ready(self) -> None:
        """Add the public pages to the masthead; register the table's guards and what rebuilds it."""
        from evenhand.web.publish import projections
        from evenhand.web.record.guards import register_triggers
        from evenhand.web.ui.navigation import Entry, register

        register(Entry(_("The rules"), "code", place=48))
        register(Entry(_("Figures"), "statistics", place=49))
        register(Entry(_("The record"), "ledger"))
        register(Entry(_("Exact figures"), "audit_figures", permission="audit", place=44))
        projections.register_all()
        register_triggers("publish", Path(self.path) / "triggers")
