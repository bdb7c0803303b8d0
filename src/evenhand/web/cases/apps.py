"""Tells Django, the record and the worker about cases."""

from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    """The app with the label `cases`."""

    name = "evenhand.web.cases"
    label = "cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        """Register triggers, folds, the edges the database is filled with, what falls due, which leads are withheld."""
        from evenhand.web.cases import clocks, edges, projections, vacancies
        from evenhand.web.cases.steps.decide.closing import afterwards_due
        from evenhand.web.cases.steps.decide.conclude import conclude_due
        from evenhand.web.cases.steps.files import sweep_uploads
        from evenhand.web.cases.steps.panel.convene import convene_due
        from evenhand.web.cases.steps.report import send_receipts
        from evenhand.web.cases.steps.service import clocks_of_served_letters
        from evenhand.web.cases.weighed import weighed_by
        from evenhand.web.desk import withheld
        from evenhand.web.record.due import register_due
        from evenhand.web.record.guards import register_triggers

        for part in ("rows", "seats", "moves", "merits"):
            register_triggers(f"cases.{part}", Path(self.path) / "triggers" / part)
        post_migrate.connect(edges.after_migrate, sender=self, dispatch_uid="cases.edges")
        projections.register_all()
        withheld.register(weighed_by)
        register_due("windows begun whose letters arrived", clocks_of_served_letters)
        register_due("clocks of cases applied", clocks.apply_due)
        register_due("seats of lost roles ended", vacancies.end_seats_of_lost_roles)
        register_due("empty seats drawn again", vacancies.fill_empty_seats)
        register_due("receipts sent after an interruption", send_receipts)
        register_due("panels set", convene_due)
        register_due("decisions with their reasons sent on", conclude_due)
        register_due("terms begun and ended, cases closed", afterwards_due)
        register_due("uploads without a row removed", sweep_uploads)
