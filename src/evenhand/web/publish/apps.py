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
        from evenhand.web.live.presenters import register_asked
        from evenhand.web.publish import overseers, projections
        from evenhand.web.record.due import register_due
        from evenhand.web.record.guards import register_triggers
        from evenhand.web.record.outbox import register_job
        from evenhand.web.ui.navigation import Entry, register

        register(Entry(_("The rules"), "code", place=48))
        register(Entry(_("Figures"), "statistics", place=49))
        register(Entry(_("The record"), "ledger"))
        register(Entry(_("Exact figures"), "audit_figures", permission="audit", place=44))
        projections.register_all()
        register_triggers("publish", Path(self.path) / "triggers")
        register_job(overseers.WRITE_TO_OVERSEERS, overseers.write_to_overseers)
        register_due("overseers told once a month", overseers.tell_overseers)
        monthly = _("Once a month the signed checkpoint and counts go by mail to those who oversee this organisation")
        register_asked(monthly, overseers.switched_on, named=False)
