"""Tells Django, the record, the worker and the masthead about care."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WelfareConfig(AppConfig):
    """The app with the label `welfare`."""

    name = "evenhand.web.welfare"
    label = "welfare"
    verbose_name = "Welfare"

    def ready(self) -> None:
        """Register the fold, the mail to welfare, and the link of the masthead."""
        from evenhand.web.record.due import register_due
        from evenhand.web.record.outbox import register_job
        from evenhand.web.ui.navigation import Entry, register
        from evenhand.web.welfare import projections, telling

        projections.register_all()
        register_job(telling.WRITE, telling.write)
        register_due("welfare told of calls that wait", telling.tell_welfare)
        register(Entry(_("Calls to make"), "welfare", permission="ring_people", place=16))
