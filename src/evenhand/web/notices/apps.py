"""Tells Django, the record and the worker about letters."""

from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The app with the label `notices`."""

    name = "evenhand.web.notices"
    label = "notices"
    verbose_name = "Letters"

    def ready(self) -> None:
        """Register the folds, the triggers, the job that sends mail, and what becomes due."""
        from evenhand.web.notices import mailing, outbox_files, projections
        from evenhand.web.record.due import register_due
        from evenhand.web.record.guards import register_triggers
        from evenhand.web.record.outbox import register_job

        projections.register_all()
        register_triggers("notices", Path(self.path) / "triggers")
        register_job(mailing.SEND_MAIL, mailing.send_mail)
        register_due("mail of letters tried again", mailing.try_again_due)
        register_due("letters that count as delivered", mailing.deliver_due)
        register_due("mails removed that lie in the folder outbox for thirty days", outbox_files.sweep_mails)
