"""Tells Django about the share target and the page of what came in."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShareConfig(AppConfig):
    """The app with the label `share`; it has no tables."""

    name = "evenhand.web.share"
    label = "share"
    verbose_name = "Share target"

    def ready(self) -> None:
        """Register who judges mails, and the officers' link."""
        from evenhand.web.live.arrivals import register_judge
        from evenhand.web.share.judging import judge
        from evenhand.web.ui.navigation import Entry, register

        register_judge(judge)
        register(Entry(_("Handed in"), "handed_in", permission="see_leads", place=15))
