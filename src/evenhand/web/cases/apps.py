"""Tells Django, the record and the worker about cases."""

from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """The app with the label `cases`."""

    name = "evenhand.web.cases"
    label = "cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        """Register triggers, folds, the edges the database is filled with, what falls due, which leads are withheld."""
        from evenhand.web.cases import clocks, edges, holding, projections, switches, vacancies
        from evenhand.web.cases import person as erased_people
        from evenhand.web.cases.bundle_exports import JOB, make_asked, sweep_exports
        from evenhand.web.cases.erasing import forget_lookups
        from evenhand.web.cases.incoming import sweep_parts
        from evenhand.web.cases.own_bundle import JOB as OWN_BUNDLE
        from evenhand.web.cases.own_bundle import make_own
        from evenhand.web.cases.steps.capturing import JOB as CAPTURE
        from evenhand.web.cases.steps.capturing import capture_asked
        from evenhand.web.cases.steps.decide.closing import afterwards_due
        from evenhand.web.cases.steps.decide.conclude import conclude_due
        from evenhand.web.cases.steps.panel.convene import convene_due
        from evenhand.web.cases.steps.report import send_receipts
        from evenhand.web.cases.steps.service import clocks_of_served_letters
        from evenhand.web.cases.weighed import weighed_by
        from evenhand.web.desk import withheld
        from evenhand.web.record.due import register_due
        from evenhand.web.record.guards import register_triggers
        from evenhand.web.record.outbox import ASIDE, register_job
        from evenhand.web.ui.navigation import Entry, register
        from evenhand.web.vault.people import JOB as ERASE_PERSON

        register(Entry(_("Erase one person"), "erasures", permission="sign_erasures", place=15))
        for part in ("rows", "seats", "moves", "merits"):
            register_triggers(f"cases.{part}", Path(self.path) / "triggers" / part)
        post_migrate.connect(edges.after_migrate, sender=self, dispatch_uid="cases.edges")
        projections.register_all()
        withheld.register(weighed_by)
        holding.tell_vault()
        register_due("windows begun whose letters arrived", clocks_of_served_letters)
        register_due("clocks of cases applied", clocks.apply_due)
        register_due("seats of lost roles ended", vacancies.end_seats_of_lost_roles)
        register_due("empty seats drawn again", vacancies.fill_empty_seats)
        register_due("receipts sent after an interruption", send_receipts)
        register_due("panels set", convene_due)
        register_due("decisions with their reasons sent on", conclude_due)
        register_due("terms begun and ended, cases closed", afterwards_due)
        register_job(JOB, make_asked)
        switches.say_in_public()
        register_job(OWN_BUNDLE, make_own)
        register_job(CAPTURE, capture_asked, lane=ASIDE)
        register_due("settings that let something out put on record", switches.record_switches)
        register_job(ERASE_PERSON, erased_people.erase_asked)
        register_due("erasures of people gone on with", erased_people.finish_people)
        register_due("look-ups of erased cases forgotten", forget_lookups)
        register_due("bundles removed that nobody needs any more", sweep_exports)
        register_due("files removed that nobody finished sending", sweep_parts)
