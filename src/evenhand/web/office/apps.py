"""Tells Django, the record, the worker and the masthead about the office."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfficeConfig(AppConfig):
    """The app with the label `office`."""

    name = "evenhand.web.office"
    label = "office"
    verbose_name = "Office"

    def ready(self) -> None:
        """Register the folds, the mail to the rota, and the links of the masthead."""
        from evenhand.web.office import projections, rota_mail
        from evenhand.web.record.due import register_due
        from evenhand.web.record.outbox import register_job
        from evenhand.web.ui.navigation import Entry, register

        projections.register_all()
        register_job(rota_mail.WRITE_TO_ROTA, rota_mail.write_to_rota)
        register_due("rota told of danger reports nobody opened", rota_mail.tell_rota)
        register(Entry(_("Today"), "desk", permission="see_cases", place=5))
        register(Entry(_("Cases"), "cases", permission="see_cases", place=12))
        register(Entry(_("What to look at"), "audit", permission="audit", place=13))
        register(Entry(_("Seats and draws"), "keeper", permission="keep_cases", place=14))
        register(Entry(_("Somebody spoke to me"), "contact", permission="file_contact_note", place=30))
