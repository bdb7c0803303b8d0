"""Tells Django, the record, the masthead and the worker about the desk."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The app with the label `desk`."""

    name = "evenhand.web.desk"
    label = "desk"
    verbose_name = "Desk"

    def ready(self) -> None:
        """Register the folds that rebuild the desk's tables, its job, its due work and its link."""
        from evenhand.web.desk import erasing, jobs, projections, protection, sampling
        from evenhand.web.record.due import register_due
        from evenhand.web.record.outbox import SCREENING, register_job
        from evenhand.web.ui.navigation import Entry, register
        from evenhand.web.vault.erasing import register_eraser

        projections.register_all()
        register_eraser(erasing.texts_for_vault)
        register_job(jobs.SCREEN_POSTS, jobs.screen_posts, lane=SCREENING)
        register_due("seats of former officers ended", protection.unseat_former_officers)
        register_due("sampled posts forgotten after 30 days", sampling.forget_samples)
        register(Entry(_("Leads"), "desk_leads", permission="see_leads", place=10))
